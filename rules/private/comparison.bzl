"""What the tests share that compare a model with its source: attributes, the reference run, the comparing program."""

load("//rules:providers.bzl", "ModelSourceInfo", "TfjsRuntimeBundleInfo")
load(":actions.bzl", "multiline_args", "python_attrs", "run_python")
load(":labels.bzl", "label_text")
load(":launcher.bzl", "python_executable")

COMPARISON_ATTRS = {
    "input_ranges": attr.string_dict(
        doc = "The range of an input's random values by its name, as in `{\"audio\": \"-1,1\"}`; by default 0 to 1 for floats.",
    ),
    "inputs": attr.label_list(
        allow_files = [".json", ".npz"],
        doc = "Recorded inputs, one comparison for each file: `.npz` with an array for each input by name, or `.json` with " +
              "`{\"input\": nested lists}`.",
    ),
    "reference": attr.label(
        allow_files = True,
        doc = "What it was converted from: a `tf_saved_model` or a Keras file.",
        mandatory = True,
    ),
    "runtime": attr.label(
        doc = "A `tfjs_runtime_bundle` to run the model with, instead of the whole of TensorFlow.js.",
        providers = [TfjsRuntimeBundleInfo],
    ),
    "saved_model_tags": attr.string(
        default = "serve",
        doc = "The tags of the SavedModel's MetaGraph, separated by commas.",
    ),
    "seeds": attr.int_list(
        doc = "One comparison for each seed of random inputs; `[0]` where neither seeds nor `inputs` are given.",
    ),
    "signature_name": attr.string(
        doc = "The SavedModel's signature; by default the only one, or `serving_default`.",
    ),
    "tolerance": attr.string(
        default = "1e-4",
        doc = "The largest difference that passes, as a fraction of the output's range.",
    ),
    "tolerances": attr.string_dict(
        doc = "The same for single outputs by name.",
    ),
    "_parity": attr.label(default = "//tools/parity:parity.py", allow_single_file = True),
    "_programs": attr.label(default = "//tools/node:programs"),
    "_reference": attr.label(default = "//tools/parity:reference.py", allow_single_file = True),
} | python_attrs()

def _reference_outputs(ctx, model):
    """Runs the source in TensorFlow; returns the tree artifact with inputs and outputs."""
    directory = ctx.actions.declare_directory(ctx.label.name + ".reference")
    args = multiline_args(ctx)
    args.add(label_text(ctx.label), format = "--label=%s")
    if ModelSourceInfo in ctx.attr.reference:
        source = ctx.attr.reference[ModelSourceInfo]
        files = source.files
        args.add_all(source.roots, expand_directories = False, format_each = "--input=%s")
    else:
        files = depset(ctx.files.reference)
        args.add_all(ctx.files.reference, expand_directories = False, format_each = "--input=%s")
    args.add(model.info, format = "--info=%s")
    args.add(ctx.attr.saved_model_tags, format = "--saved_model_tags=%s")
    if ctx.attr.signature_name:
        args.add(ctx.attr.signature_name, format = "--signature_name=%s")
    args.add_all(ctx.files.inputs, format_each = "--inputs=%s")
    args.add_all(ctx.attr.seeds or ([] if ctx.files.inputs else [0]), format_each = "--seed=%s")
    for name, values in ctx.attr.input_ranges.items():
        args.add("{}:{}".format(name, values), format = "--range=%s")
    args.add_all([directory], expand_directories = False, format_each = "--output_dir=%s")
    run_python(
        ctx,
        args = args,

        # Without oneDNN, TensorFlow has no dilated depthwise convolution on a CPU.
        env = {"TF_ENABLE_ONEDNN_OPTS": "1"},
        inputs = depset([model.info] + ctx.files.inputs, transitive = [files]),
        main = ctx.file._reference,
        mnemonic = "TfjsReference",
        outputs = [directory],
        progress_message = "Running the source of %{label} in TensorFlow",
        runtime = "full",
    )
    return directory

def node_modules(package_lock):
    """Returns the short path of the npm packages that lie beside a lock file.

    Args:
      package_lock: the lock file (File).
    """
    return package_lock.short_path.rpartition("/")[0] + "/node_modules"

def _runtime_flags(ctx, accepted):
    """Returns the flags that name the runtime bundle, if there is one, and its files."""
    if not ctx.attr.runtime:
        return [], []
    runtime = ctx.attr.runtime[TfjsRuntimeBundleInfo]
    if runtime.file not in accepted:
        fail("{}: {} holds {}, and this test runs {}; give it the format for that.".format(ctx.label, ctx.attr.runtime.label, runtime.file, " or ".join(accepted)))
    return ["--runtime_bundle={}/{}".format(runtime.directory.short_path, runtime.file)], [runtime.directory]

def comparison_test(ctx, *, model, served, run, node, packages, runtimes, files, comment, run_flags = [], transitive_files = []):
    """Declares a test that compares a model's outputs with its source's.

    Args:
      ctx: the context of a rule with `COMPARISON_ATTRS`, `backends`, and the toolchains of Python (full and light).
      model: the model's `TfjsModelInfo`.
      served: the tree artifact that the program loads the model from.
      run: the program that runs models (File): takes jobs, as tools/node/run.mjs does.
      node: the `TfjsNodeInfo` whose Node runs it.
      packages: the lock file beside the TensorFlow.js that it takes.
      runtimes: list of the files of runtime bundles that it can load instead.
      files: list of files that it opens.
      comment: what the test does, in one line.
      run_flags: list of further flags of the program, with short paths.
      transitive_files: list of depsets of further files.

    Returns:
      The providers of the test.
    """
    reference = _reference_outputs(ctx, model)
    runtime_flags, runtime_files = _runtime_flags(ctx, runtimes)
    flags = [
        "--label=" + label_text(ctx.label),
        "--model=" + served.short_path,
        "--info=" + model.info.short_path,
        "--reference=" + reference.short_path,
        "--node=" + node.node.short_path,
        "--node_modules=" + node_modules(packages),
        "--run=" + run.short_path,
    ] + ["--run_flag=" + flag for flag in run_flags + runtime_flags] + [
        "--tolerance=" + ctx.attr.tolerance,
    ] + ["--backend=" + backend for backend in ctx.attr.backends] + [
        "--output_tolerance={}:{}".format(name, value)
        for name, value in ctx.attr.tolerances.items()
    ]
    return [
        python_executable(
            ctx,
            name = ctx.label.name + ".sh",
            comment = comment,
            files = [run, served, model.info, reference] + runtime_files + files + ctx.files._programs,
            flags = flags,
            main = ctx.file._parity,
            transitive_files = transitive_files,
        ),
        OutputGroupInfo(reference = depset([reference])),
    ]
