"""The `model_tools` macro: the programs that each model target brings along for people, under dotted names."""

load(":model_inspect.bzl", "core_model_inspect", "light_model_inspect")
load(":model_serve.bzl", "model_serve")

# What such a program takes over from its model; `manual` keeps it out of `//...`.
_COMMON = ["compatible_with", "features", "restricted_to", "target_compatible_with", "testonly", "visibility"]

def model_tools(name, source, kwargs, needs_tensorflow = True, converted = []):
    """Declares the programs beside a model: `NAME.inspect`, and `NAME.serve` for what it is converted into.

    The first depends on the source and never on its conversion, so that it runs for a model that cannot be converted, too.

    Args:
      name: the model's name.
      source: the label of what it is converted from, or of the model itself where it is a source.
      kwargs: the attributes of the model, of which those that all rules have are taken over.
      needs_tensorflow: whether the source may hold TensorFlow's graphs; Keras's files are read without it.
      converted: the names of the TensorFlow.js models that it is converted into.
    """
    common = {key: kwargs[key] for key in _COMMON if key in kwargs}
    tags = [tag for tag in kwargs.get("tags") or [] if tag != "manual"] + ["manual"]
    inspect = core_model_inspect if needs_tensorflow else light_model_inspect
    inspect(name = name + ".inspect", model = source, tags = tags, target = name, **common)
    for model in converted:
        model_serve(name = model + ".serve", model = ":" + model, tags = tags, **common)
