"""What a model of the zoo is, and how each kind is written to disk, converted, and run in TensorFlow."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from tfjs_convert import api
from tfjs_convert.result import ConversionResult

Feeds = Mapping[str, np.ndarray]
V1 = tf.compat.v1


@dataclasses.dataclass(frozen=True)
class Written:
    """A model on disk.

    Attributes:
      convert: `(output_dir, **options)`.
      run: what TensorFlow computes, by output name.
      ops: the operations of the graph that is converted and of the functions it calls.
    """

    convert: Callable[..., ConversionResult]
    run: Callable[[Feeds], dict[str, np.ndarray]]
    ops: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Source:
    """What a model's function returns: sets of inputs, by name, and `(folder) -> Written`."""

    feeds: Sequence[Feeds]
    write: Callable[[Path], Written]


@dataclasses.dataclass(frozen=True)
class Model:
    """One model of the zoo.

    Attributes:
      name: unique in its family.
      make: makes it.
      variants: the options that it is converted with; each must give the same numbers.
      shows: the operation that it alone is about, if any: how that is converted is then read from this model.
      refused: what the refusal must say, for a model that cannot be converted.
      tolerance: of floats, in parts of the output's largest magnitude.
    """

    name: str
    make: Callable[[], Source]
    variants: Sequence[Mapping[str, object]] = ({},)
    shows: str | None = None
    refused: str | None = None
    tolerance: float = 1e-4


class Family(list):
    """The models of one module; its instances decorate the functions that make them."""

    def __call__(self, **fields: object) -> Callable[[Callable[[], Source]], Callable[[], Source]]:
        def add(make: Callable[[], Source]) -> Callable[[], Source]:
            self.append(Model(make.__name__, make, **fields))
            return make

        return add


def function(
    body: Callable, *feeds: Feeds, specs: Mapping[str, tf.TensorSpec] | None = None, **tracked: object
) -> Source:
    """A `tf.Module` with one signature.

    Axes in which the feeds differ are free, unless `specs` say otherwise. `tracked` are variables and tables.
    """

    def write(folder: Path) -> Written:
        module = tf.Module()
        for name, value in tracked.items():
            setattr(module, name, value)
        given = specs or specs_of(feeds)
        named = [tf.TensorSpec(spec.shape, spec.dtype, name) for name, spec in given.items()]
        module.concrete = tf.function(body, autograph=True).get_concrete_function(*named)
        tf.saved_model.save(module, str(folder), signatures=module.concrete)
        return saved_model(folder)

    return Source(feeds, write)


def saved_model(
    folder: Path, signature: str = "serving_default", tags: str | None = None, **options: object
) -> Written:
    """A SavedModel of TensorFlow 2, which is there already; `options` are the conversion's."""
    loaded = tf.saved_model.load(str(folder), tags=tags.split(",") if tags else None)
    concrete = loaded.signatures[signature]
    types = {name: spec.dtype for name, spec in concrete.structured_input_signature[1].items()}

    def run(feeds: Feeds) -> dict[str, np.ndarray]:
        # The loaded object owns the variables, which the signature alone does not keep alive.
        assert loaded is not None
        outputs = concrete(**{name: tf.constant(value, types[name]) for name, value in feeds.items()})
        return {name: value.numpy() for name, value in outputs.items()}

    def convert(output: Path, **more: object) -> ConversionResult:
        named = {"signature_name": signature} | ({"saved_model_tags": tags} if tags else {})
        return api.convert_saved_model(folder, output, **named, **options, **more)

    return Written(convert, run, ops_of(concrete.graph.as_graph_def()))


def frozen(
    build: Callable[..., Mapping[str, tf.Tensor] | Iterable[tf.Tensor]], *feeds: Feeds, text: bool = False
) -> Source:
    """A frozen graph of TensorFlow 1: `build` gets a placeholder for each input and returns the outputs' tensors.

    Operations are those of TensorFlow 1, with its control flow. Outputs are called as their nodes.
    """

    def write(folder: Path) -> Written:
        folder.mkdir(parents=True)
        with v1_graph() as graph:
            placeholders = placeholders_of(feeds)
            made = list(build(**placeholders))
        names = [tensor.op.name if tensor.value_index == 0 else tensor.name for tensor in made]
        file = folder / ("graph.pbtxt" if text else "graph.pb")
        V1.train.write_graph(graph.as_graph_def(), str(folder), file.name, as_text=text)

        def run(given: Feeds) -> dict[str, np.ndarray]:
            with unoptimised_session(graph) as session:
                fetched = session.run(made, {f"{name}:0": value for name, value in given.items()})
            return {name: np.asarray(value) for name, value in zip(names, fetched, strict=True)}

        def convert(output: Path, **options: object) -> ConversionResult:
            return api.convert_frozen_graph(file, names, output, **options)

        return Written(convert, run, ops_of(graph.as_graph_def()))

    return Source(feeds, write)


