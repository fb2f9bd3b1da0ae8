"""Figures on the page are those of real files, and the page stands by itself."""

import gzip
import html.parser
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from tfjs_convert.artifact import write_model
from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.report import VARIANTS, compare, make_report, seeded_inputs, write_variant
from tfjs_convert.report import text as text_of
from tfjs_convert.report.pictures import channels
from tfjs_convert.report.variants import measure_variants
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.reader import read_weights
from tfjs_convert.weights.weight import Weight

HOSTILE = '<script>alert("1")</script>&'


def arrays():
    rng = np.random.default_rng(0)
    spread = rng.normal(size=(3, 3, 8, 1)).astype(np.float32)
    spread[:, :, :5] *= 1e-3
    return {
        "m/conv/kernel": rng.normal(size=(3, 3, 4, 16)).astype(np.float32),
        "m/conv/bias": rng.normal(size=16).astype(np.float32),
        "m/dw/depthwise_kernel": spread,
        "m/large": np.array([1, 2, 1e6], np.float32),
        HOSTILE: np.ones((4, 4), np.float32),
        "m/shape": np.array([1, 2, 3], np.int32),
        "m/epsilon": np.float32(1e-3),
        "m/words": np.array([b"a", b"bc"], object),
        "m/none": np.zeros((0, 2), np.float32),
    }


CONSTANTS = ("m/shape", "m/epsilon", "m/words")


def model(directory, **options):
    weights = [Weight.of(name, np.asarray(data), name not in CONSTANTS) for name, data in arrays().items()]
    nodes = [{"name": "x", "op": "Placeholder"}]
    for name in arrays():
        nodes.append({"name": name, "op": "Const"})
        nodes.append({"name": f"{name}/use", "op": HOSTILE, "input": [nodes[-2]["name"], name]})
    fields = {
        "format": "graph-model",
        "signature": {"outputs": {"b": {"name": "b"}, "a": {"name": "a"}}},
        "modelTopology": {"node": nodes, "library": {}, "versions": {}},
    }
    artifact = write_model(directory, fields, [weights], WeightOptions(**options))
    info = {
        **artifact.info(),
        "format": "graph-model",
        "inputs": [{"name": "x" + HOSTILE, "dtype": "float32", "shape": [None, 4]}],
        "outputs": [{"name": "b", "dtype": "float32", "shape": None}, {"name": "a", "dtype": "int32", "shape": []}],
        "execution": "executeAsync",
        "backends": {"cpu": [], "wasm": ["Einsum"]},
        "notes": [HOSTILE],
        "provenance": {"source": "0" * 64},
    }
    return directory, info


def errors():
    numbers = {"max_error": 0.02, "rms_error": 0.001, "max_magnitude": 2.0, "same_argmax": 0.5}
    return {
        "seed": 7,
        "inputs": {"x": "float32 [1, 4]"},
        "variants": {"float16": {"b": numbers, "a": numbers}, "uint8": {"b": {"error": HOSTILE}}},
    }


class Page(html.parser.HTMLParser):
    """Checks that elements are closed in turn, and collects what would be fetched or run."""

    VOID = ("meta",)

    def __init__(self):
        super().__init__()
        self.open, self.fetched, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("script", "link", "img", "iframe", "object", "image", "use"):
            self.fetched.append(tag)
        self.fetched += [key for key, _ in attrs if key in ("href", "src", "xlink:href") or key.startswith("on")]

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def parse(document):
    page = Page()
    page.feed(document)
    page.close()
    assert page.open == []
    return page


def test_variants_weigh_what_their_files_do(tmp_path):
    directory, info = model(tmp_path / "m")
    measured = measure_variants(directory, info)
    for variant in VARIANTS:
        artifact = write_variant(directory, info, tmp_path / variant, variant)
        real = sum(file.bytes for file in artifact.files)
        assert measured.raw[variant] == real
        packed = sum(len(gzip.compress((tmp_path / variant / f.path).read_bytes())) for f in artifact.files)
        # A compressor's output depends a little on how it is fed.
        assert measured.gzip[variant] == pytest.approx(packed, rel=0.01)


