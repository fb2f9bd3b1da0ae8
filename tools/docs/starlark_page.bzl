"""The `starlark_page` rule: documentation of .bzl files as one Markdown page."""

load("//rules/private:actions.bzl", "multiline_args", "python_attrs", "python_toolchain", "run_python")  # buildifier: disable=bzl-visibility

def _starlark_page_impl(ctx):
    page = ctx.actions.declare_file(ctx.label.name + ".md")
    args = multiline_args(ctx)
    args.add(ctx.attr.title, format = "--title=%s")
    args.add_all(ctx.files.extracts, format_each = "--extract=%s")
    args.add(page, format = "--output=%s")
    run_python(
        ctx,
        args = args,
        inputs = ctx.files.extracts,
        main = ctx.file._render,
        mnemonic = "StarlarkPage",
        outputs = [page],
        progress_message = "Rendering %{output}",
        runtime = "light",
    )
    return [DefaultInfo(files = depset([page]))]

starlark_page = rule(
    implementation = _starlark_page_impl,
    doc = "Renders the output of `starlark_doc_extract`.",
    attrs = {
        "extracts": attr.label_list(allow_files = [".binaryproto"], mandatory = True, doc = "The extracts, in the order of the page."),
        "title": attr.string(mandatory = True, doc = "The page's heading."),
        "_render": attr.label(default = "//tools/docs:render.py", allow_single_file = True),
    } | python_attrs(),
    toolchains = [python_toolchain("light")],
)
