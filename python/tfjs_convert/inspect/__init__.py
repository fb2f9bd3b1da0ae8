"""Shows what is in a model, of any kind that can be converted or was: read, and never run.

    detect -> saved_model | graph | keras | tfjs -> a report (plain JSON values) -> render

The keys of a report are documented in docs/inspect.md.
"""

from __future__ import annotations

from pathlib import Path

from tfjs_convert.errors import InputError

__all__ = ["inspect_model"]

_VERSION = 1


def inspect_model(path: Path | str, *, trial: bool = True) -> dict[str, object]:
    """The report on a model.

    Args:
      path: a file, a folder or an archive.
      trial: whether to convert the model in memory too, which tells what TensorFlow.js lacks; nothing is written.

    Returns:
      Plain JSON values; `kind` tells which keys are there.

    Raises:
      InputError: it is missing, no model, or damaged.
    """
    from tfjs_convert.inspect import detect
    from tfjs_convert.sources.archive import opened_folder

    given = Path(path)
    if not given.exists():
        raise InputError(f"{str(given)!r} is not there; name a model's file or folder.")
    with opened_folder(given) as opened:
        found = detect.detect(opened)
        report = {
            "report_version": _VERSION,
            "kind": found.kind,
            "name": given.resolve().name if given.name in ("", ".", "..") else given.name,
            **_size(given),
            **_report(found, trial),
        }
    return report


def _report(found: object, trial: bool) -> dict[str, object]:
    from tfjs_convert.inspect import detect

    if found.kind in detect.SAVED_MODELS:
        from tfjs_convert.inspect import saved_model

        return saved_model.report(found, trial)
    if found.kind == detect.FROZEN:
        from tfjs_convert.inspect import frozen

        return frozen.report(found.path, trial)
    if found.kind in (detect.KERAS_H5, detect.KERAS):
        from tfjs_convert.inspect import keras

        return keras.report(found.path)
    from tfjs_convert.inspect import tfjs

    return tfjs.report(found)


def _size(path: Path) -> dict[str, object]:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return {"bytes": sum(each.stat().st_size for each in files), "files": len(files)}
