"""The `tfjs_layers_model` macro, which picks the rule: only SavedModels need TensorFlow's compiled core fetched."""

load(":model_tools.bzl", "model_tools")
load(":tfjs_layers_model_from_keras.bzl", "tfjs_layers_model_from_keras")
load(":tfjs_layers_model_from_saved_model.bzl", "tfjs_layers_model_from_saved_model")

def tfjs_layers_model(name, model, from_saved_model = False, **kwargs):
    """Converts a Keras model into a TensorFlow.js layers model, for `tf.loadLayersModel`, or writes a layers model anew.

    ```starlark
    tfjs_layers_model(
        name = "emotion_web",
        model = "emotion.h5",
    )

    tfjs_layers_model(
        name = "emotion_small",
        model = ":emotion_web",
        quantize = {"uint8": ["*"]},
    )
    ```

    What a file holds is told from its content, not its name. The output is a directory with `model.json` and its weight files;
    `--output_groups=+info` adds `NAME.info.json`. Building the target also loads the model in TensorFlow.js.

    `bazel run :NAME.inspect` shows the layers, sizes and training configuration of the source, and what layers models cannot express;
    `bazel run :NAME.serve` serves the converted model with a page to try it on.

    Args:
      name: the target's name.
      model: a Keras 2 or 3 file (`.h5`, `.keras`); a layers model, from a converter or saved by TensorFlow.js: a target, a directory, or
        its files; or, with `from_saved_model`, a `tf_saved_model` that Keras 2 saved.
      from_saved_model: whether `model` is a `tf_saved_model`.
      **kwargs: further attributes: those of `tfjs_layers_model_from_keras` or `tfjs_layers_model_from_saved_model`, and those that
        every rule has.
    """
    convert = tfjs_layers_model_from_saved_model if from_saved_model else tfjs_layers_model_from_keras
    convert(name = name, model = model, **kwargs)
    model_tools(name, model, kwargs, needs_tensorflow = from_saved_model, converted = [name])
