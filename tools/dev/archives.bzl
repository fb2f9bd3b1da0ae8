"""Repositories with the unpacked content of one package, pinned by hash and fetched through pip or npm."""

load("//tools/runtime:find_python.bzl", "pip_python")
load("//tools/runtime:npm.bzl", "npm_cli")

def _checked(rctx, result, what):
    if result.return_code != 0:
        fail("@{}: {} failed.\n{}".format(rctx.name, what, (result.stderr or result.stdout).strip()))
    return result

def _wheel_archive_impl(rctx):
    rctx.report_progress("Downloading " + rctx.attr.requirement)
    rctx.file("requirements.txt", "{} --hash=sha256:{}\n".format(rctx.attr.requirement, rctx.attr.sha256))
    _checked(rctx, rctx.execute(
        [pip_python(rctx, "3.13"), "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "-d", "_wheel", "-r", "requirements.txt"] +
        # The package's wheel is wanted for its files, whatever Python it says it runs on.
        ["--python-version=3.10", "--implementation=py", "--abi=none", "--platform=any"],
        timeout = 900,
    ), "downloading " + rctx.attr.requirement)
    wheels = [path for path in rctx.path("_wheel").readdir() if path.basename.endswith(".whl")]

    # Bazel tells an archive's kind by its name, and does not know wheels in every version.
    rctx.symlink(wheels[0], "_wheel/wheel.zip")
    rctx.extract("_wheel/wheel.zip", "content")
    rctx.delete("_wheel")
    rctx.delete("_pip")
    rctx.symlink(rctx.attr.build_file, "BUILD.bazel")

wheel_archive = repository_rule(
    implementation = _wheel_archive_impl,
    doc = "The files of one wheel from the Python package index, under `content/`.",
    attrs = {
        "build_file": attr.label(mandatory = True, doc = "The BUILD file that names the files."),
        "requirement": attr.string(mandatory = True, doc = "`name==version`."),
        "sha256": attr.string(mandatory = True, doc = "The wheel's hash."),
    },
    environ = ["PATH"],
)

def _npm_archive_impl(rctx):
    node = rctx.path(rctx.attr.node)
    rctx.report_progress("Downloading " + rctx.attr.package)
    packed = _checked(rctx, rctx.execute([node, npm_cli(node), "pack", "--json", "--loglevel=error", rctx.attr.package], timeout = 900), "npm pack")
    found = json.decode(packed.stdout)[0]
    check = "const [f, i] = process.argv.slice(1); const [a, h] = i.split(/-(.*)/s); process.exit(require('crypto').createHash(a).update(require('fs').readFileSync(f)).digest('base64') === h ? 0 : 1)"
    if rctx.execute([node, "-e", check, found["filename"], rctx.attr.integrity]).return_code != 0:
        fail("@{}: the package {} has another content than the pinned {}.".format(rctx.name, rctx.attr.package, rctx.attr.integrity))
    rctx.extract(found["filename"], "content", stripPrefix = "package")
    rctx.delete(found["filename"])
    rctx.symlink(rctx.attr.build_file, "BUILD.bazel")

npm_archive = repository_rule(
    implementation = _npm_archive_impl,
    doc = "The files of one npm package without its dependencies, under `content/`.",
    attrs = {
        "build_file": attr.label(mandatory = True, doc = "The BUILD file that names the files."),
        "integrity": attr.string(mandatory = True, doc = "The package's hash, as in a lock file: `sha512-…`."),
        "node": attr.label(mandatory = True, doc = "The Node executable whose npm is used."),
        "package": attr.string(mandatory = True, doc = "`name@version`."),
    },
)