def test_variants_keep_what_they_must(tmp_path):
    directory, info = model(tmp_path / "m")
    write_variant(directory, info, tmp_path / "v", "float16")
    written = json.loads((tmp_path / "v" / "model.json").read_bytes())
    stored = {w["name"]: w.get("quantization", w)["dtype"] for w in written["weightsManifest"][0]["weights"]}
    assert stored["m/conv/kernel"] == "float16" and stored["m/epsilon"] == "float32" and stored["m/large"] == "float32"
    assert list(written["signature"]["outputs"]) == ["b", "a"]
    note = next(w.notes["float16"] for w in measure_variants(directory, info).weights if w.name == "m/large")
    assert "beyond float16" in note


@pytest.mark.parametrize("variant", VARIANTS[1:])
def test_errors_are_those_of_the_variants_files(tmp_path, variant):
    directory, info = model(tmp_path / "m")
    facts = {weight.name: weight for weight in measure_variants(directory, info).weights}
    write_variant(directory, info, tmp_path / "v", variant)
    manifest = json.loads((tmp_path / "v" / "model.json").read_bytes())["weightsManifest"]
    for weight in read_weights(manifest, tmp_path / "v")[0]:
        if variant not in facts[weight.name].errors:
            continue
        given = arrays()[weight.name].astype(np.float64)
        distance = np.abs(weight.load() - given)
        error = facts[weight.name].errors[variant]
        assert error.rms == pytest.approx(np.sqrt((distance**2).mean() / (given**2).mean()), rel=1e-4)
        if weight.name == "m/dw/depthwise_kernel":
            relative = distance.reshape(9, 8).max(0) / np.abs(given).reshape(9, 8).max(0)
            assert error.worst_channel == pytest.approx(relative.max(), rel=1e-2)
    assert facts["m/dw/depthwise_kernel"].lost.tolist() == [0, 1, 2, 3, 4]
    assert facts["m/shape"].errors == {} and facts["m/none"].errors == {}


def test_unknown_variant(tmp_path):
    with pytest.raises(OptionError, match="no variant 'int4'"):
        write_variant(*model(tmp_path / "m"), tmp_path / "v", "int4")


def test_page_is_self_contained_and_well_formed(tmp_path):
    document = make_report(*model(tmp_path / "m"), title=HOSTILE, output_errors=errors())
    page = parse(document)
    assert page.fetched == []
    assert "http" not in document and "url(" not in document and "@import" not in document
    assert HOSTILE not in document and HOSTILE in " ".join(page.text)
    pictures = re.findall(r"<svg.*?</svg>", document, re.DOTALL)
    assert len(pictures) >= 6
    for picture in pictures:
        ET.fromstring(picture)


def test_page_says_what_a_review_needs(tmp_path):
    directory, info = model(tmp_path / "m", shard_size_bytes=1000)
    document = make_report(directory, info, title="digits", output_errors=errors())
    words = " ".join(" ".join(parse(document).text).split())
    for expected in (
        "digits",
        "runs with executeAsync",
        "wasm lacks Einsum",
        "cpu has all kernels",
        "? × 4",
        "scalar",
        "seed 7",
        "5 of 8 channels too small for uint8",
        "beyond float16",
        *(shard["sha256"] for shard in info["shards"]),
    ):
        assert expected in words
    for name in arrays():
        assert name in words
    assert words.index(" b ") < words.index(" a ")


def test_same_model_same_page(tmp_path):
    directory, info = model(tmp_path / "m")
    first = make_report(directory, info, title="m")
    assert make_report(directory, json.loads(json.dumps(info)), title="m") == first
    assert str(tmp_path) not in first


