"""A repository with a headless Chromium, unpacked once, and the npm package that drives it."""

load(":npm.bzl", "NPM_ATTRS", "install_npm_packages", "prune_npm_packages")

_BUILD = """\
package(default_visibility = ["//visibility:public"])

exports_files(["package-lock.json"])

filegroup(
    name = "browser",
    srcs = ["chromium/chromium"],
)

filegroup(
    name = "files",
    srcs = glob(["chromium/**", "node_modules/**"]),
)
"""

# The fonts that came with the browser, and no others: pages look the same on every machine.
_FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""

def _chromium_impl(rctx):
    if rctx.os.name != "linux" or rctx.os.arch not in ["amd64", "x86_64"]:
        fail(("@{}: the pinned Chromium runs on Linux on x86_64, and this is {} on {}; register a browser of your own " +
              "with tfjs_browser, or run browser tests on a remote Linux executor.").format(rctx.name, rctx.os.name, rctx.os.arch))
    install_npm_packages(rctx)
    rctx.report_progress("Unpacking Chromium")
    result = rctx.execute([rctx.path(rctx.attr.node), rctx.path(rctx.attr._unpack), "node_modules/@sparticuz/chromium/bin", "chromium"])
    if result.return_code != 0:
        fail("@{}: the browser could not be unpacked.\n{}".format(rctx.name, result.stderr.strip()))
    for archive in rctx.path("chromium").readdir():
        if archive.basename.endswith(".tar"):
            rctx.extract(archive, "chromium")
            rctx.delete(archive)
    rctx.file("chromium/fonts.conf", _FONTS, executable = False)
    prune_npm_packages(rctx)
    rctx.file("BUILD.bazel", _BUILD)

chromium = repository_rule(
    implementation = _chromium_impl,
    doc = """Installs `@sparticuz/chromium` and playwright-core from a lock file and unpacks the browser.

The package would do that itself under /tmp, at every start on a new machine; as files of a repository the browser is a declared
input. Its own NSS, SwiftShader and fonts lie beside it, so that a machine has to bring the C library only.
""",
    attrs = NPM_ATTRS | {
        "_unpack": attr.label(default = "//tools/runtime:unpack_chromium.mjs", allow_single_file = True),
    },
)