def v1_saved_model(
    build: Callable[..., Mapping[str, tf.Tensor]],
    *feeds: Feeds,
    convert: Callable[..., ConversionResult] = api.convert_saved_model,
    **options: object,
) -> Source:
    """A SavedModel of TensorFlow 1, with variables and tables; `build` as for `frozen`, with names for its outputs."""

    def write(folder: Path) -> Written:
        with v1_graph() as graph:
            placeholders = placeholders_of(feeds)
            outputs = dict(build(**placeholders))
            ops = ops_of(graph.as_graph_def())
            with unoptimised_session(graph) as session:
                session.run([V1.global_variables_initializer(), V1.tables_initializer()])
                expected = [session.run(outputs, {f"{k}:0": v for k, v in each.items()}) for each in feeds]
                V1.saved_model.simple_save(
                    session, str(folder), placeholders, outputs, legacy_init_op=V1.tables_initializer()
                )

        def run(given: Feeds) -> dict[str, np.ndarray]:
            (index,) = [i for i, each in enumerate(feeds) if each is given]
            return expected[index]

        return Written(lambda output, **more: convert(folder, output, **options, **more), run, ops)

    return Source(feeds, write)


def specs_of(feeds: Sequence[Feeds]) -> dict[str, tf.TensorSpec]:
    """The inputs' shapes and dtypes; axes in which the feeds differ are free."""
    specs = {}
    for name, value in feeds[0].items():
        shapes = [np.shape(each[name]) for each in feeds]
        free = [sizes[0] if len(set(sizes)) == 1 else None for sizes in zip(*shapes, strict=True)]
        specs[name] = tf.TensorSpec(free, _dtype(value), name)
    return specs


def placeholders_of(feeds: Sequence[Feeds]) -> dict[str, tf.Tensor]:
    """A placeholder for each input, in the graph that is being built."""
    return {name: V1.placeholder(spec.dtype, spec.shape, name) for name, spec in specs_of(feeds).items()}


def ops_of(graph: object) -> frozenset[str]:
    """The operations of a graph and of its functions."""
    functions = [node for each in graph.library.function for node in each.node_def]
    return frozenset(node.op for node in [*graph.node, *functions])


class v1_graph:
    """A graph of TensorFlow 1, in which loops and conditionals are written as Switch, Merge and their like."""

    def __enter__(self) -> tf.Graph:
        self._functional = V1.control_flow_v2_enabled()
        self._resources = V1.resource_variables_enabled()
        V1.disable_control_flow_v2()
        V1.disable_resource_variables()
        self._graph = tf.Graph()
        self._context = self._graph.as_default()
        self._context.__enter__()
        return self._graph

    def __exit__(self, *error: object) -> None:
        self._context.__exit__(*error)
        if self._functional:
            V1.enable_control_flow_v2()
        if self._resources:
            V1.enable_resource_variables()


def unoptimised_session(graph: tf.Graph) -> tf.compat.v1.Session:
    """A session that runs the graph as it stands."""
    config = V1.ConfigProto()
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return V1.Session(graph=graph, config=config)


def floats(*shape: int, seed: int = 0, scale: float = 1.0) -> np.ndarray:
    """Normally distributed numbers."""
    return (np.random.default_rng(seed).normal(size=shape) * scale).astype(np.float32)


def integers(*shape: int, low: int = -5, high: int = 6, seed: int = 0) -> np.ndarray:
    """Integers from `low` up to below `high`."""
    return np.random.default_rng(seed).integers(low, high, shape).astype(np.int32)


def strings(*values: str | Sequence) -> np.ndarray:
    """An array of UTF-8 strings, of any rank."""
    return np.vectorize(lambda text: text.encode(), otypes=[object])(np.array(values, object))


def _dtype(value: np.ndarray) -> tf.DType:
    array = np.asarray(value)
    return tf.string if array.dtype == object else tf.as_dtype(array.dtype)
