"""Every `fail()` that analysis can reach has a test in tests/rules that expects its sentence."""

import ast
import re

from tests.support.starlark import Source, dotted, sources


def analysis_failures(source):
    """Returns each `fail()` outside repository rules: its place, and the first words of its sentence between values."""
    repository = [
        call
        for function in ast.walk(source.tree)
        if isinstance(function, ast.FunctionDef) and any(argument.arg == "rctx" for argument in function.args.args)
        for call in ast.walk(function)
    ]
    return [
        (source.at(call), first_words(source.text_of(call.args[0])))
        for call in source.calls
        if dotted(call.func) == "fail" and call not in repository
    ]


def first_words(sentence):
    """Returns the first piece of a format that is more than a label or a word."""
    pieces = [piece.strip(" :,;()") for piece in re.split(r"\{\w*\}", sentence)]
    return next(piece for piece in pieces if len(piece) >= 12)


def untested(failures, tests):
    said = "\n".join(
        node.value
        for source in tests
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return [f"{place}: no test in tests/rules expects {words!r}" for place, words in failures if words not in said]


def test_every_analysis_failure_is_tested():
    failures = [
        failure for source in sources("rules") + sources("tools/runtime") for failure in analysis_failures(source)
    ]
    assert len(failures) >= 10
    assert untested(failures, sources("tests/rules", "*_tests.bzl")) == []


def test_an_untested_failure_is_found():
    rule = Source("x.bzl", 'def f(ctx):\n    fail("{}: size is a number, got: {}".format(ctx.label, 1))')
    assert analysis_failures(rule) == [("x.bzl:2", "size is a number, got")]
    assert untested(analysis_failures(rule), [Source("x_tests.bzl", 'fails(contains = ["size is large"])')])
    assert not untested(
        analysis_failures(rule), [Source("x_tests.bzl", 'fails(contains = ["size is a number, got: 1"])')]
    )


def test_failures_of_repository_rules_are_left_out():
    rule = Source("x.bzl", 'def _f_impl(rctx):\n    fail("the download of {} failed".format(rctx.name))')
    assert analysis_failures(rule) == []