def test_quantized_models_and_models_without_weights(tmp_path):
    document = make_report(*model(tmp_path / "q", quantize={"uint8": ["m/conv/*"]}), title="q")
    assert "Some variables are stored quantized" in " ".join(parse(document).text)
    write_model(tmp_path / "e", {"format": "graph-model", "modelTopology": {"node": []}}, [], WeightOptions())
    assert "The model has no weights." in " ".join(parse(make_report(tmp_path / "e", {}, title="e")).text)


def test_seeded_inputs():
    inputs = [
        {"name": "x", "dtype": "float32", "shape": [None, 3]},
        {"name": "ids", "dtype": "int32", "shape": [2, 5]},
        {"name": "on", "dtype": "bool", "shape": []},
    ]
    made = seeded_inputs(inputs, 3)
    assert {name: (str(a.dtype), a.shape) for name, a in made.items()} == {
        "x": ("float32", (1, 3)),
        "ids": ("int32", (2, 5)),
        "on": ("bool", ()),
    }
    again = seeded_inputs(inputs, 3)
    assert all(np.array_equal(made[name], again[name]) for name in made)
    assert not np.array_equal(made["x"], seeded_inputs(inputs, 4)["x"])
    for bad in ({"dtype": "string", "shape": [1]}, {"dtype": "float32", "shape": None}):
        with pytest.raises(InputError, match="'s' is "):
            seeded_inputs([{"name": "s", **bad}])


def test_compare():
    reference = {
        "y": np.array([[1, 2, 3], [3, 2, 1]], np.float32),
        "s": np.float32(4),
        "n": np.array([np.nan]),
        "w": np.array([b"a"], object),
        "gone": np.ones(2),
        "shape": np.ones(2),
    }
    outputs = {**reference, "y": np.array([[1, 2, 3.5], [3, 4, 1]], np.float32), "shape": np.ones(3)}
    del outputs["gone"]
    report = compare(reference, outputs)
    assert report["y"] == {"max_error": 2, "rms_error": 0.841625, "max_magnitude": 3, "same_argmax": 0.5}
    assert report["s"] == {"max_error": 0, "rms_error": 0, "max_magnitude": 4}
    assert "cannot" not in report["n"]["error"] and set(report["n"]) == set(report["w"]) == {"error"}
    assert report["gone"] == {"error": "the output is missing"} and report["shape"] == {"error": "the shape is [3]"}


def test_numbers_on_the_page():
    assert [text_of.size(n) for n in (0, 999, 1000, 3_700_000, 61_440, 999_600, 12_345_678_901)] == [
        "0 B",
        "999 B",
        "1.00 kB",
        "3.70 MB",
        "61.4 kB",
        "1.00 MB",
        "12.3 GB",
    ]
    assert [text_of.error(e) for e in (0, 1e-5, 0.0234, 0.5, 3.0)] == ["0", "1.0e-05", "2.3 %", "50 %", "300 %"]
    assert text_of.shape([None, -1, 3]) == "? × ? × 3"
    assert text_of.shorten("abcdefghij", 7) == "ab…ghij" and text_of.shorten("abc", 3) == "abc"


def test_channels_of_next_to_nothing_leave_the_scale_readable(tmp_path):
    kernel = np.random.default_rng(2).normal(size=(3, 3, 4, 8)).astype(np.float32)
    kernel[..., 5] *= 1e-30
    artifact = write_model(tmp_path / "m", {}, [[Weight.of("kernel", kernel)]], WeightOptions())
    (facts,) = measure_variants(tmp_path / "m", artifact.info()).weights
    picture = ET.fromstring(channels(facts))
    labels = sorted(float(label.get("y")) for label in picture.iter("text"))
    assert len(labels) == 3 and min(np.diff(labels)) > 11
    height = float(picture.get("viewBox").split()[3])
    assert all(0 <= label <= height for label in labels)
    bars = [float(bar.get("height")) for bar in picture.iter("rect")]
    assert len(bars) == 8 and min(bars) > 0
