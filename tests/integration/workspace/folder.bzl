"""A directory output, as an export of a model would write it."""

def _folder_impl(ctx):
    directory = ctx.actions.declare_directory(ctx.label.name)
    args = ctx.actions.args()
    args.add_all([directory], expand_directories = False)
    args.add(ctx.attr.strip_prefix)
    args.add_all(ctx.files.srcs)
    ctx.actions.run_shell(
        arguments = [args],
        command = """
out=$1 prefix=$2
shift 2
for file; do
  target="$out/${file#*"$prefix/"}"
  mkdir -p "${target%/*}"
  cp "$file" "$target"
done
""",
        inputs = ctx.files.srcs,
        mnemonic = "Folder",
        outputs = [directory],
        progress_message = "Copying %{label}",
    )
    return [DefaultInfo(files = depset([directory]))]

folder = rule(
    implementation = _folder_impl,
    doc = "Copies files into a directory of their own.",
    attrs = {
        "srcs": attr.label_list(allow_files = True, doc = "The files."),
        "strip_prefix": attr.string(doc = "The folder whose content is copied."),
    },
)
