"""The house style of the Starlark code.

Every check is a function from one file to the sentences that it has against it; the tests run each on the repository
and on a file that breaks it.
"""

import ast
import re

import pytest

from tests.support.starlark import Source, dotted, keyword, sources

FILES = sources("rules") + sources("tools/runtime")
DOCUMENTED_CALLS = {"module_extension", "provider", "repository_rule", "rule", "tag_class"}


def undocumented_modules(source):
    return [] if ast.get_docstring(source.tree) else [f"{source.path}: the file has no docstring"]


def undocumented_functions(source):
    problems = []
    for node in source.tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        doc = ast.get_docstring(node) or ""
        names = [argument.arg for argument in node.args.args + node.args.kwonlyargs]
        problems += [] if doc else [f"{source.at(node)}: {node.name} has no docstring"]
        problems += [
            f"{source.at(node)}: the docstring of {node.name} does not tell of {name}"
            for name in names
            if doc and not re.search(rf"^\s*{name}: ", doc, re.MULTILINE)
        ]
    return problems


def undocumented_rules(source):
    return [
        f"{source.at(call)}: {dotted(call.func)} has no doc"
        for call in source.calls
        if dotted(call.func) in DOCUMENTED_CALLS and not source.text_of(keyword(call, "doc"))
    ]


def undocumented_attributes(source):
    return [
        f"{source.at(value)}: the attribute {key.value} has no doc"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and not str(key.value).startswith("_")
        if isinstance(value, ast.Call) and dotted(value.func).startswith("attr.")
        if not source.text_of(keyword(value, "doc"))
    ]


def untyped_fields(source):
    problems = []
    for call in source.calls:
        if dotted(call.func) != "provider":
            continue
        fields = keyword(call, "fields")
        if not isinstance(fields, ast.Dict):
            problems.append(f"{source.at(call)}: the provider's fields are not a dict with a sentence for each")
            continue
        problems += [
            f"{source.at(value)}: the doc of field {key.value} does not begin with its type, as in (File)"
            for key, value in zip(fields.keys, fields.values, strict=True)
            if not re.match(r"\([A-Za-z]\S*( \S+)?\) \S", source.text_of(value))
        ]
    return problems


def stray_actions(source):
    allowed = {"ctx.actions.run"} if source.path == "rules/private/actions.bzl" else set()
    return [
        f"{source.at(node)}: {dotted(node)} is called in rules/private/actions.bzl only"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and dotted(node) in {"ctx.actions.run", "ctx.actions.run_shell"} - allowed
    ]


def prints(source):
    return [f"{source.at(call)}: print" for call in source.calls if dotted(call.func) == "print"]


def main_repository_labels(source):
    return [
        f"{source.at(node)}: {node.value} is a label of the user's own repository"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(r"@@?//", node.value)
    ]


def paths_in_args(source):
    return [
        f"{source.at(call)}: a path as text in {dotted(call.func)}; add the File"
        for call in source.calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"add", "add_all", "add_joined"}
        for node in ast.walk(call)
        if isinstance(node, ast.Attribute) and node.attr in {"path", "dirname", "short_path"}
    ]


def eager_progress_messages(source):
    return [
        f"{source.at(call)}: a progress_message is a plain string with %{{label}}, %{{input}} or %{{output}}"
        for call in source.calls
        for message in [keyword(call, "progress_message")]
        if message is not None and source.path != "rules/private/actions.bzl"
        if not (isinstance(message, ast.Constant) and re.search(r"%\{(label|input|output)\}", message.value))
    ]


def mnemonics_without_prefix(source):
    return [
        f"{source.at(call)}: a mnemonic is a plain string such as TfjsGraphModel"
        for call in source.calls
        for mnemonic in [keyword(call, "mnemonic")]
        if mnemonic is not None and source.path != "rules/private/actions.bzl"
        if not (isinstance(mnemonic, ast.Constant) and re.fullmatch(r"Tfjs([A-Z][a-z]+)+", mnemonic.value))
    ]


def logic_in_defs(source):
    if source.path != "rules/defs.bzl":
        return []
    return [
        f"{source.at(node)}: defs.bzl only loads and names" for node in source.tree.body if not loads_or_names(node)
    ]


def loads_or_names(node):
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Name) and node.value.id == f"_{node.targets[0].id}"
    return isinstance(node, ast.Expr) and (isinstance(node.value, ast.Constant) or dotted(node.value.func) == "load")


# Each check with a file that it must find fault with, and what it says of it.
CHECKS = [
    (undocumented_modules, "x.bzl", "A = 1", "no docstring"),
    (undocumented_functions, "x.bzl", "def f():\n    pass", "f has no docstring"),
    (undocumented_functions, "x.bzl", 'def f(ctx):\n    """Does it."""', "does not tell of ctx"),
    (undocumented_rules, "x.bzl", "x = rule(implementation = f, attrs = {})", "rule has no doc"),
    (undocumented_rules, "x.bzl", '_DOC = ""\nx = repository_rule(f, doc = _DOC)', "repository_rule has no doc"),
    (undocumented_attributes, "x.bzl", 'A = {"model": attr.label()} | B', "attribute model has no doc"),
    (untyped_fields, "x.bzl", 'P = provider(fields = ["a"])', "not a dict"),
    (untyped_fields, "x.bzl", 'P = provider(fields = {"a": "Files."})', "does not begin with its type"),
    (stray_actions, "rules/private/x.bzl", "ctx.actions.run(outputs = [])", "actions.bzl only"),
    (stray_actions, "rules/private/actions.bzl", "ctx.actions.run_shell(command = c)", "actions.bzl only"),
    (prints, "x.bzl", "print(1)", "print"),
    (main_repository_labels, "x.bzl", 'A = "@//tools:x"', "user's own repository"),
    (paths_in_args, "x.bzl", "args.add(file.path)", "as text in args.add"),
    (paths_in_args, "x.bzl", 'args.add("--a={}/b".format(file.dirname))', "as text in args.add"),
    (eager_progress_messages, "x.bzl", 'run(progress_message = "Making {}".format(name))', "plain string"),
    (eager_progress_messages, "x.bzl", 'run(progress_message = "Making")', "plain string"),
    (mnemonics_without_prefix, "x.bzl", 'run(mnemonic = "convert")', "plain string such as"),
    (logic_in_defs, "rules/defs.bzl", "x = rule(f)", "only loads and names"),
]


def test_the_files_are_found():
    expected = {"rules/defs.bzl", "rules/private/actions.bzl", "rules/providers.bzl", "tools/runtime/toolchain.bzl"}
    assert expected <= {source.path for source in FILES}


@pytest.mark.parametrize("check", dict.fromkeys(check for check, *_ in CHECKS), ids=lambda check: check.__name__)
def test_the_repository_passes(check):
    assert [problem for source in FILES for problem in check(source)] == []


@pytest.mark.parametrize(("check", "path", "text", "expected"), CHECKS)
def test_the_check_finds_fault(check, path, text, expected):
    assert expected in " ".join(check(Source(path, text)))
