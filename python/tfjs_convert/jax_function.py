"""JAX functions as functions of TensorFlow's own operations. Needs JAX and TensorFlow's Python API.

The lowering is that of `jax2tf` with `native_serialization=False` and `enable_xla=False`: what it writes otherwise is
one operation that holds a compiled program, which no browser runs. JAX 0.6 is the last release that has it.
"""

from __future__ import annotations

import importlib.metadata
import inspect
import string
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tfjs_convert.errors import ConversionError, InputError, OptionError

_LAST = (0, 6)
"""The newest JAX (major, minor) that lowers to TensorFlow's operations."""


def lower(
    apply_fn: Callable[..., Any],
    params: Any,
    input_signatures: Sequence[Any],
    polymorphic_shapes: Sequence[str | None] | None = None,
) -> tuple[Any, Any]:
    """A JAX function as a concrete function, and the module that holds its variables.

    Args:
      apply_fn: takes the parameters and then one argument for each of `input_signatures`; returns arrays, in any
        structure of lists, tuples and dictionaries.
      params: the parameters: arrays in any such structure.
      input_signatures: `tf.TensorSpec` of each argument, or structures of them; open sizes are None.
      polymorphic_shapes: each argument's shape in `jax.export`'s notation, as `(b, 28, 28)`; None for one whose sizes
        are all known. By default the open sizes along the first axis are one symbol, and every other is its own.

    Raises:
      InputError: the function cannot be traced with these arguments.
      OptionError: `polymorphic_shapes` and `input_signatures` do not fit each other.
    """
    _check_version()
    import tensorflow as tf
    from jax.experimental import jax2tf

    names = _names(apply_fn, input_signatures)
    signatures = [_named(signature, name) for signature, name in zip(input_signatures, names, strict=True)]
    if polymorphic_shapes is None:
        shapes = _open_shapes(signatures)
    else:
        if len(polymorphic_shapes) != len(signatures):
            raise OptionError(
                f"There are {len(polymorphic_shapes)} polymorphic_shapes for {len(signatures)} input_signatures; write "
                "one for each argument, None where all sizes are known."
            )
        shapes = list(polymorphic_shapes)
    module = tf.Module()
    variables = tf.nest.map_structure(lambda leaf: tf.Variable(leaf, trainable=True), params)
    module.parameters = tf.nest.flatten(variables)

    def call(*arguments: Any) -> Any:
        return _flat(converted(variables, *arguments))

    try:
        with warnings.catch_warnings():
            # It warns of being deprecated, which is why its version is pinned.
            warnings.simplefilter("ignore", DeprecationWarning)
            converted = jax2tf.convert(
                apply_fn,
                polymorphic_shapes=[None, *shapes],
                with_gradient=False,
                native_serialization=False,
                enable_xla=False,
            )
            function = tf.function(call, autograph=False, jit_compile=False)
            return function.get_concrete_function(*signatures), module
    except ConversionError:
        raise
    except Exception as error:
        # JAX has no class of its own for what a user's function does wrong.
        reason = " ".join(str(error).split())[:400]
        raise InputError(
            f"The JAX function cannot be traced with these parameters and inputs: {type(error).__name__}: {reason}"
        ) from error


def _check_version() -> None:
    try:
        version = importlib.metadata.version("jax")
    except importlib.metadata.PackageNotFoundError:
        raise InputError(
            "JAX is not installed; install tfjs_convert[jax], or build with the rule jax_saved_model."
        ) from None
    if tuple(int(part) for part in version.split(".")[:2]) > _LAST:
        raise InputError(
            f"JAX {version} no longer lowers to TensorFlow's operations; install jax and jaxlib 0.6.2, or build with "
            "the rule jax_saved_model, which brings them."
        )


def _names(apply_fn: Callable[..., Any], signatures: Sequence[Any]) -> list[str]:
    """A name for each argument: the function's own where it tells them."""
    try:
        parameters = list(inspect.signature(apply_fn).parameters.values())[1:]
    except (TypeError, ValueError):
        parameters = []
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    own = [parameter.name for parameter in parameters if parameter.kind in positional]
    return [own[place] if place < len(own) else f"input_{place}" for place in range(len(signatures))]


def _named(signature: Any, name: str) -> Any:
    """The same specs, named: by themselves, else after their argument and their place in it."""
    import tensorflow as tf
    from jax import tree_util

    if _is_shape_and_dtype(signature):
        signature = tf.TensorSpec(*signature)
    leaves, structure = tree_util.tree_flatten_with_path(signature)
    specs = []
    for path, spec in leaves:
        if not isinstance(spec, tf.TensorSpec):
            raise OptionError(
                f"An input signature of `{name}` is {spec!r}; write tf.TensorSpec(shape, dtype) for each array."
            )
        specs.append(tf.TensorSpec(spec.shape, spec.dtype, spec.name or "_".join([name, *_steps(path)])))
    return tree_util.tree_unflatten(structure, specs)


def _steps(path: Sequence[Any]) -> list[str]:
    """Keys and indices on the way to a leaf."""
    return [str(getattr(key, "key", getattr(key, "idx", key))) for key in path]


def _flat(result: Any) -> Any:
    """The function's results as a signature takes them: named after their place in a dictionary, else in order."""
    from jax import tree_util

    leaves, _ = tree_util.tree_flatten_with_path(result)
    if isinstance(result, Mapping):
        return {"_".join(_steps(path)): leaf for path, leaf in leaves}
    return [leaf for _, leaf in leaves]


def _is_shape_and_dtype(signature: Any) -> bool:
    """Whether it is a pair as `((None, 4), np.float32)`, which the upstream function's documentation has, too."""
    return (
        isinstance(signature, tuple)
        and len(signature) == 2
        and isinstance(signature[0], tuple | list)
        and all(size is None or isinstance(size, int) for size in signature[0])
        and not isinstance(signature[1], tuple | list | dict)
    )


def _open_shapes(signatures: Sequence[Any]) -> list[Any]:
    """Shapes in JAX's notation: all open first axes are one symbol, every other its own; None where none is open."""
    from jax import tree_util

    others = iter([*(letter for letter in string.ascii_lowercase if letter != "b"), *string.ascii_uppercase])

    def shape(spec: Any) -> str:
        sizes = list(spec.shape)
        words = [str(size) if size is not None else next(others) if axis else "b" for axis, size in enumerate(sizes)]
        return f"({', '.join(words)}{',' if len(words) == 1 else ''})"

    shapes = [tree_util.tree_map(shape, signature) for signature in signatures]
    open_ones = [any(None in list(spec.shape) for spec in tree_util.tree_leaves(each)) for each in signatures]
    return [each if is_open else None for each, is_open in zip(shapes, open_ones, strict=True)]
