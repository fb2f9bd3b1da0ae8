"""The reference run: a model's source in TensorFlow, on seeded or recorded inputs, its outputs by public name.

Runs in the full runtime, since Keras and TensorFlow's Python API do the work here; the comparison needs neither.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tfjs_convert.action_flags import model_root
from tfjs_convert.errors import ConversionError, InputError, OptionError
from tfjs_convert.parity.inputs import make_inputs
from tfjs_convert.parity.recorded_inputs import recorded_inputs
from tfjs_convert.parity.recording import Run, write_runs
from tfjs_convert.quiet import native_stderr

Model = Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]


def main(argv: Sequence[str] | None = None) -> int:
    """Writes the reference as the flags say; returns the exit code."""
    flags = _parser().parse_args(argv)
    try:
        info = _read_info(flags.info)
        runs = _inputs(flags, info)
        names = [port["name"] for port in info["outputs"]]
        with native_stderr():
            model = _open(model_root(flags.input), info, flags)
            results = [Run(name, inputs, _ordered(model(inputs), names)) for name, inputs in runs.items()]
        write_runs(flags.output_dir, results)
    except ConversionError as error:
        shutil.rmtree(flags.output_dir, ignore_errors=True)
        print(f"{flags.label or 'reference'}: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@", allow_abbrev=False)
    parser.add_argument("--label", default="", help="the target, for messages")
    parser.add_argument("--input", action="append", required=True, help="the source; repeated for a folder's files")
    parser.add_argument("--info", required=True, type=Path, help="the converted model's info file: inputs and outputs")
    parser.add_argument("--output_dir", required=True, type=Path, help="the folder to write")
    parser.add_argument("--saved_model_tags", default="serve")
    parser.add_argument("--signature_name")
    parser.add_argument("--seed", action="append", type=int, default=[], help="one run each (0, without --inputs)")
    parser.add_argument("--range", action="append", default=[], metavar="INPUT:LOW,HIGH")
    parser.add_argument("--shape", action="append", default=[], metavar="INPUT:SIZE,SIZE", help="of free axes")
    parser.add_argument("--inputs", action="append", type=Path, default=[], help="one run each on a .npz or .json file")
    return parser


def _read_info(path: Path) -> Mapping:
    try:
        info = json.loads(path.read_text())
        if isinstance(info["inputs"], list) and isinstance(info["outputs"], list):
            return info
        raise ValueError("its inputs and outputs are not lists")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f'The info file "{path}" cannot be read: {error!r}.') from error


def _inputs(flags: argparse.Namespace, info: Mapping) -> dict[str, dict[str, np.ndarray]]:
    """Inputs by run: one for each recorded file, and one for each seed."""
    ports = info["inputs"]
    ranges = {name: tuple(values) for name, values in _numbers(flags.range, float, 2)}
    shapes = dict(_numbers(flags.shape, int, None))
    runs = {}
    for file in flags.inputs:
        if file.stem in runs:
            raise OptionError(
                f'Two files of inputs are named "{file.stem}"; each needs a name of its own, for messages.'
            )
        runs[file.stem] = recorded_inputs(file, ports)
    for seed in flags.seed or ([] if flags.inputs else [0]):
        runs[f"seed_{seed}"] = make_inputs(ports, seed, ranges, shapes)
    return runs


def _ordered(outputs: Mapping[str, np.ndarray], names: Sequence[str]) -> dict[str, np.ndarray]:
    """In the converted model's order, then what only the source has, whose own order may differ from run to run."""
    first = [name for name in names if name in outputs]
    return {name: outputs[name] for name in [*first, *sorted(set(outputs) - set(first))]}


def _pair(entry: str) -> tuple[str, str]:
    # Names may hold colons; numbers hold none.
    name, colon, value = entry.rpartition(":")
    if not colon:
        raise OptionError(f'The flag value "{entry}" is not of the form INPUT:VALUE.')
    return name, value


def _numbers(entries: Sequence[str], kind: type, count: int | None) -> list[tuple[str, list]]:
    result = []
    for name, text in map(_pair, entries):
        try:
            values = [kind(part) for part in text.split(",") if part]
        except ValueError:
            values = None
        if values is None or (count is not None and len(values) != count):
            raise OptionError(f'"{text}" for the input "{name}" is not {count or "a list of"} numbers, as in "-1,1".')
        result.append((name, values))
    return result


