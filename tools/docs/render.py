"""Renders what `starlark_doc_extract` reads from .bzl files as one Markdown page.

The messages are those of stardoc_output.proto, which Bazel documents with that rule; only the fields used are declared.
"""

from __future__ import annotations

import argparse
import pathlib
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

# Message: its fields as (number, name, type); a type in capitals is another message, and a star marks a repeated field.
_MESSAGES = {
    "ModuleInfo": [
        (1, "rules", "*RuleInfo"),
        (2, "providers", "*ProviderInfo"),
        (3, "functions", "*FunctionInfo"),
        (5, "doc", "string"),
        (7, "extensions", "*ExtensionInfo"),
    ],
    "RuleInfo": [(1, "name", "string"), (2, "doc", "string"), (3, "attributes", "*AttributeInfo")],
    "AttributeInfo": [
        (1, "name", "string"),
        (2, "doc", "string"),
        (3, "type", "int32"),
        (4, "mandatory", "bool"),
        (6, "default", "string"),
    ],
    "ProviderInfo": [(1, "name", "string"), (2, "doc", "string"), (3, "fields", "*FieldInfo")],
    "FieldInfo": [(1, "name", "string"), (2, "doc", "string")],
    "FunctionInfo": [(1, "name", "string"), (2, "parameters", "*ParameterInfo"), (3, "doc", "string")],
    "ParameterInfo": [(1, "name", "string"), (2, "doc", "string"), (3, "default", "string")],
    "ExtensionInfo": [(1, "name", "string"), (2, "doc", "string"), (3, "tags", "*TagInfo")],
    "TagInfo": [(1, "name", "string"), (2, "doc", "string"), (3, "attributes", "*AttributeInfo")],
}

_TYPES = {
    1: "name",
    2: "integer",
    3: "label",
    4: "string",
    5: "list of strings",
    6: "list of integers",
    7: "list of labels",
    8: "boolean",
    9: "dictionary: label to string",
    10: "dictionary: string to string",
    11: "dictionary: string to list of strings",
}


def _module_info() -> type:
    """Builds the class of the outermost message."""
    proto = descriptor_pb2.FileDescriptorProto(name="docs.proto", package="docs", syntax="proto3")
    kinds = descriptor_pb2.FieldDescriptorProto
    for name, fields in _MESSAGES.items():
        message = proto.message_type.add(name=name)
        for number, field_name, kind in fields:
            field = message.field.add(name=field_name, number=number)
            field.label = kinds.LABEL_REPEATED if kind.startswith("*") else kinds.LABEL_OPTIONAL
            if kind.lstrip("*") in _MESSAGES:
                field.type = kinds.TYPE_MESSAGE
                field.type_name = ".docs." + kind.lstrip("*")
            else:
                field.type = {"string": kinds.TYPE_STRING, "int32": kinds.TYPE_INT32, "bool": kinds.TYPE_BOOL}[kind]
    pool = descriptor_pool.DescriptorPool()
    pool.Add(proto)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("docs.ModuleInfo"))


def _cell(text: str) -> str:
    """Puts a text into one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _attributes(attributes) -> list[str]:  # noqa: ANN001
    rows = ["| attribute | what it is | type | default |", "| --- | --- | --- | --- |"]
    for attribute in attributes:
        default = "required" if attribute.mandatory else f"`{_cell(attribute.default)}`" if attribute.default else ""
        doc = "A unique name for this target." if attribute.type == 1 else _cell(attribute.doc)
        rows.append(f"| `{attribute.name}` | {doc} | {_TYPES.get(attribute.type, '')} | {default} |")
    return rows


def _render(module) -> list[str]:  # noqa: ANN001
    lines = [module.doc.strip(), ""]
    for rule in module.rules:
        lines += [f"## {rule.name}", "", rule.doc.strip(), "", *_attributes(rule.attributes), ""]
    for provider in module.providers:
        lines += [f"## {provider.name}", "", provider.doc.strip(), "", "| field | what it is |", "| --- | --- |"]
        lines += [f"| `{field.name}` | {_cell(field.doc)} |" for field in provider.fields] + [""]
    for function in module.functions:
        lines += [f"## {function.name}", "", function.doc.strip(), ""]
        if function.parameters:
            lines += ["| parameter | what it is | default |", "| --- | --- | --- |"]
            for parameter in function.parameters:
                default = f"`{parameter.default}`" if parameter.default else "required"
                lines.append(f"| `{parameter.name}` | {_cell(parameter.doc)} | {default} |")
            lines.append("")
    for extension in module.extensions:
        lines += [f"## {extension.name}", "", extension.doc.strip(), ""]
        for tag in extension.tags:
            lines += [f"### {extension.name}.{tag.name}", "", tag.doc.strip(), "", *_attributes(tag.attributes), ""]
    return lines


def main() -> int:
    """Renders every extract into one page."""
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--title", required=True)
    parser.add_argument("--extract", action="append", required=True, type=pathlib.Path)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    flags = parser.parse_args()
    module_info = _module_info()
    lines = [f"# {flags.title}", "", "Generated from the rules' own documentation: `bazel run //docs:update`.", ""]
    for extract in flags.extract:
        lines += _render(module_info.FromString(extract.read_bytes()))
    flags.output.write_text("\n".join(lines).rstrip() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
