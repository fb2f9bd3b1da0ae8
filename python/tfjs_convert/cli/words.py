"""Words of the command line into those that absl understands: abbreviations, and values that flags may go without."""

from __future__ import annotations

import dataclasses
import difflib
import itertools
from collections.abc import Sequence

from absl import flags

from tfjs_convert.cli.errors import UsageError
from tfjs_convert.cli.flags import BOOLEANS, QUANTIZE, is_boolean

PATHS = 2
"""The input and the output."""

# absl reads these itself.
_OF_ABSL = ("flagfile", "undefok")


@dataclasses.dataclass
class _Word:
    """A word of the command line.

    Attributes:
      text: as absl reads it.
      flag: the flag's name; empty for a path.
      is_open: a flag that may take the word behind it, or a path that may be a flag's value.
    """

    text: str
    flag: str = ""
    is_open: bool = False


def normalize(words: Sequence[str], values: flags.FlagValues) -> list[str]:
    """Spells flags out, and joins each value to its flag; paths stand at the end, after `--`.

    A flag that may go without a value (`--quantize_float16`, `--strip_debug_ops`) takes the word behind it only if
    two paths are left without that word.

    Raises:
      UsageError: a flag is unknown, or its abbreviation or value can be read in two ways.
    """
    read = _read(list(words), values)
    _share_out(read)
    return [*[word.text for word in read if word.flag], "--", *[word.text for word in read if not word.flag]]


def _read(waiting: list[str], values: flags.FlagValues) -> list[_Word]:
    read = []
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            return read + [_Word(each) for each in waiting]
        if not _is_flag(word):
            read.append(_Word(word, is_open=True))
            continue
        name, equals, value = word.lstrip("-").partition("=")
        name = _full_name(name, values)
        if equals or name in _OF_ABSL or name not in values or values[name].boolean:
            is_open = not equals and name in (*QUANTIZE, *BOOLEANS)
            read.append(_Word(f"--{name}{equals}{value}", name, is_open))
        elif waiting:
            read.append(_Word(f"--{name}={waiting.pop(0)}", name))
        else:
            raise UsageError(f"The flag --{name} needs a value, as in --{name}=VALUE.")
    return read


def _share_out(read: list[_Word]) -> None:
    """Gives words that are too many to be paths to the flags right before them."""
    surplus = sum(not word.flag for word in read) - PATHS
    pairs = [
        (flag, word)
        for flag, word in itertools.pairwise(read)
        if flag.flag and flag.is_open and word.is_open and not word.flag
        if flag.flag in QUANTIZE or is_boolean(word.text)
    ]
    if 0 < surplus < len(pairs):
        names = " and ".join(f"--{flag.flag}" for flag, _ in pairs)
        raise UsageError(
            f"It cannot be told which of {names} the words behind them belong to; write --FLAG=VALUE for each."
        )
    if surplus > 0:
        for flag, word in pairs:
            flag.text += f"={word.text}"
            read.remove(word)


def _is_flag(word: str) -> bool:
    # A lone dash is a path, and so is a word with a space, which no flag's name has.
    return word.startswith("-") and word.strip("-") != "" and " " not in word.partition("=")[0]


def _full_name(name: str, values: flags.FlagValues) -> str:
    """The flag that an abbreviation means; `no` before a boolean one is kept."""
    if name in _OF_ABSL:
        return name
    if name in values:
        return values[name].name
    if name.startswith("no") and name[2:] in values and values[name[2:]].boolean:
        return name
    known = sorted(each for each in values if len(each) > 1)
    found = [each for each in known if each.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"The flag --{name} could be any of {', '.join(f'--{each}' for each in found)}; write it out.")
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean --{near[0]}?" if near else "see --help."
    raise UsageError(f"There is no flag --{name}; {hint}")
