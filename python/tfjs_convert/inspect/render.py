"""A report as text for people: plain, aligned, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tfjs_convert.inspect.detect import NAMES
from tfjs_convert.inspect.table import indented, table, wrapped
from tfjs_convert.inspect.values import Values
from tfjs_convert.report.text import number, size

_LARGEST = 10
_LAYERS = 60


def render(report: Mapping, name: str = "", target: str = "", whole: bool = False) -> str:
    """The text of a report.

    Args:
      report: from `inspect_model`.
      name: what to call the model; by default the file's name.
      target: the label of the model target that is made from it, for the lines to paste.
      whole: whether long lists are shown whole.
    """
    lines = [f"{name or report['name']}: {NAMES[report['kind']]}, {_files(report)}"]
    for title, block in _sections(report, target, whole):
        block = list(block)
        if block:
            lines += ["", title, *indented(block)]
    return "\n".join(lines) + "\n"


def _files(report: Mapping) -> str:
    files = report["files"]
    return f"{size(report['bytes'])} in {number(files)} file{'' if files == 1 else 's'}"


def _sections(report: Mapping, target: str, whole: bool) -> Iterator[tuple[str, Iterator[str] | Sequence[str]]]:
    yield "About", _facts(report)
    for graph in report.get("meta_graphs", []):
        yield f"MetaGraph tagged {','.join(graph['tags']) or '(nothing)'}", _meta_graph(graph, whole)
    yield "Inputs and outputs", _endpoints(report)
    yield from _keras(report, whole)
    yield from _keras(report.get("keras") or {}, whole)
    if "meta_graphs" not in report and "layers" not in report:
        yield "Operations", counts(report.get("operations") or {})
    yield "Weights", _weights(report, whole)
    yield "Shards", _shards(report)
    yield "Can TensorFlow.js run it?", _verdict(report)
    yield "Problems", [line for text in report.get("problems", []) for line in wrapped(text)]
    yield f"Attributes to paste{f' into {target}' if target else ''}", report.get("attributes", [])


def _facts(report: Mapping) -> Iterator[str]:
    for key, label in (("generated_by", "made by"), ("converted_by", "converted by"), ("keras_version", "Keras")):
        if report.get(key):
            yield f"{label} {report[key]}"


def _meta_graph(graph: Mapping, whole: bool) -> Iterator[str]:
    yield f"written by TensorFlow {graph['tensorflow_version'] or 'of an unknown version'}"
    for signature in graph["signatures"]:
        yield ""
        yield f"signature {signature['name']}"
        yield from indented(_endpoints(signature))
        yield from indented(_verdict(signature))
    if not graph["signatures"]:
        yield "no signature: it does not say what its inputs and outputs are"
    for title, rows in (
        ("operations", counts(graph["operations"])),
        ("tables", table([(t["name"], t["operation"], f"{t['keys']} to {t['values']}") for t in graph["tables"]])),
        ("assets", graph["assets"]),
        ("functions", _cut(graph["functions"], _LARGEST, whole)),
    ):
        rows = list(rows)
        if rows:
            yield ""
            yield title
            yield from indented(rows)


def _endpoints(holder: Mapping) -> list[str]:
    rows = [
        (kind, each["name"], each["dtype"] or "", shape(each["shape"]) if each["dtype"] else "")
        for kind, key in (("input", "inputs"), ("output", "outputs"))
        for each in holder.get(key) or []
    ]
    return table(rows)


def shape(sizes: Sequence[int | None] | None) -> str:
    """A shape as people write it: `[?, 224, 3]`."""
    return "any shape" if sizes is None else f"[{', '.join('?' if each is None else str(each) for each in sizes)}]"


def _keras(report: Mapping, whole: bool) -> Iterator[tuple[str, list[str]]]:
    layers = report.get("layers") or []
    if layers:
        rows = [("layer", "class", "parameters")] if any("parameters" in each for each in layers) else []
        for each in layers:
            amount = [number(each["parameters"])] if "parameters" in each else []
            rows.append((each["name"], each["class"], *amount))
        model = report.get("model") or {}
        title = f"Layers ({number(len(layers))}{', ' + model['form'] if model else ''})"
        yield title, list(_cut(table(rows, right=(2,)), _LAYERS, whole))
    training = report.get("training")
    if isinstance(training, Mapping):
        rows = [(key, str(value)) for key, value in training.items() if value not in (None, [], {})]
        yield "Training", [line for row in table(rows) for line in wrapped(row)]


def counts(operations: Mapping[str, int]) -> list[str]:
    """Names with their counts, as running text."""
    return wrapped(", ".join(f"{op} {count}" if count > 1 else op for op, count in operations.items()))


def _weights(report: Mapping, whole: bool) -> Iterator[str]:
    weights = report.get("weights") or []
    if not weights:
        return
    yield f"{number(report['parameters'])} values in {_arrays(len(weights))}, {size(report['weight_bytes'])}"
    for how, each in (report.get("quantization") or {}).items():
        yield f"stored as {how}: {_arrays(each['weights'])}, {size(each['bytes'])}"
    largest = sorted(weights, key=lambda each: (-(each["bytes"] or 0), each["name"]))
    rows = []
    for each in largest if whole else largest[:_LARGEST]:
        stored = size(each["bytes"]) if each["bytes"] is not None else "strings"
        rows.append((each["name"], each.get("quantization") or each["dtype"], shape(each["shape"]), stored))
    yield ""
    yield from table(rows, right=(3,))
    if len(rows) < len(weights):
        yield f"… and {number(len(weights) - len(rows))} smaller ones (--all shows them)"


def _arrays(count: int) -> str:
    return f"{number(count)} array{'' if count == 1 else 's'}"


def _shards(report: Mapping) -> list[str]:
    rows = [
        (each["path"], "missing" if each["bytes"] is None else size(each["bytes"])) for each in report.get("shards", [])
    ]
    return table(rows, right=(1,))


def _verdict(report: Mapping) -> Iterator[str]:
    """What TensorFlow.js makes of it; `report` is a report, or a signature's part of one."""
    found = report.get("conversion") or (report if "backends" in report else None)
    if not found:
        return
    if found.get("problem"):
        yield from wrapped(f"cannot be converted as it is: {found['problem']}")
        if found.get("lacking"):
            yield from wrapped(f"layers that layers models lack: {', '.join(found['lacking'])}")
        return
    for each in found.get("missing", []):
        yield from wrapped(_missing(each))
    if "backends" in found:
        if found.get("missing"):
            return
        yield f"yes, with {found['execution']}()"
        able = [backend for backend, lacks in found["backends"].items() if not lacks]
        yield f"backends: {', '.join(able) or 'none'}"
        for backend, lacks in found["backends"].items():
            if lacks:
                yield from wrapped(f"not on {backend}: {', '.join(lacks)}")
    elif found.get("possible"):
        yield "yes, as a layers model"
    if "operations" in found and found is not report:
        yield from wrapped(f"operations after conversion: {'; '.join(counts(found['operations']))}")
    for note in found.get("notes", []):
        yield from wrapped(note)


def _missing(each: Values) -> str:
    where = ""
    if each.get("layers"):
        where = f", from {', '.join(each['layers'][:3])}"
    elif each.get("nodes"):
        where = f", at {', '.join(each['nodes'][:3])}"
    return f"no: TensorFlow.js lacks {each['operation']} ({each['count']}×{where})"


def _cut(rows: Sequence[str], most: int, whole: bool) -> Iterator[str]:
    yield from rows if whole else rows[:most]
    if len(rows) > most and not whole:
        yield f"… and {number(len(rows) - most)} more (--all shows them)"
