"""A test on how an action was really run: the stub toolchains write down arguments, parameter files and environment."""

load("//tests/rules:support.bzl", "NO_USERS_PYTHON", "STUBS", "with_toolchains")

_SETTINGS = with_toolchains(NO_USERS_PYTHON, STUBS)

_stub_toolchains = transition(
    implementation = lambda _settings, _attr: _SETTINGS,
    inputs = [],
    outputs = _SETTINGS.keys(),
)

_TEST = """#!/usr/bin/env bash
# Compares one recorded call with what was expected.
set -u
record="{record}"
[[ -d "$record" ]] && record="$record/record"
failed=0
{checks}
if (( failed )); then
  echo "Recorded in $record:"
  while IFS= read -r line; do echo "  $line"; done < "$record"
fi
exit "$failed"
"""

_CHECK = """
found=0
while IFS= read -r line; do [[ "$line" == {pattern} ]] && found=1; done < "$record"
if (( found != {wanted} )); then echo {message}; failed=1; fi
"""

def _quoted(text):
    return "'{}'".format(text.replace("'", "'\\''"))

def _record_test_impl(ctx):
    subject = ctx.attr.subject[0]
    files = subject[OutputGroupInfo][ctx.attr.output_group] if ctx.attr.output_group else subject[DefaultInfo].files
    record = files.to_list()[0]
    checks = [
        _CHECK.format(message = _quoted("Expected the line: " + line), pattern = _quoted(line), wanted = 1)
        for line in ctx.attr.lines
    ] + [
        _CHECK.format(message = _quoted("Expected no line that begins with: " + start), pattern = _quoted(start) + "*", wanted = 0)
        for start in ctx.attr.absent
    ]
    test = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(test, _TEST.format(checks = "".join(checks), record = record.short_path), is_executable = True)
    return [DefaultInfo(executable = test, runfiles = ctx.runfiles([record]))]

record_test = rule(
    implementation = _record_test_impl,
    doc = "Builds a target with the stub toolchains and looks into what they recorded.",
    attrs = {
        "absent": attr.string_list(doc = "Beginnings that no line has."),
        "lines": attr.string_list(mandatory = True, doc = "Lines of the record."),
        "output_group": attr.string(doc = "The output group whose first file is the record; by default the default outputs."),
        "subject": attr.label(cfg = _stub_toolchains, mandatory = True, doc = "The target."),
    },
    test = True,
)
