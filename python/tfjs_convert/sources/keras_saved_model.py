"""Opens Keras 2's SavedModels: the configuration from `keras_metadata.pb`, the weights from the checkpoint.

`keras_metadata.pb` (tf_keras/protobuf/saved_metadata.proto) describes the model's objects in JSON by their number in
the SavedModel's object graph. There each layer has a list `variables`, in the order in which Keras lists weights; a
checkpoint numbers objects as the SavedModel does, and says under which key each variable's value lies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from tfjs_convert import tf_core
from tfjs_convert.errors import InputError
from tfjs_convert.sources.checkpoint import Checkpoint
from tfjs_convert.sources.keras_file import KerasFile
from tfjs_convert.sources.keras_h5 import parse_json
from tfjs_convert.sources.saved_model import parse_saved_model
from tfjs_convert.weights.weight import Weight

METADATA = "keras_metadata.pb"

_MODELS = ("_tf_keras_sequential", "_tf_keras_network")
_TOP_LAYER = re.compile(r"root\.layer(_with_weights)?-\d+")
_OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


def open_keras_saved_model(directory: Path) -> KerasFile:
    """Opens the SavedModel that Keras 2 saved as a whole model.

    Raises:
      InputError: it is no SavedModel, was saved without its layers, or is damaged.
    """
    what = f"`{directory.name}`"
    graph = parse_saved_model(directory).meta_graphs[0].object_graph_def
    objects = _objects(directory, what)
    root = next((each for each in objects if each.node_path == "root"), None)
    found = parse_json(root.metadata.encode(), f"{what}, {METADATA}") if root else {}
    if root is None or root.identifier not in _MODELS or not isinstance(found.get("config"), dict):
        raise InputError(
            f"{what} is the SavedModel of a subclassed Keras model, which is code and no topology of layers; convert "
            "it into a graph model with tfjs_graph_model, or on the command line with --output_format=tfjs_graph_model."
        )
    training = found.get("training_config")
    return KerasFile(
        kind="saved_model",
        generation=2,
        keras_version=str(found["keras_version"]) if found.get("keras_version") else None,
        config={"class_name": found.get("class_name"), "config": found["config"]},
        training_config=training if isinstance(training, dict) else None,
        groups=list(_groups(directory, graph, objects, what)),
    )


def model_files(directory: Path) -> list[Path]:
    """The files that the model's content depends on, sorted."""
    named = [directory / "saved_model.pb", directory / METADATA]
    return named + sorted(path for path in (directory / "variables").glob("*") if path.is_file())


def _objects(directory: Path, what: str) -> list[Any]:
    path = directory / METADATA
    if not path.is_file():
        raise InputError(
            f"{what} is a SavedModel without {METADATA}, so it holds functions and no layers (Keras 3's export and "
            "tf.saved_model.save write such); convert it into a graph model with tfjs_graph_model, or save the model "
            "with `model.save` as a .keras or .h5 file."
        )
    try:
        return list(_saved_metadata().FromString(path.read_bytes()).nodes)
    except Exception as error:  # protobuf's own error, of a class that depends on its implementation
        raise InputError(f"{what}: {METADATA} is damaged or cut short; save the model again.") from error


def _groups(directory: Path, graph: Any, objects: list[Any], what: str) -> Iterator[tuple[str, list[Weight]]]:
    checkpoint = Checkpoint(directory / "variables" / "variables")
    (data,) = checkpoint.read(_OBJECT_GRAPH).reshape(-1)
    keys = tf_core.TrackableObjectGraph.FromString(data).nodes
    seen = set()
    for each in objects:
        # A layer with weights is listed twice, by its place among all layers, too.
        if not _TOP_LAYER.fullmatch(each.node_path) or each.node_id in seen:
            continue
        seen.add(each.node_id)
        name = str(parse_json(each.metadata.encode(), f"{what}, {METADATA}").get("name"))
        yield name, [_weight(checkpoint, graph, keys, number, what) for number in _variables(graph, each.node_id, what)]


def _variables(graph: Any, layer: int, what: str) -> list[int]:
    """The numbers of a layer's variables, in Keras's order; a layer of preprocessing has no list, but attributes."""
    # A list, whose children are numbered, is no layer.
    if layer >= len(graph.nodes) or any(child.local_name.isdigit() for child in graph.nodes[layer].children):
        raise InputError(f"{what}: {METADATA} does not belong to this saved_model.pb; save the model again.")
    lists = [child.node_id for child in graph.nodes[layer].children if child.local_name == "variables"]
    if not lists:
        return sorted({c.node_id for c in graph.nodes[layer].children if graph.nodes[c.node_id].HasField("variable")})
    places = [child for number in lists for child in graph.nodes[number].children if child.local_name.isdigit()]
    return [child.node_id for child in sorted(places, key=lambda child: int(child.local_name))]


def _weight(checkpoint: Checkpoint, graph: Any, keys: Any, number: int, what: str) -> Weight:
    name = graph.nodes[number].variable.name
    attributes = keys[number].attributes if number < len(keys) else []
    if not attributes:
        raise InputError(f"{what}: the checkpoint has no value for the variable {name!r}; save the model again.")
    key = attributes[0].checkpoint_key
    dtype, shape = checkpoint.info(key)
    return Weight(name, shape, dtype, lambda: checkpoint.read(key))


def _saved_metadata() -> Any:
    """The message class of `keras_metadata.pb`, whose own module comes with Keras only."""
    pool = descriptor_pool.DescriptorPool()
    file = descriptor_pb2.FileDescriptorProto(name="saved_metadata.proto", package="tfjs", syntax="proto3")
    kinds = descriptor_pb2.FieldDescriptorProto
    item = file.message_type.add(name="SavedObject")
    item.field.add(name="node_id", number=2, type=kinds.TYPE_INT32, label=kinds.LABEL_OPTIONAL)
    for number, name in ((3, "node_path"), (4, "identifier"), (5, "metadata")):
        item.field.add(name=name, number=number, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    whole = file.message_type.add(name="SavedMetadata")
    whole.field.add(
        name="nodes", number=1, type=kinds.TYPE_MESSAGE, label=kinds.LABEL_REPEATED, type_name=".tfjs.SavedObject"
    )
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tfjs.SavedMetadata"))
