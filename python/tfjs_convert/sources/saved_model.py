"""Reads SavedModels, of TensorFlow 1 and 2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.graph import names, tensors
from tfjs_convert.graph.model import Endpoint, GraphModel
from tfjs_convert.sources.checkpoint import Checkpoint
from tfjs_convert.sources.variables import Restored, copied, restored, saved_by_name, slices
from tfjs_convert.tf_core import AssetFileDef, SavedModel

DEFAULT_SIGNATURE = "serving_default"
# Not a signature of the model: it names the operation that fills the tables.
_INIT_SIGNATURE = "__saved_model_init_op"
_RESTORABLE = frozenset(["VarHandleOp", "VariableV2", "Variable", "MutableHashTableV2"])
_INIT_COLLECTIONS = ("saved_model_main_op", "main_op", "legacy_init_op", "saved_model_legacy_init_op")


class SavedModelReader:
    """A SavedModel directory, parsed once; signatures are read from it one by one."""

    def __init__(self, directory: Path | str, tags: str | Iterable[str] | None = "serve") -> None:
        """Parses `saved_model.pb` and picks the MetaGraph whose tags are exactly the given ones.

        Args:
          directory: the SavedModel's directory.
          tags: a comma-separated string or the tags themselves; empty for an untagged MetaGraph; None takes the only
          one.

        Raises:
          InputError: no `saved_model.pb` there, or one that cannot be parsed.
          OptionError: no MetaGraph with these tags.
        """
        self.directory = Path(directory)
        self._meta_graph = _meta_graph(parse_saved_model(self.directory), tags)
        self._restored: Restored | None = None

    @property
    def signatures(self) -> list[str]:
        """The names of the signatures, `serving_default` first, then sorted."""
        keys = [key for key in self._meta_graph.signature_def if key != _INIT_SIGNATURE]
        return sorted(keys, key=lambda key: (key != DEFAULT_SIGNATURE, key))

    def choose(self, signature_name: str | None) -> str:
        """The signature to convert: the named one, else the only one, else `serving_default`.

        Raises:
          OptionError: there is none of that name, or several and none is named; the text lists what exists.
        """
        exist = self.signatures
        listed = ", ".join(f'signature_name = "{key}"' for key in exist) or "none at all"
        if signature_name:
            if signature_name not in exist:
                raise OptionError(f"The SavedModel has no signature {signature_name!r}; it has: {listed}.")
            return signature_name
        if len(exist) == 1 or DEFAULT_SIGNATURE in exist:
            return exist[0]
        if not exist:
            raise InputError(
                "The SavedModel has no signature, so it does not say what its inputs and outputs are: "
                "save it with tf.saved_model.save(model, path, signatures=...)."
            )
        raise OptionError(
            f"The SavedModel has several signatures and none is named serving_default; choose one: {listed}."
        )

    @property
    def meta_graph(self) -> Any:
        """The MetaGraph's message."""
        return self._meta_graph

    def endpoints(self, signature_name: str) -> tuple[list[Endpoint], list[Endpoint]]:
        """Inputs and outputs of a signature, in the order of its function; no variable is opened.

        Raises:
          InputError: one of them is sparse or composite.
        """
        meta_graph = self._meta_graph
        definition = meta_graph.signature_def[signature_name]
        nodes = {node.name: node for node in meta_graph.graph_def.node}
        library = meta_graph.graph_def.library
        return _ordered(definition.inputs, nodes, library), _ordered(definition.outputs, nodes, library)

    def read(self, signature_name: str | None = None) -> GraphModel:
        """The graph of one signature, with its variables and tables.

        Raises:
          OptionError: see `choose`.
          InputError: the variables are missing or cut off.
        """
        meta_graph = self._meta_graph
        signature_name = self.choose(signature_name)
        inputs, outputs = self.endpoints(signature_name)
        nodes = {node.name: node for node in meta_graph.graph_def.node}
        return GraphModel(
            graph=meta_graph.graph_def,
            inputs=inputs,
            outputs=outputs,
            variables=self._values(nodes).variables,
            table_values=self._values(nodes).tables,
            init_ops=_init_ops(meta_graph),
            assets={
                names.node_of(asset.tensor_info.name): _asset(self.directory, asset.filename)
                for asset in _assets(meta_graph)
            },
            version=meta_graph.meta_info_def.tensorflow_version,
            signature=signature_name,
            op_list=list(meta_graph.meta_info_def.stripped_op_list.op),
        )

    def _values(self, nodes: Mapping[str, Any]) -> Restored:
        if self._restored is None:
            restore_op = names.node_of(self._meta_graph.saver_def.restore_op_name)
            if any(node.op in _RESTORABLE for node in nodes.values()):
                checkpoint = Checkpoint(self.directory / "variables" / "variables")
                found = restored(self._meta_graph.graph_def, restore_op, checkpoint) if restore_op else Restored({}, {})
                by_name = saved_by_name(nodes.values(), slices(self._meta_graph), checkpoint)
                values = {**by_name, **found.variables}
                self._restored = Restored({**copied(self._meta_graph, values), **values}, found.tables)
            else:
                self._restored = Restored({}, {})
        return self._restored


def _assets(meta_graph: Any) -> list[Any]:
    """AssetFileDefs; models of TensorFlow 1 keep them in a collection."""
    found = list(meta_graph.asset_file_def)
    for key in ("saved_model_assets", "asset_filepaths"):
        if not found and key in meta_graph.collection_def:
            for packed in meta_graph.collection_def[key].any_list.value:
                asset = AssetFileDef()
                packed.Unpack(asset)
                found.append(asset)
    return found


