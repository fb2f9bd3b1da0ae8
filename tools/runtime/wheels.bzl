"""A repository of Python wheels, installed from a hash-locked file and pruned to what is opened."""

load(":find_python.bzl", "pip_python")

_BUILD = """\
package(default_visibility = ["//visibility:public"])

exports_files(["site-packages/RUNTIME.json"])

filegroup(
    name = "files",
    srcs = glob(["site-packages/**"]),
)
"""

_PLATFORMS = {
    "aarch64": "aarch64",
    "amd64": "x86_64",
    "arm64": "aarch64",
    "x86_64": "x86_64",
}

# Oldest first: pip takes a wheel that fits any of them.
_MANYLINUX = ["manylinux_2_17", "manylinux2014", "manylinux_2_24", "manylinux_2_26", "manylinux_2_27", "manylinux_2_28"]

def _run(rctx, arguments, what):
    result = rctx.execute(arguments, timeout = 1800, environment = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONHASHSEED": "0",
    })
    if result.return_code != 0:
        fail("@{}: {} failed.\n{}".format(rctx.name, what, (result.stderr or result.stdout).strip()))

def _python_wheels_impl(rctx):
    if not rctx.os.name.startswith("linux") or rctx.os.arch not in _PLATFORMS:
        fail("@{}: conversions run on Linux (x86_64 or aarch64), and this is {} on {}; build with a remote Linux executor or in a container.".format(
            rctx.name,
            rctx.os.name,
            rctx.os.arch,
        ))
    version = rctx.attr.python_version
    rctx.report_progress("Preparing pip")
    python = pip_python(rctx, version)
    rctx.report_progress("Downloading and unpacking the wheels of " + rctx.attr.lock.name)
    arch = _PLATFORMS[rctx.os.arch]
    _run(rctx, [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--only-binary=:all:",
        "--no-deps",
        "--no-compile",
        "--target=site-packages",
        "--implementation=cp",
        "--python-version=" + version,
        "--abi=cp" + version.replace(".", ""),
        "--abi=abi3",
        "--abi=none",
    ] + ["--platform={}_{}".format(name, arch) for name in _MANYLINUX] + [
        "-r",
        rctx.path(rctx.attr.lock),
    ], "installing the wheels of " + str(rctx.attr.lock))

    rctx.report_progress("Pruning what no conversion opens")
    _run(rctx, [
        python,
        rctx.path(rctx.attr._prune),
        "--root=site-packages",
        "--rules=" + str(rctx.path(rctx.attr.prune)),
        "--python_version=" + version,
    ] + (["--sourceless"] if rctx.attr.sourceless else []), "pruning")
    rctx.delete("_pip")
    rctx.file("BUILD.bazel", _BUILD)

python_wheels = repository_rule(
    implementation = _python_wheels_impl,
    doc = "Installs wheels with pip, by hash, from whatever index pip is set up for, and prunes them.",
    attrs = {
        "lock": attr.label(mandatory = True, allow_single_file = True, doc = "Requirements with exact versions and hashes, dependencies included."),
        "pip_interpreter": attr.label(doc = "The Python that runs pip; by default one is looked for on PATH. It only downloads: any version of Python 3 with `venv` will do."),
        "prune": attr.label(mandatory = True, allow_single_file = True, doc = "Which files are kept: lines of `- pattern` (dropped) and `+ pattern` (kept), the first that matches counts."),
        "python_version": attr.string(mandatory = True, doc = "The version whose wheels are taken, such as `3.13`."),
        "sourceless": attr.bool(doc = "Whether modules are kept compiled only, which halves the files."),
        "_prune": attr.label(default = "//tools/runtime:prune.py", allow_single_file = True),
    },
    environ = ["PATH"],
)
