"""The rules behind `NAME.inspect`: a program that shows what is in a model's source."""

load("//rules:providers.bzl", "ModelSourceInfo", "TfjsModelInfo")
load(":actions.bzl", "python_attrs", "python_toolchain")
load(":labels.bzl", "label_text")
load(":launcher.bzl", "python_executable", "runfile")
load(":tfjs_tables.bzl", "TABLES_ATTRS")

# The file that stands for a whole folder, where a model is given as its files.
_MARKS = ["saved_model.pb", "tfhub_module.pb", "model.json"]

def _model_path(ctx):
    """Returns the short path of a model's file or folder, and the depset of its files."""
    model = ctx.attr.model
    if TfjsModelInfo in model:
        directory = model[TfjsModelInfo].directory
        return directory.short_path, depset([directory])
    roots = model[ModelSourceInfo].roots if ModelSourceInfo in model else ctx.files.model
    files = model[ModelSourceInfo].files if ModelSourceInfo in model else depset(ctx.files.model)
    if len(roots) == 1:
        return roots[0].short_path, files
    for mark in _MARKS:
        marked = [file for file in roots if file.basename == mark]
        if len(marked) == 1:
            return marked[0].short_path.rpartition("/")[0] or ".", files
    fail("{}: a model is one file, one directory, or the files of one folder, got {} with the files {}.".format(
        ctx.label,
        model.label,
        [file.short_path for file in roots][:5],
    ))

def _model_inspect_impl(ctx, runtime):
    path, files = _model_path(ctx)
    tables = ctx.files._tables
    target = ctx.label.same_package_label(ctx.attr.target) if hasattr(ctx.label, "same_package_label") else ctx.label.relative(":" + ctx.attr.target)
    flags = ["--name=" + label_text(ctx.attr.model.label)]
    if target != ctx.attr.model.label:
        flags.append("--target=" + label_text(target))
    return [python_executable(
        ctx,
        name = ctx.label.name + ".sh",
        comment = "Shows what is in a model: signatures, shapes, operations, layers, sizes.",
        env = {"TFJS_CONVERT_TABLES": runfile(tables[0].short_path.rpartition("/")[0])},
        files = tables,
        flags = flags + [runfile(path)],
        folder = "caller",
        main = ctx.file._inspect,
        runtime = runtime,
        transitive_files = [files],
    )]

def _rule(runtime):
    return rule(
        implementation = lambda ctx: _model_inspect_impl(ctx, runtime),
        doc = "Shows what is in a model, in the {} runtime.".format(runtime),
        attrs = {
            "model": attr.label(
                allow_files = True,
                doc = "The source of the model.",
                mandatory = True,
            ),
            "target": attr.string(
                doc = "The name of the model target that this belongs to, in the same package.",
                mandatory = True,
            ),
            "_inspect": attr.label(default = "//tools:inspect.py", allow_single_file = True),
        } | python_attrs() | TABLES_ATTRS,
        executable = True,
        toolchains = [python_toolchain(runtime)],
    )

core_model_inspect = _rule("core")
light_model_inspect = _rule("light")
