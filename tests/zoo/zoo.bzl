"""The `zoo_results` rule: one family of a zoo, converted and run once, for tests and documentation."""

load("//rules/private:actions.bzl", "NODE_TOOLCHAIN", "multiline_args", "python_attrs", "python_toolchain", "run_python")  # buildifier: disable=bzl-visibility

def _zoo_results_impl(ctx):
    node = ctx.toolchains[NODE_TOOLCHAIN].tfjs_node
    results = ctx.actions.declare_file(ctx.attr.family + ".json")
    args = multiline_args(ctx)
    args.add(ctx.attr.zoo, format = "--zoo=%s")
    args.add(ctx.attr.family, format = "--family=%s")
    args.add(results, format = "--output=%s")
    args.add(node.node, format = "--node=%s")
    args.add_all([node.package_lock], map_each = _node_modules)
    args.add_all(ctx.files._tables, map_each = _folder, uniquify = True)
    run_python(
        ctx,
        args = args,
        inputs = depset(
            ctx.files.srcs + ctx.files._support + ctx.files._tables,
            transitive = [node.files],
        ),
        main = ctx.file._main,
        mnemonic = "TfjsZoo",
        outputs = [results],
        progress_message = "Comparing the zoo's models with TensorFlow: %{label}",
        runtime = "full",
    )
    return [DefaultInfo(files = depset([results]), runfiles = ctx.runfiles([results]))]

def _node_modules(package_lock):
    return "--node_modules={}/node_modules".format(package_lock.dirname)

def _folder(table):
    return "--tables={}".format(table.dirname)

zoo_results = rule(
    implementation = _zoo_results_impl,
    doc = "Converts and runs the models of one family; writes FAMILY.json.",
    attrs = {
        "family": attr.string(mandatory = True, doc = "What the zoo's module calls it; of `tests.zoo.zoo`, a module of tests/zoo/models."),
        "srcs": attr.label_list(allow_files = [".py"], doc = "The zoo's modules, but for those in tests/support."),
        "zoo": attr.string(default = "tests.zoo.zoo", doc = "The Python module whose function `run(family)` does it."),
        "_main": attr.label(default = "//tests/zoo:main.py", allow_single_file = True),
        "_support": attr.label(default = "//tests/support:files"),
        "_tables": attr.label(default = "//tools/node:tables"),
    } | python_attrs(),
    toolchains = [python_toolchain("full"), NODE_TOOLCHAIN],
)
