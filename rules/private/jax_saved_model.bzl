"""The `jax_saved_model` rule: a JAX function with its parameters as a SavedModel."""

load("//rules:providers.bzl", "ModelSourceInfo")
load(":actions.bzl", "multiline_args", "python_attrs", "python_toolchain", "run_python")
load(":labels.bzl", "label_text")

_DOC = """Turns a JAX function and its parameters into a SavedModel, as a build action.

```starlark
jax_saved_model(
    name = "digits",
    srcs = ["network.py"],
    function = "network:Network",
    input_signatures = ["image:float32[?, 28, 28, 1]"],
    params = "digits.msgpack",
)

tfjs_graph_model(name = "digits_web", model = ":digits")
```

It runs in the sandbox on the JAX and Flax of the converter's own runtime, the last releases that lower to TensorFlow's operations;
they are fetched by this rule alone. For a browser test of numbers, give the target as `reference` of `tfjs_parity_test`.
"""

_ATTRS = {
    "data": attr.label_list(allow_files = True, doc = "Files that the program reads when it is imported."),
    "function": attr.string(
        doc = "`module:name` of a function that takes the parameters and then the inputs, or of a Flax `linen` module, whose `apply` is taken; a class is made without arguments.",
        mandatory = True,
    ),
    "input_signatures": attr.string_list(
        allow_empty = False,
        doc = "One `name:dtype[sizes]` for each input, such as `image:float32[?, 28, 28, 1]`; `?` is an open size, and the name may be left out where the function tells it.",
        mandatory = True,
    ),
    "params": attr.label(
        allow_single_file = True,
        doc = "The parameters: an `.npz` of arrays whose keys are paths (`dense/kernel`), or Flax's `.msgpack` (`flax.serialization.to_bytes`).",
    ),
    "params_function": attr.string(doc = "Instead, `module:name` of a function without arguments that returns the parameters; it may train them."),
    "polymorphic_shapes": attr.string_list(doc = "Each input's shape in JAX's notation, such as `(b, 28, 28, 1)`, where open sizes depend on each other; `None` for an input whose sizes are all known. By default open first axes are one size, and every other is its own."),
    "srcs": attr.label_list(allow_files = [".py"], doc = "The Python files; a module is found by the end of its path.", mandatory = True),
    "_export": attr.label(default = "//tools/export:export_jax.py", allow_single_file = True),
} | python_attrs()

# One thread, and no search for accelerators.
_ENV = {
    "JAX_PLATFORMS": "cpu",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}

def _jax_saved_model_impl(ctx):
    if bool(ctx.file.params) == bool(ctx.attr.params_function):
        fail("{}: give the parameters once: params, a file, or params_function, a function that returns them.".format(ctx.label))
    output = ctx.actions.declare_directory(ctx.label.name)
    args = multiline_args(ctx)
    args.add(label_text(ctx.label), format = "--label=%s")
    args.add_all(ctx.files.srcs, format_each = "--src=%s")
    args.add(ctx.attr.function, format = "--function=%s")
    if ctx.file.params:
        args.add(ctx.file.params, format = "--params=%s")
    else:
        args.add(ctx.attr.params_function, format = "--params_function=%s")
    args.add_all(ctx.attr.input_signatures, format_each = "--input_signature=%s")
    args.add_all(ctx.attr.polymorphic_shapes, format_each = "--polymorphic_shape=%s")
    args.add_all([output], expand_directories = False, format_each = "--output=%s")
    run_python(
        ctx,
        args = args,
        env = _ENV,
        inputs = ctx.files.srcs + ctx.files.data + ctx.files.params,
        main = ctx.file._export,
        mnemonic = "TfjsJaxExport",
        outputs = [output],
        progress_message = "Lowering the JAX function %{label}",
        runtime = "jax",
    )
    return [
        DefaultInfo(files = depset([output])),
        ModelSourceInfo(files = depset([output]), kind = "saved_model", roots = [output]),
    ]

jax_saved_model = rule(
    implementation = _jax_saved_model_impl,
    doc = _DOC,
    attrs = _ATTRS,
    provides = [ModelSourceInfo],
    toolchains = [python_toolchain("jax")],
)
