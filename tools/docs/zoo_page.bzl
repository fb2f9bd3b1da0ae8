"""The `zoo_page` rule: what a zoo shows to be supported, as one Markdown page."""

load("//rules/private:actions.bzl", "multiline_args", "python_attrs", "python_toolchain", "run_python")  # buildifier: disable=bzl-visibility

def _folder(table):
    return "--tables={}".format(table.dirname)

def _zoo_page_impl(ctx):
    page = ctx.actions.declare_file(ctx.label.name + ".md")
    args = multiline_args(ctx)
    args.add_all(ctx.files.results, format_each = "--results=%s")
    if ctx.file.not_produced:
        args.add(ctx.file.not_produced, format = "--not_produced=%s")
    args.add_all(ctx.files._tables, map_each = _folder, uniquify = True)
    args.add(page, format = "--output=%s")
    run_python(
        ctx,
        args = args,
        inputs = ctx.files.results + ctx.files._tables + ctx.files.not_produced,
        main = ctx.file.main,
        mnemonic = "ZooPage",
        outputs = [page],
        progress_message = "Rendering %{output}",
        runtime = "light",
    )
    return [DefaultInfo(files = depset([page]))]

zoo_page = rule(
    implementation = _zoo_page_impl,
    doc = "Renders the results of a zoo of models.",
    attrs = {
        "main": attr.label(allow_single_file = [".py"], mandatory = True, doc = "The program that renders."),
        "not_produced": attr.label(allow_single_file = [".json"], doc = "Operations that no model has, with the reason."),
        "results": attr.label_list(allow_files = [".json"], mandatory = True, doc = "One file a family."),
        "_tables": attr.label(default = "//tools/node:tables"),
    } | python_attrs(),
    toolchains = [python_toolchain("light")],
)
