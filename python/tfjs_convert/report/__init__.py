"""An HTML page on one model: sizes, weights, quantization error, graph, inputs and outputs; nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tfjs_convert.budget.measure import measure, read_model_json
from tfjs_convert.report.output_errors import compare, seeded_inputs
from tfjs_convert.report.page import page
from tfjs_convert.report.structure import structure
from tfjs_convert.report.variant_runs import collect, prepare
from tfjs_convert.report.variants import VARIANTS, measure_variants, write_variant

__all__ = ["VARIANTS", "collect", "compare", "make_report", "prepare", "seeded_inputs", "write_variant"]


def make_report(
    model_dir: Path, info: Mapping[str, object], *, title: str, output_errors: Mapping[str, object] | None = None
) -> str:
    """Makes the page: HTML with its styles and pictures inside, the same bytes for the same model.

    Args:
      model_dir: the folder with model.json.
      info: the model's info file.
      title: the model's name, as the page's heading.
      output_errors: errors of the variants' outputs, in the form that `report/output_errors.py` describes.

    Raises:
      InputError: the model cannot be read.
    """
    measured = measure_variants(model_dir, info)
    graph = structure(read_model_json(model_dir), [weight.name for weight in measured.weights])
    return page(title, info, measure(model_dir, info), measured, graph, output_errors)
