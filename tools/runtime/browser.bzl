"""The toolchains of pages: a browser, and the scripts of TensorFlow.js that a page loads."""

TfjsBrowserInfo = provider(
    doc = "How a test runs a browser.",
    fields = {
        "browser": "(File) The executable of a Chromium.",
        "files": "(depset[File]) The browser with everything that it opens, and the npm package that drives it.",
        "package_lock": "(File) The lock file beside the `node_modules` that holds `playwright-core`.",
    },
)

TfjsPageScriptsInfo = provider(
    doc = "TensorFlow.js as a page loads it.",
    fields = {
        "files": "(depset[File]) The npm packages.",
        "package_lock": "(File) The lock file beside `node_modules`, which locates the packages.",
    },
)

def _tfjs_browser_impl(ctx):
    info = TfjsBrowserInfo(
        browser = ctx.file.browser,
        files = depset([ctx.file.browser], transitive = [depset(ctx.files.files)]),
        package_lock = ctx.file.package_lock,
    )
    return [platform_common.ToolchainInfo(tfjs_browser = info), DefaultInfo(files = info.files)]

tfjs_browser = rule(
    implementation = _tfjs_browser_impl,
    doc = "A Chromium, and `playwright-core`. Register your own with `toolchain(toolchain_type = \"@rules_tfjs//tools/runtime:browser_toolchain_type\", …)`.",
    attrs = {
        "browser": attr.label(allow_single_file = True, cfg = "exec", mandatory = True, doc = "The browser's executable: `chrome-headless-shell` or the like."),
        "files": attr.label_list(cfg = "exec", mandatory = True, doc = "All files that the browser opens, and those of `node_modules`; a folder `lib` beside the browser is searched for shared libraries."),
        "package_lock": attr.label(allow_single_file = True, cfg = "exec", mandatory = True, doc = "A file in the folder that holds `node_modules`."),
    },
    provides = [platform_common.ToolchainInfo],
)

def _tfjs_page_scripts_impl(ctx):
    info = TfjsPageScriptsInfo(files = depset(ctx.files.packages), package_lock = ctx.file.package_lock)
    return [platform_common.ToolchainInfo(tfjs_page_scripts = info), DefaultInfo(files = info.files)]

tfjs_page_scripts = rule(
    implementation = _tfjs_page_scripts_impl,
    doc = "The scripts of TensorFlow.js for pages. Register your own with `toolchain(toolchain_type = \"@rules_tfjs//tools/runtime:page_toolchain_type\", …)`.",
    attrs = {
        "package_lock": attr.label(allow_single_file = True, mandatory = True, doc = "A file in the folder that holds `node_modules`."),
        "packages": attr.label_list(mandatory = True, doc = "The files of `node_modules`: each package's `dist/tf-*.es2017.min.js`, and the WASM binaries."),
    },
    provides = [platform_common.ToolchainInfo],
)
