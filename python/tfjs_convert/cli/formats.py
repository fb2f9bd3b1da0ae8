"""Names of formats, and which output an input has where none is asked for."""

from __future__ import annotations

KERAS = "keras"
KERAS_FILE = "keras_keras"
KERAS_SAVED_MODEL = "keras_saved_model"
SAVED_MODEL = "tf_saved_model"
HUB = "tf_hub"
FROZEN = "tf_frozen_model"
LAYERS = "tfjs_layers_model"
GRAPH = "tfjs_graph_model"

INPUTS = {
    KERAS: "a Keras HDF5 file (.h5)",
    KERAS_FILE: "a Keras archive (.keras)",
    KERAS_SAVED_MODEL: "a SavedModel that Keras wrote",
    SAVED_MODEL: "a TensorFlow SavedModel (its folder, or an archive of it)",
    HUB: "a TensorFlow Hub module (its folder, or an archive of it)",
    LAYERS: "a TensorFlow.js layers model: its model.json",
    FROZEN: "a frozen TensorFlow graph (.pb, .pbtxt)",
}

OUTPUTS = {
    KERAS: "a Keras HDF5 file (.h5)",
    KERAS_FILE: "a Keras archive (.keras)",
    KERAS_SAVED_MODEL: "a SavedModel that Keras can load",
    LAYERS: "a folder for tf.loadLayersModel",
    GRAPH: "a folder for tf.loadGraphModel",
}

_OUTPUT_OF = {
    KERAS: LAYERS,
    KERAS_FILE: LAYERS,
    KERAS_SAVED_MODEL: LAYERS,
    SAVED_MODEL: GRAPH,
    HUB: GRAPH,
    FROZEN: GRAPH,
    LAYERS: KERAS,
}

WITH_SIGNATURES = (SAVED_MODEL, HUB)


def output_of(input_format: str) -> str:
    """The output format of an input whose user named none."""
    return _OUTPUT_OF[input_format]