def _open(path: Path, info: Mapping, flags: argparse.Namespace) -> Model:
    if path.is_dir():
        return _saved_model(path, flags.signature_name, flags.saved_model_tags)
    return _keras_model(path, info)


def _saved_model(path: Path, signature_name: str | None, tags: str) -> Model:
    import tensorflow as tf

    if not (path / "saved_model.pb").is_file():
        raise InputError(f'The folder "{path.name}" holds no saved_model.pb; name a SavedModel or a Keras file.')
    loaded = tf.saved_model.load(str(path), tags=[tag for tag in tags.split(",") if tag])
    signatures = loaded.signatures
    if not signature_name:
        signature_name = next(iter(signatures)) if len(signatures) == 1 else "serving_default"
    if signature_name not in signatures:
        raise OptionError(f'The SavedModel has no signature "{signature_name}"; it has {sorted(signatures)}.')
    function = signatures[signature_name]
    specs = function.structured_input_signature[1]

    def run(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        unknown = set(inputs) - set(specs)
        if unknown:
            raise InputError(f"The signature takes {sorted(specs)}, but the converted model takes {sorted(inputs)}.")
        feed = {name: tensor(inputs.get(name), spec) for name, spec in specs.items()}
        return {name: _array(value) for name, value in function(**feed).items()}

    def tensor(value: np.ndarray | None, spec: tf.TensorSpec) -> tf.Tensor:
        if value is None:
            # An input that the converted model lost, because nothing used it, may have any value.
            sizes = [size or 1 for size in spec.shape]
            return tf.fill(sizes, "") if spec.dtype == tf.string else tf.zeros(sizes, spec.dtype)
        return tf.constant(value, tf.string) if spec.dtype == tf.string else tf.cast(value, spec.dtype)

    # The loaded object owns the variables that the function uses.
    run.owner = loaded
    return run


def _keras_model(path: Path, info: Mapping) -> Model:
    from tfjs_convert.sources.keras_file import open_keras_file

    opened = open_keras_file(path)
    generation = opened.generation
    opened.close()
    if generation == 2:
        import tf_keras as keras
        from tensorflow import nest
    else:
        import keras

        nest = keras.tree
    model = keras.models.load_model(str(path), compile=False)
    # A Sequential model of Keras 3 has no `input` until it is called.
    structure = model.inputs[0] if isinstance(model, keras.Sequential) else model.input
    names = [port["name"] for port in info["inputs"]]
    own = [tensor.name.split(":")[0] for tensor in model.inputs]
    outputs = [port["name"] for port in info["outputs"]]
    if len(names) != len(own) or len(outputs) != len(model.outputs):
        raise InputError(
            f"The Keras model has {len(own)} inputs and {len(model.outputs)} outputs, but the converted model has "
            f"{len(names)} and {len(outputs)}."
        )
    # By name where the names are the same; a graph model's may be another's, and then order tells.
    order = [names.index(name) if set(own) == set(names) else i for i, name in enumerate(own)]

    def run(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        values = [inputs[names[i]] for i in order]
        cast = [np.asarray(v).astype(_numpy_dtype(t.dtype)) for v, t in zip(values, model.inputs, strict=True)]
        results = nest.flatten(model(nest.pack_sequence_as(structure, cast), training=False))
        given = list(getattr(model, "output_names", outputs))
        labels = given if set(given) == set(outputs) else outputs
        by_name = {name: _array(value) for name, value in zip(labels, results, strict=True)}
        return {name: by_name[name] for name in outputs}

    return run


def _numpy_dtype(dtype: object) -> np.dtype:
    name = getattr(dtype, "name", dtype)
    return np.dtype(object if name == "string" else "float32" if name == "bfloat16" else name)


def _array(tensor: object) -> np.ndarray:
    array = np.asarray(tensor.numpy() if hasattr(tensor, "numpy") else tensor)
    # bfloat16 is not NumPy's own, and TensorFlow.js holds half precision as float32 anyway.
    return array.astype(np.float32) if str(array.dtype) in ("bfloat16", "float16") else array


if __name__ == "__main__":
    sys.exit(main())
