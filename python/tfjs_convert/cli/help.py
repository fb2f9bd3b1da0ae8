"""What `--help` and `--version` print."""

from __future__ import annotations

import re
import shutil
import textwrap

from absl import flags

from tfjs_convert import version
from tfjs_convert.cli import formats
from tfjs_convert.cli.flags import GROUPS

_COLUMN = 34

_TOP = """usage: {program} [FLAGS] input_path output_path

Converts TensorFlow and Keras models to TensorFlow.js models, and layers models back to Keras.

Examples:
  {program} saved_model web_model
  {program} --input_format=keras --quantize_uint8='*/kernel' model.h5 web_model
  {program} --input_format=tfjs_layers_model --output_format=keras_keras web_model/model.json model.keras
"""

_BOTTOM = """Flags may stand anywhere, be written with one dash or two, and be cut short where no other begins alike;
`--` ends them.
The exit code is 0 if the model was written, 1 if it cannot be converted, 2 if the command line is wrong.
"""


def help_text(program: str, values: flags.FlagValues) -> str:
    """All flags by group, for a terminal of this width."""
    width = max(60, min(shutil.get_terminal_size((100, 24)).columns, 120))
    lines = [_TOP.format(program=program)]
    for group, names in GROUPS.items():
        lines.append(f"{group}:")
        for name in names:
            lines += _entry(values[name], width)
        if group == "Formats":
            lines += ["", *_formats("input_format", formats.INPUTS), *_formats("output_format", formats.OUTPUTS)]
        lines.append("")
    return "\n".join(lines) + _BOTTOM


def _entry(flag: flags.Flag, width: int) -> list[str]:
    left = f"  --{flag.name}{_value(flag)}" + (f", -{flag.short_name}" if flag.short_name else "")
    text = re.sub(r"^<[^>]*>: ", "", flag.help) + (
        f" (default: {_shown(flag.default)})" if flag.default not in (None, False) else ""
    )
    right = textwrap.wrap(text, width - _COLUMN)
    lines = [left] if len(left) >= _COLUMN - 1 else [left.ljust(_COLUMN) + right.pop(0)]
    return lines + [" " * _COLUMN + line for line in right]


def _value(flag: flags.Flag) -> str:
    kind = flag.parser.flag_type()
    if kind == "patterns":
        return "[=PATTERNS]"
    if kind == "bool":
        return "[=true|false]" if flag.name in ("strip_debug_ops", "control_flow_v2") else ""
    names = {"int": "=BYTES", "string enum": "=FORMAT"}
    if flag.name in ("quantization_bytes", "keras_version"):
        return "=" + "|".join(flag.parser.enum_values)
    return names.get(kind, "=" + {"metadata": "KEY:PATH", "saved_model_tags": "TAGS"}.get(flag.name, "NAME"))


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _formats(name: str, known: dict[str, str]) -> list[str]:
    return [f"  {name}:", *[f"    {each.ljust(20)}{text}" for each, text in known.items()]]


def version_text(program: str) -> str:
    """The versions of this program and of what it uses, which are not imported for it."""
    lines = [f"{program} {version.VERSION} (tfjs_convert)", "", "Dependency versions:"]
    return "\n".join(lines + [f"    {name} {found}" for name, found in version.dependencies().items()]) + "\n"
