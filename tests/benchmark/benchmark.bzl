"""The benchmark's program: a driver that starts conversions as build actions start them."""

load("//rules/private:actions.bzl", "PYTHON_ENV", "python_attrs", "python_toolchain")  # buildifier: disable=bzl-visibility
load("//rules/private:launcher.bzl", "python_executable", "runfile")  # buildifier: disable=bzl-visibility

_RUNTIMES = ["light", "core", "full"]

def _conversion_benchmark_impl(ctx):
    runtimes = {name: ctx.toolchains[python_toolchain(name)].tfjs_runtime for name in _RUNTIMES}
    folder = ctx.file.main.short_path.rpartition("/")[0]
    env = {
        "TFJS_BENCHMARK_ENV": json.encode(PYTHON_ENV),
        "TFJS_BENCHMARK_PROGRAMS": runfile(ctx.files.programs[0].short_path.rpartition("/")[0]),
        "TFJS_BENCHMARK_TABLE": runfile(ctx.files._tables[0].short_path),
    } | {
        "TFJS_BENCHMARK_" + name.upper(): ":".join([
            runfile(path)
            for path in [ctx.file._library.short_path, folder] + [site.short_path.rpartition("/")[0] for site in runtime.sites]
        ])
        for name, runtime in runtimes.items()
    }
    return [python_executable(
        ctx,
        name = ctx.label.name + ".sh",
        comment = "Sets conversions against those of the upstream package.",
        env = env,
        files = ctx.files.srcs + ctx.files.programs + ctx.files._tables,
        flags = [],
        folder = "caller",
        main = ctx.file.main,
        sites = [ctx.file.main],
        transitive_files = [runtime.files for runtime in runtimes.values()],
    )]

conversion_benchmark = rule(
    implementation = _conversion_benchmark_impl,
    doc = "A program that measures conversions, to be run by hand: nothing is measured when it is built or tested.",
    attrs = {
        "main": attr.label(allow_single_file = [".py"], mandatory = True, doc = "The driver."),
        "programs": attr.label_list(allow_files = [".py"], doc = "The main programs of the actions, all in one folder."),
        "srcs": attr.label_list(allow_files = [".py"], doc = "What the driver imports and starts."),
        "_tables": attr.label(default = "//tools/node:tables"),
    } | python_attrs(),
    executable = True,
    toolchains = [python_toolchain(name) for name in _RUNTIMES],
)
