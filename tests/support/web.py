"""Runtime bundles, for tests that have `@rules_tfjs_web_npm//:files` and its lock file among their data."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.node import node

LABEL = "//web:tfjs"
_PROGRAM = Path(__file__).parents[2] / "tools" / "web" / "runtime_bundle.mjs"


def packages() -> Path:
    """The lock file beside the packages that bundles are made from."""
    if "TFJS_TEST_WEB_PACKAGES" in os.environ:
        return Path(os.environ["TFJS_TEST_WEB_PACKAGES"]) / "package-lock.json"
    (found,) = Path("..").glob("*rules_tfjs_web_npm/package-lock.json")
    return found.absolute()


def runtime_bundle(
    output: Path,
    models: Sequence[Path],
    *,
    flags: Sequence[str] = (),
    form: str = "esm",
    minify: str = "true",
    training: str = "false",
) -> subprocess.CompletedProcess[str]:
    """Makes a bundle for models, each with its info file beside it (`m` and `m.info.json`), and `output.info.json`."""
    arguments = [f"--web_packages={packages()}", f"--output_dir={output}", f"--info={output}.info.json"]
    arguments += [f"--label={LABEL}", f"--format={form}", f"--minify={minify}", f"--training={training}", *flags]
    for model in models:
        arguments += [f"--model_dir={model}", f"--model_info={model}.info.json"]
    return subprocess.run([node(), str(_PROGRAM), *arguments], capture_output=True, text=True, check=False)
