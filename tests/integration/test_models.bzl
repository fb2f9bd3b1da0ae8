"""The models of the consumer workspaces."""

# The wrapper is private to this repository.
# buildifier: disable=bzl-visibility
load("//rules/private:actions.bzl", "multiline_args", "python_attrs", "python_toolchain", "run_python")

def _test_models_impl(ctx):
    directory = ctx.actions.declare_directory(ctx.label.name)
    args = multiline_args(ctx)
    args.add_all([directory], expand_directories = False, format_each = "--output_dir=%s")
    run_python(
        ctx,
        args = args,
        inputs = [],
        main = ctx.file._make,
        mnemonic = "TestModels",
        outputs = [directory],
        progress_message = "Making the models of %{label}",
        runtime = "full",
    )
    return [DefaultInfo(files = depset([directory]), runfiles = ctx.runfiles([directory]))]

test_models = rule(
    implementation = _test_models_impl,
    doc = "Writes tiny models with TensorFlow and Keras into one directory.",
    attrs = {"_make": attr.label(default = "//tests/integration:make_models.py", allow_single_file = True)} | python_attrs(),
    toolchains = [python_toolchain("full")],
)
