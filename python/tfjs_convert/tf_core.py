"""TensorFlow's compiled core without TensorFlow's Python layer: the only module that imports TensorFlow's private
modules.

`import tensorflow` takes seconds; the message classes take 0.05 s and the compiled bindings used here 0.4 s. A bare
module object named `tensorflow` stands in for the package while its sub-modules are imported, so that the package's
own `__init__` never runs. This leans on private module paths, which is sound because the runtime is pinned by hash.

Nothing of the core runs at import: a parent process may import this module and fork.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.machinery
import os
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

# Bytes must not depend on the processor's vector units or on the number of cores.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@contextlib.contextmanager
def _without_package_init() -> Iterator[None]:
    """Lets `tensorflow.x.y` be imported without running `tensorflow/__init__.py`; leaves a real import alone."""
    if "tensorflow" in sys.modules:
        yield
        return
    spec = importlib.machinery.PathFinder.find_spec("tensorflow")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("TensorFlow is not installed: graph models need the package tensorflow or tensorflow-cpu.")
    stand_in = types.ModuleType("tensorflow")
    stand_in.__path__ = list(spec.submodule_search_locations)
    sys.modules["tensorflow"] = stand_in
    try:
        yield
    finally:
        # Gone again, so that a later full `import tensorflow` in this process works.
        if sys.modules.get("tensorflow") is stand_in:
            del sys.modules["tensorflow"]


with _without_package_init():
    from tensorflow.core.framework import (
        attr_value_pb2,
        function_pb2,
        graph_pb2,
        node_def_pb2,
        op_def_pb2,
        tensor_pb2,
        tensor_shape_pb2,
        types_pb2,
        variable_pb2,
    )
    from tensorflow.core.grappler.costs import op_performance_data_pb2
    from tensorflow.core.protobuf import (
        config_pb2,
        device_properties_pb2,
        meta_graph_pb2,
        rewriter_config_pb2,
        saved_model_pb2,
        tensor_bundle_pb2,
        trackable_object_graph_pb2,
    )

GraphDef = graph_pb2.GraphDef
NodeDef = node_def_pb2.NodeDef
FunctionDef = function_pb2.FunctionDef
OpDef = op_def_pb2.OpDef
OpInfo = op_performance_data_pb2.OpInfo
AttrValue = attr_value_pb2.AttrValue
TensorProto = tensor_pb2.TensorProto
TensorShapeProto = tensor_shape_pb2.TensorShapeProto
SavedModel = saved_model_pb2.SavedModel
MetaGraphDef = meta_graph_pb2.MetaGraphDef
BundleHeader = tensor_bundle_pb2.BundleHeaderProto
BundleEntry = tensor_bundle_pb2.BundleEntryProto
TrackableObjectGraph = trackable_object_graph_pb2.TrackableObjectGraph

AssetFileDef = meta_graph_pb2.AssetFileDef
VariableDef = variable_pb2.VariableDef

DT = types_pb2

__all__ = [
    "DT",
    "AssetFileDef",
    "AttrValue",
    "BundleEntry",
    "BundleHeader",
    "CoreError",
    "FunctionDef",
    "GraphDef",
    "MetaGraphDef",
    "NodeDef",
    "OpDef",
    "OpInfo",
    "SavedModel",
    "TensorProto",
    "TensorShapeProto",
    "TrackableObjectGraph",
    "VariableDef",
    "evaluate",
    "op_def",
    "optimize",
    "optimizer_config",
    "parse_text",
    "validate",
    "version",
    "warm",
]


class CoreError(Exception):
    """The compiled core refused a request; the text is the core's own."""


@functools.cache
def _native() -> types.SimpleNamespace:
    """Loads the compiled bindings once; no session, device or cluster is made here."""
    with _without_package_init():
        # First, because the core aborts the process on an error whose exception class is not registered.
        errors = importlib.import_module("tensorflow.python.framework.errors_impl")
        # Second, because it initialises NumPy's C interface for the other bindings.
        session = importlib.import_module("tensorflow.python.client._pywrap_tf_session")
        return types.SimpleNamespace(
            OpError=errors.OpError,
            session=session,
            cluster=importlib.import_module("tensorflow.python.grappler._pywrap_tf_cluster"),
            optimizer=importlib.import_module("tensorflow.python.grappler._pywrap_tf_optimizer"),
            item=importlib.import_module("tensorflow.python.grappler._pywrap_tf_item"),
            op_registry=importlib.import_module("tensorflow.python.framework._op_def_registry"),
        )


def warm() -> None:
    """Loads the compiled bindings without running anything, so that children forked afterwards start at once."""
    _native()


def version() -> str:
    """The version of the core, `2.21.0`."""
    return str(_native().session.get_version())


@functools.cache
def op_def(name: str) -> Any:
    """The registered OpDef of an operation, or None where the core knows none of that name."""
    serialized = _native().op_registry.get(name)
    return None if serialized is None else OpDef.FromString(serialized)


