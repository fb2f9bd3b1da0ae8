"""The `tfjs_tables` rule: what the TensorFlow.js that is in use knows, read from its npm packages."""

load(":actions.bzl", "NODE_TOOLCHAIN", "node_attrs", "run_node")

_TABLES = ["kernels", "layers", "ops"]

def _tfjs_tables_impl(ctx):
    outputs = []
    programs = {file.basename.removesuffix(".mjs"): file for file in ctx.files.programs}
    for table in _TABLES:
        output = ctx.actions.declare_file("{}/{}.json".format(ctx.label.name, table))
        args = ctx.actions.args()
        args.add(output, format = "--output=%s")
        run_node(
            ctx,
            args = args,
            inputs = ctx.files.programs,
            main = programs[table],
            mnemonic = "TfjsTables",
            outputs = [output],
            progress_message = "Reading the table of %{output} from TensorFlow.js",
        )
        outputs.append(output)
    return [DefaultInfo(files = depset(outputs))]

tfjs_tables = rule(
    implementation = _tfjs_tables_impl,
    doc = "Writes `ops.json`, `kernels.json` and `layers.json` from the npm packages of the TensorFlow.js toolchain.",
    attrs = {
        "programs": attr.label_list(allow_files = [".mjs"], mandatory = True, doc = "One program a table, named after it, and their modules."),
    } | node_attrs(),
    toolchains = [NODE_TOOLCHAIN],
)

def add_tables_flags(ctx, args):
    """Adds the flags that name the tables.

    Args:
      ctx: the context of a rule with `TABLES_ATTRS`.
      args: the `Args` that they are added to.
    """
    args.add_all(ctx.files._tables, format_each = "--table=%s")

TABLES_ATTRS = {"_tables": attr.label(default = "//tools/node:tables")}
