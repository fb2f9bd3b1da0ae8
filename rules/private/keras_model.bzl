"""The `keras_model` macro, which picks the rule: only SavedModels need TensorFlow and Keras fetched."""

load(":keras_model_file.bzl", "keras_model_file")
load(":keras_model_saved_model.bzl", "keras_model_saved_model")
load(":model_tools.bzl", "model_tools")

def keras_model(name, model, format = "keras", **kwargs):
    """Brings a layers model back to Keras: one from a converter, or one that TensorFlow.js trained and saved.

    ```starlark
    keras_model(
        name = "retrained",
        model = "//web/training:saved",  # a folder with model.json
    )
    ```

    The output is `NAME.keras`, `NAME.h5` or, for `format = "saved_model"`, the directory `NAME`. Rules that take a Keras file or a
    `tf_saved_model` take the target as it is.

    Args:
      name: the target's name.
      model: the layers model: a target, a directory, or its files.
      format: `keras` or `h5`, which need no TensorFlow, or `saved_model`.
      **kwargs: further attributes: those of `keras_model_file` or `keras_model_saved_model`, and those that every rule has.
    """
    if format == "saved_model":
        keras_model_saved_model(name = name, model = model, **kwargs)
    else:
        keras_model_file(name = name, format = format, model = model, **kwargs)
    model_tools(name, model, kwargs, needs_tensorflow = False)
