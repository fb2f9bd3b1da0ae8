"""The plane nearest to points."""

import numpy as np


def solve(places, heights):
    """Returns the slopes, and the height at the origin."""
    matrix = np.hstack([places, np.ones_like(places[:, :1])])
    found = np.linalg.lstsq(matrix, heights, rcond=None)[0].astype(np.float32)
    return found[:-1], found[-1]
