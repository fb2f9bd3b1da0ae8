"""The toolchain of `tfjs_runtime_bundle`: TensorFlow.js's ES modules and esbuild."""

TfjsWebInfo = provider(
    doc = "What cuts TensorFlow.js to size.",
    fields = {
        "files": "(depset[File]) The npm packages, and the lock file beside them.",
        "package_lock": "(File) The lock file beside `node_modules`, which locates the packages.",
    },
)

def _tfjs_web_impl(ctx):
    info = TfjsWebInfo(
        files = depset([ctx.file.package_lock] + ctx.files.packages),
        package_lock = ctx.file.package_lock,
    )
    return [platform_common.ToolchainInfo(tfjs_web = info), DefaultInfo(files = info.files)]

tfjs_web = rule(
    implementation = _tfjs_web_impl,
    doc = "The npm packages of TensorFlow.js with their ES modules, and esbuild. Register your own with `toolchain(toolchain_type = \"@rules_tfjs//tools/runtime:web_toolchain_type\", …)`.",
    attrs = {
        "package_lock": attr.label(allow_single_file = True, cfg = "exec", mandatory = True, doc = "A file in the folder that holds `node_modules`."),
        "packages": attr.label_list(cfg = "exec", mandatory = True, doc = "All files of `node_modules`."),
    },
    provides = [platform_common.ToolchainInfo],
)
