"""The two applications in the pinned Chromium."""

import re
from pathlib import Path

from examples.support.visit import visit

HERE = Path(__file__).parent


def folders(app):
    return {"/models/": HERE / app / f"{app}_models", "/tfjs/": HERE / app / f"{app}_tfjs", "/": HERE / app}


def luminance(colour):
    """As the Web Content Accessibility Guidelines define it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_picker_names_colours(tmp_path):
    colours = {"#e01010": "red", "#20c030": "green", "#2040e0": "blue", "#f0e020": "yellow", "#f8f8f8": "white"}
    assert visit(tmp_path, HERE / "visit_picker.mjs", folders("picker"), [*colours]) == [*colours.values()]


def test_the_palette_is_named_and_legible(tmp_path):
    swatches = visit(tmp_path, HERE / "visit_palette.mjs", folders("palette"))
    assert len(swatches) == 60
    assert {"red", "orange", "green", "blue", "purple"} <= {swatch["name"] for swatch in swatches}
    for swatch in swatches:
        light = luminance(swatch["background"]) + 0.05
        contrast = {"white": 1.05 / light, "black": light / 0.05}
        # About the border either does; far from it only one.
        assert contrast[swatch["text"]] > 4.0, swatch
