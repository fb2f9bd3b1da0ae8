"""Executables: a script that starts a main program from the runfiles, of the converter or in Node."""

load(":actions.bzl", "NODE_TOOLCHAIN", "python_toolchain")

_START = """#!/usr/bin/env bash
# {comment}
set -euo pipefail
script=$(readlink -f -- "$0")
runfiles="${{RUNFILES_DIR:-${{TEST_SRCDIR:-$script.runfiles}}}}"
case "$runfiles" in /*) ;; *) runfiles="$PWD/$runfiles" ;; esac
root="$runfiles/{workspace}"
"""

_PYTHON = _START + """export PYTHONHOME="$root/{home}" PYTHONPATH="{packages}" PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1{env}
cd "{folder}"
exec "$root/{interpreter}" -s -P "$root/{main}" {flags} "$@"
"""

# Symbolic links are kept: a program finds the files beside it in the runfiles, and not in whatever these point to.
_NODE = _START + """exec "$root/{node}" --preserve-symlinks --preserve-symlinks-main "$root/{main}" {flags} "$@"
"""

# Where a program starts: beside what its flags name, or where its caller types paths.
_FOLDERS = {
    "caller": "${BUILD_WORKING_DIRECTORY:-$PWD}",
    "runfiles": "$root",
}

def python_executable(ctx, *, name, comment, main, flags, files, transitive_files = [], runtime = "light", folder = "runfiles", sites = [], env = {}):
    """Declares an executable that runs a main program of the converter.

    Args:
      ctx: the context of a rule with `python_attrs()` and `python_toolchain(runtime)`.
      name: the script's name.
      comment: what it does, in one line.
      main: the main program (File).
      flags: list of flags; paths in them are short paths, which `runfile` makes valid in any folder.
      files: list of the files that they name.
      transitive_files: list of depsets of further files.
      runtime: "light", "core" or "full".
      folder: where it starts: "runfiles", or "caller" for the folder in which `bazel run` was typed.
      sites: list of files at the top of further folders of packages, searched after the runtime's.
      env: environment variables.

    Returns:
      `DefaultInfo` with the script and its runfiles.
    """
    python = ctx.toolchains[python_toolchain(runtime)].tfjs_runtime
    script = ctx.actions.declare_file(name)
    ctx.actions.write(script, _PYTHON.format(
        comment = comment,
        env = "".join([" {}={}".format(key, _quoted(value)) for key, value in env.items()]),
        flags = " ".join([_quoted(flag) for flag in flags]),
        folder = _FOLDERS[folder],
        home = python.interpreter.short_path.removesuffix("/bin/python3"),
        interpreter = python.interpreter.short_path,
        main = main.short_path,
        packages = ":".join(["$root/" + path for path in [ctx.file._library.short_path] + [site.short_path.rpartition("/")[0] for site in python.sites + sites]]),
        workspace = ctx.workspace_name,
    ), is_executable = True)
    return DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles(
            [main, ctx.file._library] + files,
            transitive_files = depset(transitive = [python.files] + transitive_files),
        ),
    )

def node_executable(ctx, *, name, comment, main, flags, files, transitive_files = []):
    """Declares an executable that runs a main program in Node.

    Args:
      ctx: the context of a rule with `NODE_TOOLCHAIN`.
      name: the script's name.
      comment: what it does, in one line.
      main: the main program (File).
      flags: list of flags; `runfile` makes the paths in them.
      files: list of the files that they name, and of the program's other modules.
      transitive_files: list of depsets of further files.

    Returns:
      `DefaultInfo` with the script and its runfiles.
    """
    node = ctx.toolchains[NODE_TOOLCHAIN].tfjs_node.node
    script = ctx.actions.declare_file(name)
    ctx.actions.write(script, _NODE.format(
        comment = comment,
        flags = " ".join([_quoted(flag) for flag in flags]),
        main = main.short_path,
        node = node.short_path,
        workspace = ctx.workspace_name,
    ), is_executable = True)
    return DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles([main, node] + files, transitive_files = depset(transitive = transitive_files)),
    )

_ROOT = "{runfiles root}/"

def runfile(path):
    """Returns a short path as one that is valid in any folder, for `flags` and `env` of an executable.

    Args:
      path: the short path of a file.
    """
    return _ROOT + path

def _quoted(text):
    """Returns a word of the shell; only what `runfile` made is replaced in it."""
    quoted = "'{}'".format(text.replace("'", "'\\''"))
    return quoted.replace(_ROOT, "'\"$root\"'/")
