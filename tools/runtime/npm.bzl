"""A repository of npm packages, installed from a lock file without running any of their scripts."""

_BUILD = """\
package(default_visibility = ["//visibility:public"])

exports_files(["package-lock.json"])

filegroup(
    name = "files",
    srcs = glob(["node_modules/**"]),
)
"""

def npm_cli(node):
    """Returns the path of npm's program.

    Args:
      node: the path of the Node executable that npm came with.
    """
    return node.dirname.dirname.get_child("lib").get_child("node_modules").get_child("npm").get_child("bin").get_child("npm-cli.js")

def install_npm_packages(rctx):
    """Installs what a lock file names into `node_modules`.

    Args:
      rctx: the context of a repository rule with `NPM_ATTRS`.
    """
    rctx.symlink(rctx.attr.package_json, "package.json")

    # A copy, since npm may not write through to the source tree.
    rctx.file("package-lock.json", rctx.read(rctx.attr.package_lock), executable = False)
    node = rctx.path(rctx.attr.node)
    rctx.report_progress("Downloading the npm packages of " + str(rctx.attr.package_lock))
    result = rctx.execute(
        [node, npm_cli(node), "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"],
        timeout = 1800,
    )
    if result.return_code != 0:
        fail("@{}: npm could not install {}.\n{}".format(rctx.name, rctx.attr.package_lock, (result.stderr or result.stdout).strip()))

def prune_npm_packages(rctx):
    """Deletes the files in `node_modules` that the attribute `prune` drops.

    Args:
      rctx: the context of a repository rule with `NPM_ATTRS`.
    """
    if not rctx.attr.prune:
        return
    rctx.report_progress("Pruning what nothing opens")
    result = rctx.execute([rctx.path(rctx.attr.node), rctx.path(rctx.attr._prune), "node_modules", rctx.path(rctx.attr.prune)])
    if result.return_code != 0:
        fail("@{}: pruning failed.\n{}".format(rctx.name, result.stderr.strip()))

NPM_ATTRS = {
    "node": attr.label(mandatory = True, doc = "The Node executable whose npm is used."),
    "package_json": attr.label(mandatory = True, allow_single_file = True, doc = "The packages."),
    "package_lock": attr.label(mandatory = True, allow_single_file = True, doc = "Their lock file."),
    "prune": attr.label(allow_single_file = True, doc = "Which files are kept: lines of `- pattern` (dropped) and `+ pattern` (kept), the first that matches counts."),
    "_prune": attr.label(default = "//tools/runtime:prune_npm.mjs", allow_single_file = True),
}

def _npm_packages_impl(rctx):
    install_npm_packages(rctx)
    prune_npm_packages(rctx)
    rctx.file("BUILD.bazel", _BUILD)

npm_packages = repository_rule(
    implementation = _npm_packages_impl,
    doc = "Installs npm packages with `npm ci` from whatever registry npm is set up for; the lock holds their hashes.",
    attrs = NPM_ATTRS,
)
