"""The `model_tools` macro: the programs that each model target brings along for people, under dotted names."""

load(":model_inspect.bzl", "core_model_inspect", "light_model_inspect")

# What such a program takes over from its model; `manual` keeps it out of `//...`.
_COMMON = ["compatible_with", "features", "restricted_to", "target_compatible_with", "testonly", "visibility"]

def model_tools(name, source, kwargs, needs_tensorflow = True):
    """Declares the programs beside a model: `NAME.inspect`.

    They depend on the source and never on its conversion, so that they run for a model that cannot be converted, too.

    Args:
      name: the model's name.
      source: the label of what it is converted from, or of the model itself where it is a source.
      kwargs: the attributes of the model, of which those that all rules have are taken over.
      needs_tensorflow: whether the source may hold TensorFlow's graphs; Keras's files are read without it.
    """
    common = {key: kwargs[key] for key in _COMMON if key in kwargs}
    tags = [tag for tag in kwargs.get("tags") or [] if tag != "manual"] + ["manual"]
    inspect = core_model_inspect if needs_tensorflow else light_model_inspect
    inspect(name = name + ".inspect", model = source, tags = tags, target = name, **common)
