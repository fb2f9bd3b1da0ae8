"""One self-contained page on one model, for a review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tfjs_convert.budget.measure import Figures
from tfjs_convert.report import pictures, text
from tfjs_convert.report.structure import Structure
from tfjs_convert.report.style import STYLE
from tfjs_convert.report.text import escape
from tfjs_convert.report.variants import VARIANTS, Measured, WeightFacts

_QUANTIZED = VARIANTS[1:]
_ROWS_OF_ERRORS = 40
_CHANNEL_PICTURES = 6


def page(
    title: str,
    info: Mapping[str, object],
    figures: Figures,
    measured: Measured,
    structure: Structure,
    output_errors: Mapping[str, object] | None,
) -> str:
    """The page as HTML.

    Args:
      title: the model's name.
      info: the model's info file.
      figures: sizes and counts of its files.
      measured: its variants.
      structure: its graph.
      output_errors: see `output_errors`; None if they were not measured.
    """
    sections = [
        _head(title, info, figures, measured),
        _inputs_and_outputs(info),
        _sizes(measured, output_errors),
        _outputs(output_errors),
        _weights(structure, measured),
        _errors(measured),
        _graph(structure, figures, measured),
        _files(info),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(section for section in sections if section)
        + "\n</main></body></html>\n"
    )


def _head(title: str, info: Mapping[str, object], figures: Figures, measured: Measured) -> str:
    kind = {"graph-model": "Graph model", "layers-model": "Layers model"}.get(str(info.get("format")), "Model")
    stored = sorted({weight.stored for weight in measured.weights if weight.errors})
    numbers = [
        (text.size(figures.total_bytes), "on disk"),
        (text.size(figures.gzip_bytes), "with gzip"),
        (text.number(figures.parameters), "parameters"),
        (text.number(sum(figures.operations.values())), "operations" if "graph" in kind.lower() else "layers"),
        (text.number(figures.shards), "weight file" if figures.shards == 1 else "weight files"),
        (" + ".join(stored) or "—", "variables stored as"),
    ]
    cells = "".join(f'<div class="figure"><b>{escape(value)}</b><span>{what}</span></div>' for value, what in numbers)
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in info.get("notes") or [])
    return (
        f"<h1>{escape(title)}</h1><p class='lead'>{kind} for TensorFlow.js</p>{_chips(info)}"
        f"<div class='figures'>{cells}</div>{notes}"
    )


def _chips(info: Mapping[str, object]) -> str:
    chips = []
    if info.get("execution"):
        needs = info["execution"] == "executeAsync"
        chips.append(f'<span class="chip {"bad" if needs else "good"}">runs with {escape(info["execution"])}</span>')
    for backend, missing in sorted((info.get("backends") or {}).items()):
        if missing:
            chips.append(f'<span class="chip bad">{escape(backend)} lacks {escape(", ".join(missing))}</span>')
        else:
            chips.append(f'<span class="chip good">{escape(backend)} has all kernels</span>')
    return f"<div>{''.join(chips)}</div>" if chips else ""


def _inputs_and_outputs(info: Mapping[str, object]) -> str:
    rows = [
        f'<tr><td>{what} {i}</td><td class="name">{escape(tensor["name"])}</td><td>{escape(tensor["dtype"])}</td>'
        f"<td>{text.shape(tensor['shape'])}</td></tr>"
        for key, what in (("inputs", "input"), ("outputs", "output"))
        for i, tensor in enumerate(info.get(key) or [], 1)
    ]
    return (
        "<h2>Inputs and outputs</h2><p class='soft'>In the order in which the model takes and gives them.</p>"
        + _table(["", "Name", "Type", "Shape"], rows)
    )


def _table(heads: Sequence[str], rows: Iterable[str]) -> str:
    cells = "".join(f'<th class="number">{h[1:]}</th>' if h.startswith(">") else f"<th>{h}</th>" for h in heads)
    return f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _sizes(measured: Measured, output_errors: Mapping[str, object] | None) -> str:
    largest = max(measured.raw.values()) or 1
    rows = []
    for variant in VARIANTS:
        raw, packed = measured.raw[variant], measured.gzip[variant]
        errors = [w.errors[variant].rms for w in measured.weights if variant in w.errors]
        rows.append(
            f"<tr><td>{variant}</td><td>{_meter(raw / largest, variant, text.size(raw))}</td>"
            f"<td>{_meter(packed / largest, variant + ' light', text.size(packed))}</td>"
            f'<td class="number">{raw / largest:.0%}</td>'
            f'<td class="number">{text.error(max(errors)) if errors else "—"}</td>'
            f'<td class="number">{_worst_output(output_errors, variant)}</td></tr>'
        )
    kept = [
        f'<p class="note">{escape(note)} It stays float32 in the {variant} figures.</p>'
        for weight in measured.weights
        for variant, note in weight.notes.items()
    ]
    heads = ["All variables as", "Bytes", "With gzip", ">of float32", ">Worst weight (rms)", ">Worst output"]
    return (
        "<h2>What it would weigh</h2><p class='soft'>Weights and model.json together. Errors are relative: of a "
        "weight, root mean square over root mean square; of an output, largest error over largest value.</p>"
        + _table(heads, rows)
        + "".join(kept[:10])
    )


def _meter(fraction: float, class_: str, label: str) -> str:
    return f'<div class="meter"><i class="{class_}" style="width:{fraction * 100:.1f}%"></i><span>{label}</span></div>'


def _relative(numbers: Mapping[str, object]) -> float:
    return numbers["max_error"] / numbers["max_magnitude"] if numbers["max_magnitude"] else numbers["max_error"]


def _worst_output(output_errors: Mapping[str, object] | None, variant: str) -> str:
    outputs = ((output_errors or {}).get("variants") or {}).get(variant)
    if not outputs:
        return "reference" if variant == "float32" and "variants" in (output_errors or {}) else "—"
    if any("error" in numbers for numbers in outputs.values()):
        return "failed"
    return text.error(max(_relative(numbers) for numbers in outputs.values()))


def _outputs(output_errors: Mapping[str, object] | None) -> str:
    title = "<h2>Error of the outputs</h2>"
    if not output_errors:
        return f"{title}<p class='soft'>Not measured for this page.</p>"
    if "skipped" in output_errors:
        return f"{title}<p class='soft'>Not measured: {escape(output_errors['skipped'])}</p>"
    inputs = ", ".join(f"<code>{escape(k)}</code> {escape(v)}" for k, v in (output_errors.get("inputs") or {}).items())
    rows = []
    for variant in (v for v in VARIANTS if v in output_errors["variants"]):
        for name, numbers in output_errors["variants"][variant].items():
            head = f'<tr><td>{variant}</td><td class="name">{escape(name)}</td>'
            if "error" in numbers:
                rows.append(f'{head}<td colspan="4">{escape(numbers["error"])}</td></tr>')
                continue
            same = numbers.get("same_argmax")
            rows.append(
                f'{head}<td class="number">{numbers["max_error"]:.3g}</td>'
                f'<td class="number">{numbers["rms_error"]:.3g}</td>'
                f'<td class="number">{text.error(_relative(numbers))}</td>'
                f'<td class="number">{"—" if same is None else f"{same:.0%}"}</td></tr>'
            )
    return (
        f"{title}<p class='soft'>Each variant run in TensorFlow.js against the float32 model on the same random inputs "
        f"(seed {escape(output_errors.get('seed'))}): {inputs}.</p>"
        + _table(["Variant", "Output", ">Largest error", ">rms error", ">Of largest value", ">Same argmax"], rows)
    )


def _weights(structure: Structure, measured: Measured) -> str:
    if not any(weight.bytes for weight in measured.weights):
        return "<h2>Weights by size</h2><p class='soft'>The model has no weights.</p>"
    ordered = sorted(measured.weights, key=lambda weight: (-weight.bytes, weight.name))
    rows = [
        f'<tr><td class="name">{escape(w.name)}</td><td>{escape(w.stored)}</td><td>{text.shape(w.shape)}</td>'
        f'<td class="number">{text.size(w.bytes)}</td><td>{"variable" if w.is_variable else "constant"}</td></tr>'
        for w in ordered
    ]
    return (
        "<h2>Weights by size</h2><p class='soft'>Each area is a weight as the model stores it, within its layer; "
        "colours go from the model's beginning (blue) to its end (red).</p>"
        + pictures.weights_by_size(structure, measured.weights)
        + f"<details><summary>All {len(rows)} weights</summary>"
        + _table(["Weight", "Type", "Shape", ">Bytes", ""], rows)
        + "</details>"
    )


def _errors(measured: Measured) -> str:
    title = "<h2>Quantization error of each weight</h2>"
    weights = sorted((w for w in measured.weights if w.errors), key=lambda weight: (-weight.bytes, weight.name))
    if not weights:
        return f"{title}<p class='soft'>The model has no variables that could be quantized.</p>"
    legend = "".join(
        f'<span><svg width="12" height="12" viewBox="0 0 12 12">{pictures.marker(6, 6, v)}</svg>{v}</span>'
        for v in _QUANTIZED
    )
    shown = weights[:_ROWS_OF_ERRORS]
    more = f" The {len(shown)} largest of {len(weights)} variables are shown." if len(shown) < len(weights) else ""
    already = ""
    if any(weight.stored in _QUANTIZED for weight in weights):
        already = "<p class='note'>Some variables are stored quantized; errors are against their stored values.</p>"
    return (
        f"{title}<p class='soft'>A mark is the weight's root mean square error over that of its values; the line "
        f"reaches to its worst channel (largest error over the channel's largest value).{more}</p>{already}"
        f'<div class="legend">{legend}</div>{pictures.quantization_errors(shown, _QUANTIZED)}' + _channels(weights)
    )


def _channels(weights: Sequence[WeightFacts]) -> str:
    spread = sorted((w for w in weights if w.lost.size), key=lambda w: (-w.lost.size / w.channels, w.name))
    if not spread:
        return ""
    figures = "".join(
        f'<figure><figcaption><span class="name">{escape(text.shorten(w.name, 40))}</span><br/>'
        f"{w.lost.size} of {w.channels} channels too small for uint8</figcaption>{pictures.channels(w)}</figure>"
        for w in spread[:_CHANNEL_PICTURES]
    )
    count = len(spread)
    return (
        f"<h3>Channels that differ widely: {count} {'weight' if count == 1 else 'weights'}</h3>"
        "<p class='soft'>One range serves a whole weight. A bar is a channel's largest magnitude (logarithmic); below "
        "a dashed line, a channel is left with fewer than 16 codes of that type. The converter raises such weights "
        "from uint8 to uint16, or refuses them, as the target says.</p>"
        f'<div class="small">{figures}</div>'
    )


def _graph(structure: Structure, figures: Figures, measured: Measured) -> str:
    if not structure.groups:
        return ""
    operations = sorted(figures.operations.items(), key=lambda item: (-item[1], item[0]))
    most = operations[0][1]
    rows = [
        f'<tr><td class="name">{escape(op)}</td><td>{_meter(count / most, "bar", text.number(count))}</td></tr>'
        for op, count in operations
    ]
    by_name = {weight.name: weight for weight in measured.weights}
    return (
        "<h2>Graph</h2><p class='soft'>Operations in groups by name, in the order of computation, with the bytes of "
        "the weights that they read. A curve at the left is a value that skips groups.</p>"
        + pictures.graph(structure, by_name)
        + f"<details open><summary>{len(rows)} kinds of operations</summary>"
        + _table(["Operation", "Count"], rows)
        + "</details>"
    )


def _files(info: Mapping[str, object]) -> str:
    rows = [
        f'<tr><td class="name">{escape(s["path"])}</td><td class="number">{text.size(s["bytes"])}</td>'
        f'<td class="name">{escape(s["sha256"])}</td></tr>'
        for s in info.get("shards") or []
    ]
    if not rows:
        return ""
    source = (info.get("provenance") or {}).get("source")
    origin = f"<p class='soft'>Converted from files with sha256 <code>{escape(source)}</code>.</p>" if source else ""
    return f"<h2>Files</h2>{origin}{_table(['Weight file', '>Bytes', 'sha256'], rows)}"
