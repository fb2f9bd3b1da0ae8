"""The variants of a model made ready to run in TensorFlow.js, and their outputs read back.

`prepare` writes a folder; Node runs `tools/node/run.mjs --jobs=FOLDER/jobs.json --results=...`; `collect` compares.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tfjs_convert import canonical_json
from tfjs_convert.errors import InputError
from tfjs_convert.parity.files import read_array, write_array
from tfjs_convert.report.output_errors import compare, seeded_inputs
from tfjs_convert.report.variants import VARIANTS, write_variant

_JOBS = "jobs.json"
_RUN = "run.json"


def prepare(model_dir: Path, info: Mapping[str, object], folder: Path, seed: int = 0) -> None:
    """Writes the variants, seeded inputs, and the list of jobs that run.mjs reads, with paths that begin with `folder`.

    For a model whose inputs cannot be made up there are no jobs, and `collect` says why.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        inputs = seeded_inputs(info.get("inputs") or [], seed)
    except InputError as error:
        _write(folder / _RUN, {"skipped": str(error)})
        _write(folder / _JOBS, [])
        return
    files = {name: str(write_array(folder / f"input_{i}", array)) for i, (name, array) in enumerate(inputs.items())}
    jobs = []
    for variant in VARIANTS:
        write_variant(model_dir, info, folder / variant, variant)
        jobs.append({"model": str(folder / variant), "inputs": files, "outputs": str(folder / f"{variant}_outputs")})
    described = {name: f"{array.dtype} {list(array.shape)}" for name, array in inputs.items()}
    _write(folder / _RUN, {"seed": seed, "inputs": described})
    _write(folder / _JOBS, jobs)


def collect(folder: Path, results: Path) -> dict[str, object]:
    """Errors of the outputs, as `make_report` takes them.

    Args:
      folder: what `prepare` wrote.
      results: what run.mjs wrote.

    Raises:
      InputError: the results are not those of these jobs.
    """
    run = json.loads((folder / _RUN).read_bytes())
    if "skipped" in run:
        return run
    ran = json.loads(Path(results).read_bytes())
    if not isinstance(ran, list) or len(ran) != len(VARIANTS):
        raise InputError(
            f"{Path(results).name} does not hold the results of {len(VARIANTS)} variants; run the jobs again."
        )
    by_variant = dict(zip(VARIANTS, ran, strict=True))
    if "error" in by_variant["float32"]:
        return {"skipped": f"The float32 model does not run: {by_variant['float32']['error']}"}
    reference = _outputs(by_variant["float32"])
    variants = {}
    for variant in VARIANTS[1:]:
        if "error" in by_variant[variant]:
            variants[variant] = {name: {"error": by_variant[variant]["error"]} for name in reference}
        else:
            variants[variant] = compare(reference, _outputs(by_variant[variant]))
    return {**run, "variants": variants}


def _outputs(result: Mapping[str, object]) -> dict[str, object]:
    return {name: read_array(Path(output["file"])) for name, output in result["outputs"].items()}


def _write(path: Path, value: object) -> None:
    path.write_bytes(canonical_json.dumps(value, what=path.name))
