"""Each bundler's page runs the model in a browser, from folders that hold its weights once."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.support import browser, node

HERE = Path(__file__).parent
PROGRAM = HERE / "open_page.mjs"
FER = HERE.parent / "fer" / "fer"
BUNDLERS = ["esbuild", "vite", "webpack"]


def opened(bundler, scratch):
    folders = [HERE / bundler, HERE / "models", HERE / "tfjs"]
    command = [node.node(), PROGRAM, browser.browser(), browser.driver(), scratch, *folders]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("bundler", BUNDLERS)
def test_the_page_shows_the_models_numbers(bundler, tmp_path):
    page = opened(bundler, tmp_path)
    assert page["problems"] == []
    ramp = (np.arange(64 * 64, dtype=np.float32) / (64 * 64)).reshape(1, 64, 64, 1)
    manifest = json.loads((HERE / "models" / "asset-manifest.json").read_text())
    (port,) = manifest["models"]["fer"]["inputs"]
    (expected,) = node.run_model(FER, {port["name"]: ramp}).values()
    np.testing.assert_allclose(page["scores"], expected.ravel(), atol=1e-5)
    assert any(path.startswith("/models/models/fer/group1") for path in page["requests"])
    assert any(path.endswith("simd.wasm") for path in page["requests"])


@pytest.mark.parametrize("bundler", BUNDLERS)
def test_only_code_is_written(bundler):
    files = [path for path in (HERE / bundler).rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= {".html", ".js", ".mjs"}
    code = (HERE / "tfjs" / "tfjs.mjs").stat().st_size + (HERE / "models" / "loader.mjs").stat().st_size
    assert sum(path.stat().st_size for path in files) < 1.1 * code
    text = "".join(path.read_text() for path in files)
    assert "file:///" not in text and "/examples/bundlers/" not in text