def _asset(directory: Path, filename: str) -> Path:
    folder = directory / "assets"
    if not filename or ".." in Path(filename).parts or Path(filename).is_absolute():
        raise InputError(f"The SavedModel names the asset {filename!r}, which lies outside its folder assets.")
    return folder / filename


def parse_saved_model(directory: Path) -> Any:
    """The message of a folder's `saved_model.pb`.

    Raises:
      InputError: there is none, or it cannot be parsed.
    """
    file = directory / "saved_model.pb"
    if not file.is_file():
        if (directory / "saved_model.pbtxt").is_file():
            raise InputError(f"{directory.name} holds saved_model.pbtxt, the text form; only saved_model.pb is read.")
        found = (
            ", ".join(sorted(path.name for path in directory.iterdir())[:8])
            if directory.is_dir()
            else ("a file" if directory.exists() else "no such directory")
        )
        raise InputError(
            f"{directory.name} is not a SavedModel: it holds no saved_model.pb (found: {found or 'nothing'})."
        )
    data = file.read_bytes()
    try:
        model = SavedModel.FromString(data)
    except Exception as error:  # protobuf's DecodeError, whose class depends on protobuf's build
        raise InputError(
            f"{directory.name}/saved_model.pb ({len(data)} bytes) is cut off or is not a SavedModel."
        ) from error
    if not model.meta_graphs:
        raise InputError(
            f"{directory.name}/saved_model.pb ({len(data)} bytes) holds no MetaGraph: it is empty or cut off."
        )
    return model


def _meta_graph(model: Any, tags: str | Iterable[str] | None) -> Any:
    if tags is None and len(model.meta_graphs) == 1:
        return model.meta_graphs[0]
    wanted = {tag.strip() for tag in (tags.split(",") if isinstance(tags, str) else tags or ())} - {""}
    sets = [sorted(meta_graph.meta_info_def.tags) for meta_graph in model.meta_graphs]
    for meta_graph, found in zip(model.meta_graphs, sets, strict=True):
        if set(found) == wanted:
            return meta_graph
    listed = ", ".join(f'saved_model_tags = "{",".join(found)}"' for found in sorted(sets))
    raise OptionError(f"The SavedModel has no MetaGraph tagged {','.join(sorted(wanted))!r}; it has: {listed}.")


def _init_ops(meta_graph: Any) -> list[str]:
    """Nodes that fill the tables: the signature of that name in new models, a collection in old ones."""
    if _INIT_SIGNATURE in meta_graph.signature_def:
        outputs = meta_graph.signature_def[_INIT_SIGNATURE].outputs
        return sorted(names.node_of(info.name) for info in outputs.values())
    found = []
    for key in (*_INIT_COLLECTIONS, "table_initializer"):
        if key in meta_graph.collection_def:
            found += [names.node_of(value) for value in meta_graph.collection_def[key].node_list.value]
    return found


def _ordered(infos: Any, nodes: Any, library: Any) -> list[Endpoint]:
    """A signature's entries in the order in which its function takes or returns them.

    The map itself has no order. Outputs of one call are ordered by their index, inputs by their place in the call
    that takes them; numbered families (`output_2`, `output_10`), which functions return in the order of their text,
    go by number; whatever is left (TensorFlow 1 signatures) goes by name.
    """
    users = {}
    for node in nodes.values():
        if node.op.endswith("PartitionedCall"):
            inner = _inner_positions(node, library)
            for position, tensor in enumerate(node.input):
                users.setdefault(names.node_of(tensor), inner.get(position, position))
    many_nodes = len({names.node_of(info.name) for info in infos.values()}) > 1

    def place(key: str) -> tuple[Any, ...]:
        node, index = names.split(infos[key].name)
        taken = nodes[node].op == "Placeholder" if node in nodes else False
        if taken and node in users:
            return (0, users[node], names.natural_key(key))
        if not taken and not many_nodes:
            return (0, index, names.natural_key(key))
        return (1, 0, names.natural_key(key))

    keys = _by_number(sorted(infos, key=place))
    return [_endpoint(key, infos[key]) for key in keys]


def _inner_positions(call: Any, library: Any) -> dict[int, int]:
    """For the arguments of a signature's wrapper, sorted by name, their places in the function that it wraps."""
    function = next((f for f in library.function if f.signature.name == call.attr["f"].func.name), None)
    if function is None or "signature_wrapper" not in function.signature.name:
        return {}
    calls = [node for node in function.node_def if node.op.endswith("PartitionedCall")]
    if len(calls) != 1:
        return {}
    places = {tensor: place for place, tensor in enumerate(calls[0].input)}
    return {i: places[arg.name] for i, arg in enumerate(function.signature.input_arg) if arg.name in places}


def _by_number(keys: Sequence[str]) -> list[str]:
    """Puts the members of each family `<stem>_<number>` in the order of their numbers, in the places they have."""
    result = list(keys)
    stems: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        stem, _, number = key.rpartition("_")
        if stem and number.isdigit():
            stems.setdefault(stem, []).append(place)
    for places in stems.values():
        members = sorted((keys[place] for place in places), key=lambda key: int(key.rpartition("_")[2]))
        for place, key in zip(places, members, strict=True):
            result[place] = key
    return result


def _endpoint(key: str, info: Any) -> Endpoint:
    if info.WhichOneof("encoding") != "name":
        raise InputError(
            f"The signature's entry {key!r} is a sparse or composite tensor, which TensorFlow.js cannot take or return."
        )
    shape = None if info.tensor_shape.unknown_rank else tensors.shape_of(info.tensor_shape)
    return Endpoint(key, info.name, info.dtype, shape)