@functools.cache
def _cluster() -> Any:
    """The process's one virtual cluster; the core provides no second one."""
    device = device_properties_pb2.NamedDevice(name="/GPU:0")
    device.properties.type = "GPU"
    device.properties.environment["architecture"] = "4"
    return _native().cluster.TF_NewVirtualCluster([device.SerializeToString()])


def optimize(meta_graph: Any, config: Any) -> Any:
    """Runs the graph optimizer that `config` (a ConfigProto) asks for over a MetaGraphDef; returns the GraphDef.

    Raises:
      CoreError: the core could not parse or optimise the graph.
    """
    native = _native()
    try:
        result = native.optimizer.TF_OptimizeGraphSerialized(
            _cluster(), config.SerializeToString(), meta_graph.SerializeToString(), False, b"graph", False
        )
    except native.OpError as error:
        raise CoreError(error.message) from error
    except RuntimeError as error:
        raise CoreError(str(error)) from error
    return GraphDef.FromString(result)


def infer_shapes(graph: Any, outputs: Sequence[str]) -> dict[str, list[int] | None]:
    """The shapes that the core infers for the tensors of a GraphDef, by `node:index`: -1 or None where it knows none.

    Args:
      graph: the GraphDef, which is left as it is.
      outputs: names of the nodes that are fetched.

    Raises:
      CoreError: the core could not read the graph.
    """
    native = _native()
    meta_graph = MetaGraphDef()
    meta_graph.graph_def.CopyFrom(graph)
    for node in meta_graph.graph_def.node:
        # The core forgets the shapes of placeholders, as they are fed; an infeed has the same attributes, kept.
        if node.op == "Placeholder":
            node.op = "InfeedDequeue"
    meta_graph.collection_def["train_op"].node_list.value.extend(outputs)
    try:
        item = native.item.TF_NewItem(meta_graph.SerializeToString(), True, True)
        found = native.item.TF_GetOpProperties(item)
    except (native.OpError, RuntimeError, ValueError) as error:
        raise CoreError(str(error)) from error
    shapes: dict[str, list[int] | None] = {}
    for name, properties in found.items():
        for index, serialized in enumerate(properties):
            shape = OpInfo.TensorProperties.FromString(serialized).shape
            sizes = [max(dim.size, -1) for dim in shape.dim]
            shapes[f"{name}:{index}"] = None if shape.unknown_rank else sizes
    return shapes


def evaluate(graph: Any, feeds: Mapping[str, np.ndarray], fetches: Sequence[str]) -> list[np.ndarray]:
    """Computes tensors of a GraphDef, on one thread.

    Args:
      graph: the GraphDef.
      feeds: `name:index` of tensors to their values.
      fetches: `name:index` of the tensors wanted.

    Raises:
      CoreError: the graph is not valid, or an operation refuses its inputs.
    """
    native = _native()
    session_module = native.session
    wanted = [*feeds, *fetches]
    options = session_module.TF_NewImportGraphDefOptions()
    for tensor in wanted:
        name, _, index = tensor.rpartition(":")
        session_module.TF_ImportGraphDefOptionsAddReturnOutput(options, name, int(index))
    core_graph = session_module.PyGraph()
    session = None
    try:
        buffer = session_module.TF_NewBufferFromString(graph.SerializeToString())
        imported = session_module.TF_GraphImportGraphDefWithResults(core_graph, buffer, options)
        found = session_module.TF_ImportGraphDefResultsReturnOutputs(imported)
        session_options = session_module._TF_NewSessionOptions()
        config = config_pb2.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        config.graph_options.rewrite_options.disable_meta_optimizer = True
        session_module._TF_SetConfig(session_options, config.SerializeToString())
        session = session_module.TF_NewSessionRef(core_graph, session_options)
        given = dict(zip(found[: len(feeds)], feeds.values(), strict=True))
        return session_module.TF_SessionRun_wrapper(session, None, given, found[len(feeds) :], [], None)
    except native.OpError as error:
        raise CoreError(error.message) from error
    finally:
        if session is not None:
            session_module.TF_CloseSession(session)
            session_module.TF_DeleteSession(session)


def validate(graph: Any) -> None:
    """Has the core read a GraphDef, so that what is wrong with it is said; the optimizer would end the process.

    Raises:
      CoreError: the graph is not valid.
    """
    native = _native()
    buffer = native.session.TF_NewBufferFromString(graph.SerializeToString())
    options = native.session.TF_NewImportGraphDefOptions()
    try:
        native.session.TF_GraphImportGraphDefWithResults(native.session.PyGraph(), buffer, options)
    except native.OpError as error:
        raise CoreError(error.message) from error


def parse_text(text: str, message: Any) -> Any:
    """Fills a message from protobuf's text form, and returns it."""
    from google.protobuf import text_format

    return text_format.Parse(text, message)


def optimizer_config(optimizers: list[str]) -> Any:
    """A ConfigProto that runs exactly the named optimizers, in order, once each, over graphs of any size."""
    config = config_pb2.ConfigProto()
    rewrite = config.graph_options.rewrite_options
    rewrite.optimizers.extend(optimizers)
    rewrite.min_graph_nodes = -1
    rewrite.meta_optimizer_iterations = rewriter_config_pb2.RewriterConfig.ONE
    return config
