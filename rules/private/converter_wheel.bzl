"""The `converter_wheel` rule: the converter as a wheel, for Python without Bazel."""

load(":actions.bzl", "multiline_args", "python_attrs", "python_toolchain", "run_python")
load(":tfjs_tables.bzl", "TABLES_ATTRS", "add_tables_flags")

# What wheels are named after where they run on every machine.
_TAGS = "py3-none-any"

def _converter_wheel_impl(ctx):
    wheel = ctx.actions.declare_file("{}-{}-{}.whl".format(ctx.attr.distribution, ctx.attr.version, _TAGS))
    args = multiline_args(ctx)
    args.add(ctx.attr.distribution, format = "--name=%s")
    args.add(ctx.attr.version, format = "--version=%s")
    args.add(ctx.attr.summary, format = "--summary=%s")
    args.add(ctx.attr.python_requires, format = "--python_requires=%s")
    args.add_all(ctx.attr.requires, format_each = "--requires=%s")
    args.add_all(
        ["{}:{}".format(extra, each) for extra, requirements in sorted(ctx.attr.extra_requires.items()) for each in requirements],
        format_each = "--extra=%s",
    )
    args.add_all(
        ["{}={}".format(name, function) for name, function in sorted(ctx.attr.console_scripts.items())],
        format_each = "--console_script=%s",
    )
    args.add(ctx.file.readme, format = "--readme=%s")
    args.add(ctx.file.package, format = "--package=%s")
    args.add_all(ctx.files.srcs, format_each = "--source=%s")
    add_tables_flags(ctx, args)
    args.add(wheel, format = "--output=%s")
    run_python(
        ctx,
        args = args,
        inputs = [ctx.file.readme, ctx.file.package] + ctx.files.srcs + ctx.files._tables,
        main = ctx.file._make_wheel,
        mnemonic = "TfjsWheel",
        outputs = [wheel],
        progress_message = "Packing %{label}",
        runtime = "light",
    )
    return [DefaultInfo(files = depset([wheel]), runfiles = ctx.runfiles([wheel]))]

converter_wheel = rule(
    implementation = _converter_wheel_impl,
    doc = "Packs the converter and the tables of TensorFlow.js into a wheel with the same bytes on every machine.",
    attrs = {
        "console_scripts": attr.string_dict(doc = "Commands, and the function that each runs: `module:function`."),
        "distribution": attr.string(doc = "The name under which it is installed.", mandatory = True),
        "extra_requires": attr.string_list_dict(doc = "Requirements by extra."),
        "python_requires": attr.string(doc = "Versions of Python that it runs on.", mandatory = True),
        "package": attr.label(allow_single_file = ["__init__.py"], doc = "The package's `__init__.py`.", mandatory = True),
        "readme": attr.label(allow_single_file = [".md"], doc = "The description.", mandatory = True),
        "requires": attr.string_list(doc = "Requirements that are always installed."),
        "srcs": attr.label_list(allow_files = [".py"], doc = "Its modules.", mandatory = True),
        "summary": attr.string(doc = "What it is, in one line.", mandatory = True),
        "version": attr.string(doc = "Its version, which is that of the sources.", mandatory = True),
        "_make_wheel": attr.label(default = "//tools/wheel:make_wheel.py", allow_single_file = True),
    } | python_attrs() | TABLES_ATTRS,
    toolchains = [python_toolchain("light")],
)
