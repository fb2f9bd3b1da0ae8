"""The action behind jax_saved_model: a JAX function and its parameters as a SavedModel of TensorFlow's operations."""

from __future__ import annotations

import argparse
import importlib
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tfjs_convert.errors import ConversionError, InputError, OptionError
from tfjs_convert.sources import written_model
from tfjs_convert.sources.jax_params import read_params

_SIGNATURE = re.compile(r"(?:(?P<name>\w+):)?\s*(?P<dtype>\w+)\[(?P<shape>[^\]]*)\]")


def load(reference: str, sources: Sequence[Path], what: str) -> Any:
    """The object that `module:name` names in one of the source files.

    Raises:
      InputError: there is no such file or object, or the module raised.
    """
    module_name, colon, attribute = reference.partition(":")
    if not colon or not attribute:
        raise OptionError(f'{what} is {reference!r}; write "module:name", such as "network:apply".')
    tail = f"{module_name.replace('.', '/')}.py"
    source = next((path for path in sources if f"/{path.as_posix()}".endswith(f"/{tail}")), None)
    if source is None:
        raise InputError(
            f"{what} names the module {module_name!r}, and none of srcs ends in {tail}: "
            f"{', '.join(path.name for path in sources)}; add the file to srcs."
        )
    root = str(source.absolute()).removesuffix(f"/{tail}")
    if root not in sys.path:
        sys.path.insert(0, root)
    try:
        module = importlib.import_module(module_name)
        found = module
        for part in attribute.split("."):
            found = getattr(found, part)
    except AttributeError as error:
        raise InputError(f"{what} is {reference!r}: {error}; name a function or module of that file.") from error
    except Exception as error:
        traceback.print_exc()
        raise InputError(
            f"{what}: importing {module_name} raised {type(error).__name__}; its traceback is above."
        ) from error
    return found


def parse_signature(text: str, place: int) -> Any:
    """A `tf.TensorSpec` out of `name:dtype[sizes]`, where `?` or `None` is an open size; the name may be left out.

    Raises:
      OptionError: it has another form, or names an unknown dtype.
    """
    import tensorflow as tf

    match = _SIGNATURE.fullmatch(text.strip())
    wanted = 'write "name:dtype[sizes]", such as "image:float32[?, 28, 28, 1]"'
    if not match:
        raise OptionError(f"input_signatures[{place}] is {text!r}; {wanted}.")
    sizes = [size.strip() for size in match["shape"].split(",") if size.strip()]
    if not all(size.isdecimal() or size in ("?", "None") for size in sizes):
        raise OptionError(f"input_signatures[{place}] is {text!r}, whose sizes are not numbers or `?`; {wanted}.")
    try:
        dtype = tf.dtypes.as_dtype(match["dtype"])
    except TypeError:
        raise OptionError(
            f"input_signatures[{place}] is {text!r}, and {match['dtype']!r} is no dtype; {wanted}."
        ) from None
    return tf.TensorSpec([int(size) if size.isdecimal() else None for size in sizes], dtype, match["name"])


def applied(found: Any, params: Any, reference: str) -> tuple[Callable[..., Any], Any]:
    """The function of parameters and inputs, and the parameters as it takes them: a Flax module takes collections.

    Raises:
      InputError: it is neither a function nor a Flax module.
    """
    import flax.linen

    if isinstance(found, type) and issubclass(found, flax.linen.Module):
        found = found()
    if isinstance(found, flax.linen.Module):
        return found.apply, params if "params" in params else {"params": params}
    if not callable(found):
        raise InputError(
            f"{reference!r} is {type(found).__name__}; name a function of parameters and inputs, or a Flax module."
        )
    return found, params


def export(flags: argparse.Namespace) -> None:
    """Writes the SavedModel.

    Raises:
      ConversionError: one sentence for the user.
    """
    import tensorflow as tf
    from tfjs_convert import jax_function

    found = load(flags.function, flags.src, "function")
    if flags.params_function:
        try:
            params = load(flags.params_function, flags.src, "params_function")()
        except ConversionError:
            raise
        except Exception as error:
            traceback.print_exc()
            raise InputError(
                f"params_function {flags.params_function!r} raised {type(error).__name__}; its traceback is above."
            ) from error
    else:
        params = read_params(flags.params)
    function, params = applied(found, params, flags.function)
    signatures = [parse_signature(text, place) for place, text in enumerate(flags.input_signature)]
    shapes = [None if text == "None" else text for text in flags.polymorphic_shape] or None
    concrete, module = jax_function.lower(function, params, signatures, shapes)
    tf.saved_model.save(module, str(flags.output), signatures={"serving_default": concrete})
    written_model.check(flags.output, "saved_model")


def main(argv: Sequence[str] | None = None) -> int:
    """Exports as the flags say; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@", allow_abbrev=False)
    parser.add_argument("--label", default="", help="the target, for messages")
    parser.add_argument("--src", action="append", default=[], type=Path, help="a Python file; repeated")
    parser.add_argument("--function", required=True, help="module:function, or module:FlaxModule")
    parser.add_argument("--params", type=Path, help="the parameters: .npz, or Flax's .msgpack")
    parser.add_argument("--params_function", help="module:function that returns the parameters")
    parser.add_argument("--input_signature", action="append", default=[], help="name:dtype[sizes]; repeated")
    parser.add_argument("--polymorphic_shape", action="append", default=[], help="in JAX's notation, or None; repeated")
    parser.add_argument("--output", required=True, type=Path, help="the SavedModel's folder")
    flags = parser.parse_args(argv)
    try:
        export(flags)
    except ConversionError as error:
        print(f"{flags.label}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
