"""The `converter_library` rule: the converter's package as one file that starts quickly."""

load(":actions.bzl", "multiline_args", "python_toolchain", "run_interpreter")

def _converter_library_impl(ctx):
    library = ctx.actions.declare_file(ctx.label.name + ".zip")
    args = multiline_args(ctx)
    args.add(ctx.file.package, format = "--package=%s")
    args.add_all(ctx.files.srcs, format_each = "--source=%s")
    args.add(library, format = "--output=%s")
    run_interpreter(
        ctx,
        args = args,
        inputs = ctx.files.srcs + [ctx.file.package],
        main = ctx.file._pack_library,
        mnemonic = "TfjsLibrary",
        outputs = [library],
        progress_message = "Compiling %{label}",
        runtime = "bare",
    )
    return [DefaultInfo(files = depset([library]))]

converter_library = rule(
    implementation = _converter_library_impl,
    doc = """Packs a Python package, compiled, into one zip file to put on Python's path.

Actions then declare one file instead of hundreds, and do not compile the package at each start.
""",
    attrs = {
        "package": attr.label(allow_single_file = ["__init__.py"], doc = "The package's `__init__.py`.", mandatory = True),
        "srcs": attr.label_list(allow_files = [".py"], doc = "Its modules.", mandatory = True),
        "_pack_library": attr.label(default = "//tools/library:pack_library.py", allow_single_file = True),
    },
    toolchains = [python_toolchain("bare")],
)
