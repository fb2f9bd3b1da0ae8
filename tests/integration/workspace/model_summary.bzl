"""A rule that depends on models through their provider."""

load("@rules_tfjs//rules:providers.bzl", "TfjsModelInfo")

def _model_summary_impl(ctx):
    summary = ctx.actions.declare_file(ctx.label.name + ".txt")
    args = ctx.actions.args()
    args.add(summary)
    inputs = []
    for target in ctx.attr.models:
        model = target[TfjsModelInfo]
        args.add(target.label.name)
        args.add(model.format)
        args.add_all([model.directory], expand_directories = False)
        args.add(model.info)
        inputs.extend([model.directory, model.info])
    ctx.actions.run_shell(
        arguments = [args],
        command = """
out=$1
shift
while (($#)); do
  [[ -s $3/model.json && -s $4 ]] || exit 1
  echo "$1 $2 $(ls "$3" | wc -l)"
  shift 4
done >"$out"
""",
        inputs = inputs,
        mnemonic = "ModelSummary",
        outputs = [summary],
        progress_message = "Summing up %{label}",
    )
    return [DefaultInfo(files = depset([summary]))]

model_summary = rule(
    implementation = _model_summary_impl,
    doc = "Writes one line a model: its name, its format, and the number of its files.",
    attrs = {
        "models": attr.label_list(
            doc = "The models.",
            mandatory = True,
            providers = [TfjsModelInfo],
        ),
    },
)
