"""The questions, in order; only those that matter for what was answered before."""

from __future__ import annotations

from pathlib import Path

from tfjs_convert.cli import formats
from tfjs_convert.cli.dispatch import outputs_of
from tfjs_convert.cli.metadata import read_metadata
from tfjs_convert.errors import ConversionError
from tfjs_convert.inspect import detect, inspect_model
from tfjs_convert.weights.options import DEFAULT_SHARD_SIZE_BYTES
from tfjs_convert.wizard import ask, source
from tfjs_convert.wizard.answers import Answers

_QUANTIZATION = [
    ("", "none: weights stay as they are"),
    ("float16", "float16: half the size, hardly any difference"),
    ("uint16", "uint16: half the size, whole numbers between each weight's least and greatest"),
    ("uint8", "uint8: a quarter of the size; compare the outputs afterwards"),
]
_CONTROL_FLOW = [
    ("", "whichever TensorFlow.js can run"),
    ("true", "If and While, with functions"),
    ("false", "Switch and Merge, as in TensorFlow 1"),
]


def questions() -> Answers:
    """Asks all questions.

    Raises:
      KeyboardInterrupt: the user leaves.
      ConversionError: the model is damaged.
    """
    path = Path(ask.path("Which model (file or folder)?", source.complaint)).expanduser()
    found = source.found_in(path).kind
    print(f"  It is a {detect.NAMES[found]}.")
    given = path / "model.json" if found == formats.LAYERS and path.is_dir() else path
    answers = Answers(given, _input_format(found))
    answers.output_format = _output_format(answers.input_format)
    if answers.output_format == formats.GRAPH:
        _graph(answers)
    if answers.output_format in (formats.GRAPH, formats.LAYERS):
        _weights(answers)
        if ask.agree("Set further options (weight files, operations, metadata)?", default=False):
            _further(answers)
    answers.output_path = _output_path(answers)
    return answers


def _input_format(found: str) -> str:
    if found not in detect.SAVED_MODELS:
        return found
    kinds = sorted(detect.SAVED_MODELS, key=lambda kind: kind != found)
    names = [(kind, f"{kind}: {formats.INPUTS[kind]}{' *' if kind == found else ''}") for kind in kinds]
    return ask.choose("Convert it as which format? (* is what was found)", names)


def _output_format(input_format: str) -> str:
    outputs = outputs_of(input_format)
    if len(outputs) == 1:
        return outputs[0]
    return ask.choose("Into which format?", [(each, f"{each}: {formats.OUTPUTS[each]}") for each in outputs])


def _graph(answers: Answers) -> None:
    """Which graph of the input."""
    if answers.input_format in detect.SAVED_MODELS:
        report = inspect_model(answers.input_path, trial=False)
        tags = source.tag_choices(report)
        chosen = ask.choose("Which MetaGraph, by its tags?", tags) if len(tags) > 1 else tags[0][0]
        if chosen != "serve":
            answers.flags["saved_model_tags"] = chosen
        signatures = source.signature_choices(report, chosen)
        if len(signatures) > 1:
            answers.flags["signature_name"] = ask.choose("Which signature?", signatures)
        elif signatures:
            print(f"  Its signature is {signatures[0][1]}.")
    elif answers.input_format == formats.FROZEN:
        answers.flags["output_node_names"] = _output_nodes(answers.input_path)


def _output_nodes(path: Path) -> str:
    from tfjs_convert.graph import names
    from tfjs_convert.sources import frozen_graph

    graph = frozen_graph.parse_graph(path)
    nodes = {node.name for node in graph.node}

    def check(answer: str) -> str | None:
        named = [each.strip() for each in answer.split(",") if each.strip()]
        unknown = [each for each in named if names.node_of(each) not in nodes]
        if unknown:
            return f"The graph has no node {unknown[0]!r}."
        return None if named else "Name at least one node."

    ends = ",".join(frozen_graph.ends(graph))
    return ask.text("Which nodes does it return (with commas between)?", default=ends, check=check)


def _weights(answers: Answers) -> None:
    dtype = ask.choose("Store weights smaller?", _QUANTIZATION)
    if dtype:
        question = f"Which weights as {dtype} (patterns with commas between; * is all)?"
        answers.flags[f"quantize_{dtype}"] = ask.text(question, default="*", check=_patterns)


def _patterns(answer: str) -> str | None:
    return None if all(part.strip() for part in answer.split(",")) else "A pattern is empty; * is all weights."


def _further(answers: Answers) -> None:
    flags = answers.flags
    default = str(DEFAULT_SHARD_SIZE_BYTES)
    size = ask.text("Largest size of one weight file, in bytes?", default=default, check=_positive)
    if size != default:
        flags["weight_shard_size_bytes"] = size
    if answers.output_format == formats.LAYERS:
        if ask.agree("Put each layer's weights into files of their own?", default=False):
            flags["split_weights_by_layer"] = True
    else:
        if ask.agree("Convert operations that TensorFlow.js does not have (you implement them)?", default=False):
            flags["skip_op_check"] = True
        if not ask.agree("Remove debug operations (Print, Assert, CheckNumerics)?", default=True):
            flags["strip_debug_ops"] = False
        flow = ask.choose("How to write conditionals and loops?", _CONTROL_FLOW)
        if flow:
            flags["control_flow_v2"] = flow == "true"
    metadata = ask.text("Metadata (key:file.json with commas between; empty for none)?", check=_metadata)
    if metadata:
        flags["metadata"] = metadata


def _positive(answer: str) -> str | None:
    return None if answer.isdecimal() and int(answer) > 0 else "Write a number of bytes, such as 4194304."


def _metadata(answer: str) -> str | None:
    try:
        read_metadata(answer or None)
    except ConversionError as error:
        return str(error)
    return None


def _output_path(answers: Answers) -> Path:
    is_file = answers.output_format in (formats.KERAS, formats.KERAS_FILE)
    suffix = ".h5" if answers.output_format == formats.KERAS else ".keras"

    def check(answer: str) -> str | None:
        if not answer:
            return "Write a path."
        if not is_file and Path(answer).expanduser().is_file():
            return "This is a file, and a folder is written."
        return None

    while True:
        kind = "file" if is_file else "folder"
        path = Path(ask.text(f"Which {kind} to write?", check=check)).expanduser()
        if is_file and path.is_dir():
            path = path / f"model{suffix}"
        if not path.exists() or ask.agree(f"{path} is there already. Write over it?", default=False):
            return path
