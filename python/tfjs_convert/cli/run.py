"""From the words of a command line to an exit code."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Iterator, Sequence

from absl import flags

from tfjs_convert.cli import flags as known_flags
from tfjs_convert.cli import help as help_pages
from tfjs_convert.cli import progress
from tfjs_convert.cli.dispatch import conversion_of
from tfjs_convert.cli.errors import UsageError
from tfjs_convert.cli.inputs import check_paths
from tfjs_convert.cli.request import Request, check, parse
from tfjs_convert.errors import ConversionError
from tfjs_convert.quiet import native_stderr
from tfjs_convert.result import ConversionResult

PROGRAM = "tensorflowjs_converter"

FAILED, BAD_USAGE, INTERRUPTED = 1, 2, 130


def run(argv: Sequence[str] | None = None) -> int:
    """Runs the command line `argv` (without the program's name); returns the exit code. See `tfjs_convert.cli.main`."""
    words = list(sys.argv[1:] if argv is None else argv)
    values = known_flags.define()
    try:
        return _run(words, values)
    except UsageError as error:
        return _fail(error, str(error), BAD_USAGE, values)
    except ConversionError as error:
        return _fail(error, str(error), FAILED, values)
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted; nothing was written.", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        where = f" {error.filename!r}" if error.filename else ""
        return _fail(error, f"A file{where} cannot be read or written: {error.strerror or error}.", FAILED, values)
    except ImportError as error:
        text = f"A package that this conversion needs is missing ({error}); pip install 'tfjs_convert[keras]' has all."
        return _fail(error, text, FAILED, values)
    except Exception as error:
        text = f"This is an error of the converter itself, {type(error).__name__}: {error}; report it with --traceback."
        return _fail(error, text, FAILED, values)


def convert(words: Sequence[str]) -> ConversionResult:
    """Converts as a command line says, and leaves errors to the caller.

    Args:
      words: the command line without the program's name.

    Raises:
      ConversionError: the command line is wrong (`UsageError`), or the model cannot be converted.
    """
    values = known_flags.define()
    return _convert(check(parse(words, values), values))


def _convert(request: Request, verbose: bool = False) -> ConversionResult:
    conversion, idle = conversion_of(request)
    check_paths(request)
    for warning in (*request.warnings, *idle):
        print(f"{PROGRAM}: {warning}", file=sys.stderr)
    with progress.shown_on(sys.stderr, PROGRAM), _libraries_quiet(verbose):
        result = conversion(request)
    for warning in dict.fromkeys([*result.warnings, *result.info.get("notes", [])]):
        print(f"{PROGRAM}: {warning}", file=sys.stderr)
    return result


def _run(words: list[str], values: flags.FlagValues) -> int:
    paths = parse(words, values)
    if values.help:
        print(help_pages.help_text(PROGRAM, values), end="")
        return 0
    if values.version:
        print(help_pages.version_text(PROGRAM), end="")
        return 0
    print(_summary(_convert(check(paths, values), values.traceback)))
    return 0


@contextlib.contextmanager
def _libraries_quiet(verbose: bool) -> Iterator[None]:
    """TensorFlow and Keras greet on stderr; warnings of this program are sentences, and are kept."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if verbose:
        yield
        return
    with native_stderr():
        yield


def _summary(result: ConversionResult) -> str:
    written = f"Wrote the {result.format} {result.directory}"
    size = result.info.get("bytes")
    shards = result.info.get("shards")
    if size is None:
        return f"{written}."
    files = f", {len(shards)} weight file{'' if len(shards) == 1 else 's'}" if shards is not None else ""
    return f"{written} ({size:,} bytes{files})."


def _fail(error: BaseException, text: str, code: int, values: flags.FlagValues) -> int:
    if values.is_parsed() and values.traceback:
        traceback.print_exception(error)
    print(f"{PROGRAM}: {' '.join(text.split())}", file=sys.stderr)
    return code
