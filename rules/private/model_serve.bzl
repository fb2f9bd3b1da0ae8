"""The rule behind `NAME.serve`: a program that serves a model with a page to try it on."""

load("//rules:providers.bzl", "TfjsModelInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "PAGE_TOOLCHAIN")
load(":comparison.bzl", "node_modules")
load(":labels.bzl", "label_text")
load(":launcher.bzl", "node_executable", "runfile")

def _model_serve_impl(ctx):
    model = ctx.attr.model[TfjsModelInfo]
    scripts = ctx.toolchains[PAGE_TOOLCHAIN].tfjs_page_scripts
    return [node_executable(
        ctx,
        name = ctx.label.name + ".sh",
        comment = "Serves the model on loopback with a page to try it on.",
        files = [model.directory, model.info] + ctx.files._programs,
        flags = [
            "--label=" + label_text(ctx.attr.model.label),
            "--model=" + runfile(model.directory.short_path),
            "--info=" + runfile(model.info.short_path),
            "--node_modules=" + runfile(node_modules(scripts.package_lock)),
        ],
        main = ctx.file._serve,
        transitive_files = [scripts.files],
    )]

model_serve = rule(
    implementation = _model_serve_impl,
    doc = "Serves a model with a page to try it on.",
    attrs = {
        "model": attr.label(
            doc = "The converted model.",
            mandatory = True,
            providers = [TfjsModelInfo],
        ),
        "_programs": attr.label(default = "//tools/serve:programs"),
        "_serve": attr.label(default = "//tools/serve:serve.mjs", allow_single_file = True),
    },
    executable = True,
    toolchains = [NODE_TOOLCHAIN, PAGE_TOOLCHAIN],
)
