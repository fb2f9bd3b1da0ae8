"""A page of an example, to be looked at: `bazel run :NAME` serves it on loopback."""

load("//rules/private:actions.bzl", "NODE_TOOLCHAIN")  # buildifier: disable=bzl-visibility
load("//rules/private:launcher.bzl", "node_executable", "runfile")  # buildifier: disable=bzl-visibility

def _page_server_impl(ctx):
    folders = [(address, target.files.to_list()[0]) for target, address in ctx.attr.folders.items()]
    return [node_executable(
        ctx,
        name = ctx.label.name + ".sh",
        comment = "Serves a page on loopback until it is interrupted.",
        files = ctx.files.srcs + [folder for _, folder in folders] + ctx.files._programs,
        flags = ["{}={}".format(address, runfile(folder.short_path)) for address, folder in folders] +
                ["/=" + runfile(ctx.label.package)],
        main = ctx.file._serve,
    )]

page_server = rule(
    implementation = _page_server_impl,
    doc = "Serves files of this package, and directories that other targets make, until it is interrupted.",
    attrs = {
        "folders": attr.label_keyed_string_dict(doc = "For each target that makes a directory the address at which it is served, as `/models/`."),
        "srcs": attr.label_list(allow_files = True, doc = "The page's own files, which keep their paths in the package."),
        "_programs": attr.label(default = "//tools/page:programs"),
        "_serve": attr.label(default = "//examples/support:serve.mjs", allow_single_file = True),
    },
    executable = True,
    toolchains = [NODE_TOOLCHAIN],
)
