"""The pages of trained models, as the build writes them."""

import html
import json
import re

import pytest

PAGES = {"fer": "examples/fer/report.html", "quantized": "examples/quantized/report.html"}


def page(name):
    with open(PAGES[name], encoding="utf-8") as file:
        return file.read()


def text_of(document):
    body = document.partition("</style>")[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", body)))


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_fetched(name):
    document = page(name)
    assert not re.search(r"https?:|//[a-z]|url\(|@import|<(script|link|img|iframe|object)\b", document)


@pytest.mark.parametrize("name", PAGES)
def test_outputs_of_every_variant_were_measured(name):
    text = text_of(page(name)).partition("Error of the outputs")[2].partition("Weights by size")[0]
    rows = re.findall(r"(float16|uint16|uint8) predictions ([0-9.e-]+) ([0-9.e-]+) \S+ (?:% )?(\d+)%", text)
    assert [variant for variant, *_ in rows] == ["float16", "uint16", "uint8"]
    errors = {variant: float(largest) for variant, largest, *_ in rows}
    assert 0 < errors["uint16"] < errors["uint8"] < 1


def test_figures_are_those_of_the_model():
    text = text_of(page("fer"))
    with open("examples/fer/fer.snapshot.json", encoding="utf-8") as file:
        snapshot = json.load(file)
    size = f"{snapshot['total_bytes'] / 1000:.0f} kB"
    assert f"{size} on disk" in text and f"float32 {size}" in text
    assert f"{snapshot['parameters']:,} parameters" in text
    assert "input_1 float32 ? × 64 × 64 × 1" in text


def test_the_quantized_models_types_are_told():
    text = text_of(page("quantized"))
    assert "fer, its largest kernels as uint8" in text
    assert "float16 + uint8 variables stored as" in text
