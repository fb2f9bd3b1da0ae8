"""The `tfjs_graph_model` macro, which picks the rule: only Keras's models need TensorFlow's Python API fetched."""

load(":model_tools.bzl", "model_tools")
load(":tfjs_graph_model_from_keras.bzl", "tfjs_graph_model_from_keras")
load(":tfjs_graph_model_from_tensorflow.bzl", "tfjs_graph_model_from_tensorflow")
load(":tfjs_graph_model_signatures.bzl", "tfjs_graph_model_signature", "tfjs_graph_model_signatures")

_KERAS_SUFFIXES = (".h5", ".hdf5", ".keras")

# What the targets of single signatures take over from the one that converts them all.
_COMMON = ["compatible_with", "deprecation", "features", "restricted_to", "tags", "target_compatible_with", "testonly", "visibility"]

def tfjs_graph_model(name, model, from_keras = None, custom_ops = {}, input_shapes = {}, signatures = None, **kwargs):
    """Converts a model into a TensorFlow.js graph model, for `tf.loadGraphModel`.

    ```starlark
    tfjs_graph_model(
        name = "classifier_web",
        model = ":classifier",  # a tf_saved_model
    )

    tfjs_graph_model(
        name = "tagger_web",
        input_shapes = {"words": [1, 40]},
        model = "tagger.keras",
    )
    ```

    The output is a directory with `model.json` and its weight files; `--output_groups=+info` adds `NAME.info.json`, which tells inputs,
    outputs, operations, sizes and hashes. Building the target also loads the model in TensorFlow.js.

    A SavedModel (Keras's own, too) and a frozen graph need no more than TensorFlow's compiled core. A Keras file or a layers model needs
    TensorFlow's Python API and Keras, which are fetched for such targets only; they are told by the label's end (`.h5`, `.hdf5`,
    `.keras`), and by `from_keras`.

    `signatures = ["classify", "embed"]` converts several signatures of one SavedModel in one action: `NAME.classify` and `NAME.embed` are
    then targets like any other graph model, and `NAME` builds them all.

    `bazel run :NAME.inspect` shows the signatures, operations and sizes of the source, whether or not it can be converted;
    `bazel run :NAME.serve` serves the converted model with a page to try it on.

    Args:
      name: the target's name.
      model: a `tf_saved_model`; a frozen graph (`.pb`, `.pbtxt`) with `output_node_names`; a Keras 2 or 3 file; or, with `from_keras`,
        a layers model.
      from_keras: whether `model` is a Keras file or a layers model. By default, whether its label ends like a Keras file's; say so for a
        target that makes one, and for a `select`.
      custom_ops: operations that TensorFlow.js lacks, as in `{"MatrixInverse": "matrix_inverse.mjs"}`: each module exports by default a function
        of `tf` that returns what `tf.registerOp` takes. The modules travel with the model, beside `custom_ops.mjs`, which registers
        them: `import {register} from "./classifier_web/custom_ops.mjs"; register(tf);`.
      input_shapes: inputs whose free axes are fixed, as in `{"x": [1, 224, 224, 3]}`; -1 leaves an axis free.
      signatures: the signatures of a `tf_saved_model` to convert, each into a model of its own; by default one signature is converted.
      **kwargs: further attributes: those of `tfjs_graph_model_from_tensorflow` or `tfjs_graph_model_from_keras`, and those that every
        rule has.
    """
    input_shapes = {key: [str(size) for size in sizes] for key, sizes in input_shapes.items()}
    custom_ops = {module: op for op, module in custom_ops.items()}
    if signatures != None:
        tfjs_graph_model_signatures(name = name, custom_ops = custom_ops, input_shapes = input_shapes, model = model, signatures = signatures, **kwargs)
        for signature in signatures:
            signature_name = "{}.{}".format(name, signature)
            tfjs_graph_model_signature(
                name = signature_name,
                signature = signature,
                signatures = name,
                **{key: kwargs[key] for key in _COMMON if key in kwargs}
            )
            model_tools(signature_name, model, kwargs, converted = [signature_name])
        model_tools(name, model, kwargs)
        return
    if from_keras == None:
        from_keras = type(model) != "select" and str(model).endswith(_KERAS_SUFFIXES)
    convert = tfjs_graph_model_from_keras if from_keras else tfjs_graph_model_from_tensorflow
    convert(
        name = name,
        custom_ops = custom_ops,
        input_shapes = input_shapes,
        model = model,
        **kwargs
    )
    model_tools(name, model, kwargs, needs_tensorflow = not from_keras, converted = [name])
