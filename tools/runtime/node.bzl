"""The toolchain of TensorFlow.js in Node: the checks' runtime."""

TfjsNodeInfo = provider(
    doc = "How an action runs TensorFlow.js in Node.",
    fields = {
        "files": "(depset[File]) Node and the npm packages.",
        "node": "(File) The Node executable.",
        "package_lock": "(File) The lock file beside `node_modules`, which locates the packages.",
    },
)

def _tfjs_node_impl(ctx):
    info = TfjsNodeInfo(
        node = ctx.file.node,
        files = depset([ctx.file.node], transitive = [depset(ctx.files.packages)]),
        package_lock = ctx.file.package_lock,
    )
    return [platform_common.ToolchainInfo(tfjs_node = info), DefaultInfo(files = info.files)]

tfjs_node = rule(
    implementation = _tfjs_node_impl,
    doc = "Node with the npm packages of TensorFlow.js. Register your own with `toolchain(toolchain_type = \"@rules_tfjs//tools/runtime:node_toolchain_type\", …)`.",
    attrs = {
        "node": attr.label(allow_single_file = True, cfg = "exec", mandatory = True, doc = "The Node executable, version 20 or newer."),
        "package_lock": attr.label(allow_single_file = True, cfg = "exec", mandatory = True, doc = "A file in the folder that holds `node_modules`."),
        "packages": attr.label_list(cfg = "exec", mandatory = True, doc = "All files of `node_modules`."),
    },
    provides = [platform_common.ToolchainInfo],
)
