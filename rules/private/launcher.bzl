"""Executables: a script that starts a main program in the light runtime, from the runfiles."""

load(":actions.bzl", "python_toolchain")

_SCRIPT = """#!/usr/bin/env bash
# {comment}
set -euo pipefail
cd "${{RUNFILES_DIR:-${{TEST_SRCDIR:-$0.runfiles}}}}/{workspace}"
export PYTHONHOME="{home}" PYTHONPATH="{packages}" PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1
exec "{interpreter}" -s -P "{main}" {flags} "$@"
"""

def python_executable(ctx, *, name, comment, main, flags, files, transitive_files = []):
    """Declares an executable that runs a main program of the converter.

    Args:
      ctx: the context of a rule with `python_attrs()` and `python_toolchain("light")`.
      name: the script's name.
      comment: what it does, in one line.
      main: the main program (File).
      flags: list of flags; paths in them are short paths.
      files: list of the files that they name.
      transitive_files: list of depsets of further files.

    Returns:
      `DefaultInfo` with the script and its runfiles.
    """
    python = ctx.toolchains[python_toolchain("light")].tfjs_runtime
    package = ctx.file._package.short_path.rpartition("/")[0].rpartition("/")[0]
    script = ctx.actions.declare_file(name)
    ctx.actions.write(script, _SCRIPT.format(
        comment = comment,
        flags = " ".join(["'{}'".format(flag.replace("'", "'\\''")) for flag in flags]),
        home = python.interpreter.short_path.removesuffix("/bin/python3"),
        interpreter = python.interpreter.short_path,
        main = main.short_path,
        packages = ":".join([package] + [site.short_path.rpartition("/")[0] for site in python.sites]),
        workspace = ctx.workspace_name,
    ), is_executable = True)
    return DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles(
            [main] + files + ctx.files._library,
            transitive_files = depset(transitive = [python.files] + transitive_files),
        ),
    )
