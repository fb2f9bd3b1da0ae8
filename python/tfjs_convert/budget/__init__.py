"""Budgets: what a model may weigh and hold, and how it differs from the snapshot that a team committed."""

from tfjs_convert.budget.check import check
from tfjs_convert.budget.limits import Limits
from tfjs_convert.budget.measure import Figures, measure
from tfjs_convert.budget.snapshot import read_snapshot, take_snapshot, write_snapshot

__all__ = ["Figures", "Limits", "check", "measure", "read_snapshot", "take_snapshot", "write_snapshot"]
