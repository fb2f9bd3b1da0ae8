"""The flags, on absl: names, kinds, defaults and help, in the groups in which help shows them."""

from __future__ import annotations

from absl import flags

from tfjs_convert.cli import formats

QUANTIZE = ("quantize_float16", "quantize_uint8", "quantize_uint16")
BOOLEANS = ("strip_debug_ops", "use_structured_outputs_names", "control_flow_v2", "experiments")

GROUPS = {
    "Formats": ("input_format", "output_format"),
    "What to convert": ("signature_name", "saved_model_tags", "output_node_names"),
    "Weights": (*QUANTIZE, "quantization_bytes", "weight_shard_size_bytes", "split_weights_by_layer"),
    "Graph models": (
        "skip_op_check",
        "strip_debug_ops",
        "control_flow_v2",
        "use_structured_outputs_names",
        "experiments",
    ),
    "Keras": ("keras_version",),
    "Everything else": ("metadata", "traceback", "version", "help"),
}

_TRUE, _FALSE = ("true", "t", "1", "yes", "y"), ("false", "f", "0", "no", "n", "")


def is_boolean(word: str) -> bool:
    """Whether a word can be the value of a boolean flag that stands before it."""
    return word.lower() in _TRUE + _FALSE


class _BooleanParser(flags.ArgumentParser):
    """`False` is false, and so is an empty value: the only one that was with the upstream command."""

    syntactic_help = "true or false"

    def parse(self, argument: object) -> bool:
        """Raises ValueError if `argument` is neither."""
        if isinstance(argument, bool):
            return argument
        if str(argument).lower() in _TRUE:
            return True
        if str(argument).lower() in _FALSE:
            return False
        raise ValueError("write true or false")

    def flag_type(self) -> str:
        """For help."""
        return "bool"


class _PatternsParser(flags.ArgumentParser):
    """Nothing: all weights; otherwise patterns with commas between."""

    syntactic_help = "patterns of weight names with commas between, or nothing for all weights"

    def parse(self, argument: object) -> bool | list[str] | None:
        """True for all weights, the patterns, or None for `--no…`. Raises ValueError for an empty pattern."""
        if argument is None or isinstance(argument, bool | list):
            return argument or None
        if argument == "true":
            return True
        if argument == "false":
            return None
        patterns = [part.strip() for part in str(argument).split(",")]
        if not all(patterns):
            raise ValueError(
                "a pattern is empty; write patterns such as conv*/kernel, or the flag alone for all weights"
            )
        return patterns

    def flag_type(self) -> str:
        """For help."""
        return "patterns"


def define() -> flags.FlagValues:
    """All flags, unparsed, apart from the process's global ones."""
    values = flags.FlagValues()
    values.set_gnu_getopt(True)
    _define_formats(values)
    _define_weights(values)
    _define_graph(values)
    _boolean(values, "traceback", False, "Show where an error was raised, beside the sentence that says what it is.")
    _boolean(values, "version", False, "Print the versions of this program and of what it uses.", "v")
    _boolean(values, "help", False, "Print this.", "h")
    return values


def _define_formats(values: flags.FlagValues) -> None:
    flags.DEFINE_enum(
        "input_format", formats.SAVED_MODEL, list(formats.INPUTS), "What the input is.", flag_values=values
    )
    flags.DEFINE_enum(
        "output_format",
        None,
        list(formats.OUTPUTS),
        "What to write. By default a layers model from Keras, a graph model from TensorFlow, and Keras's .h5 from a "
        "layers model.",
        flag_values=values,
    )
    flags.DEFINE_string(
        "signature_name", None, "The signature of a SavedModel or hub module to convert.", flag_values=values
    )
    flags.DEFINE_string(
        "saved_model_tags",
        "serve",
        "Tags of the MetaGraph, with commas between; an empty value for one without tags.",
        flag_values=values,
    )
    flags.DEFINE_string(
        "output_node_names",
        None,
        "What a frozen graph returns: names of nodes or tensors, with commas between.",
        flag_values=values,
    )
    flags.DEFINE_string(
        "metadata",
        None,
        "JSON files to carry in the model's userDefinedMetadata: key:path[,key:path…].",
        flag_values=values,
    )
    flags.DEFINE_enum(
        "keras_version",
        None,
        ["2", "3"],
        "Which Keras is to load what is written: by default 2 (tf_keras) for .h5 and SavedModels, 3 for .keras.",
        flag_values=values,
    )


def _define_weights(values: flags.FlagValues) -> None:
    for name in QUANTIZE:
        dtype = name.removeprefix("quantize_")
        flag = flags.Flag(
            parser=_PatternsParser(),
            serializer=None,
            name=name,
            default=None,
            help_string=f"Store weights as {dtype}: all, or those whose names match --{name}=PATTERN[,PATTERN…].",
            boolean=True,
        )
        flags.DEFINE_flag(flag, flag_values=values)
    flags.DEFINE_enum(
        "quantization_bytes", None, ["1", "2"], "Deprecated: 1 is --quantize_uint8, 2 --quantize_uint16.", values
    )
    flags.DEFINE_integer(
        "weight_shard_size_bytes", None, "Largest size of one weight file; 4194304 if not given.", flag_values=values
    )
    _boolean(values, "split_weights_by_layer", False, "Put each layer's weights into files of their own.")


def _define_graph(values: flags.FlagValues) -> None:
    _boolean(values, "skip_op_check", False, "Convert operations that TensorFlow.js does not have.")
    _boolean(values, "strip_debug_ops", True, "Remove Print, Assert and CheckNumerics.")
    _boolean(
        values, "use_structured_outputs_names", False, "Let predict() return a map of the outputs' names to tensors."
    )
    _boolean(
        values,
        "control_flow_v2",
        None,
        "Write conditionals and loops as If and While (true) or as Switch and Merge (false). By default whichever "
        "TensorFlow.js can run.",
    )
    _boolean(values, "experiments", False, "Accepted for the upstream command's sake; changes nothing.")


def _boolean(
    values: flags.FlagValues, name: str, default: bool | None, text: str, short_name: str | None = None
) -> None:
    flag = flags.Flag(
        parser=_BooleanParser(),
        serializer=flags.ArgumentSerializer(),
        name=name,
        default=default,
        help_string=text,
        short_name=short_name,
        boolean=True,
    )
    flags.DEFINE_flag(flag, flag_values=values)
