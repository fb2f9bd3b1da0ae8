"""Operations that the application implements travel with the model, and run in every check of it."""

import json

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert import api, artifact
from tfjs_convert.errors import OptionError, UnsupportedError

from tests.support import node

INVERSE = """\
export default (tf) => (node) => {
  const [[a, b], [c, d]] = node.inputs[0].arraySync();
  const [sign] = [node.attrs.adjoint ? -1 : 1];
  const determinant = (a * d - b * c) * sign;
  return tf.tensor2d([[d / determinant, -b / determinant], [-c / determinant, a / determinant]]);
};
"""
MATRIX = np.array([[4, 7], [2, 6]], "f4")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    module = tf.Module()
    spec = tf.TensorSpec([2, 2], tf.float32, "matrix")
    module.f = tf.function(lambda matrix: {"inverse": tf.linalg.inv(matrix) * 2.0}).get_concrete_function(spec)
    tf.saved_model.save(module, str(folder / "saved"), signatures=module.f)
    (folder / "inverse.js").write_text(INVERSE)
    return folder


def convert(saved, output, **options):
    result = api.convert_saved_model(saved / "saved", output, **options)
    artifact.write_info(output.with_suffix(".info.json"), result.info)
    return result


def test_the_module_travels_with_the_model_and_runs(saved, tmp_path):
    result = convert(saved, tmp_path / "m", custom_ops={"MatrixInverse": saved / "inverse.js"})
    assert result.info["custom_ops"] == {"MatrixInverse": "custom_ops/MatrixInverse.mjs"}
    assert (tmp_path / "m/custom_ops/MatrixInverse.mjs").read_text() == INVERSE
    job = node.Job(tmp_path / "m", {"matrix": MATRIX}, info=tmp_path / "m.info.json")
    (ran,) = node.run_models([job])
    assert ran.error is None
    np.testing.assert_allclose(ran.outputs["inverse"], np.linalg.inv(MATRIX) * 2, rtol=1e-5)


def test_validation_runs_it(saved, tmp_path):
    convert(saved, tmp_path / "m", custom_ops={"MatrixInverse": saved / "inverse.js"})
    flags = [f"--model={tmp_path / 'm'}", f"--info={tmp_path / 'm.info.json'}", f"--report={tmp_path / 'report.json'}"]
    done = node.run_program("validate.mjs", *flags)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "report.json").read_text())["outputs"][0]["name"] == "inverse"


def test_validation_says_what_is_wrong_with_it(saved, tmp_path):
    (tmp_path / "inverse.js").write_text("export default (tf) => (node) => { throw new Error('no inverse today'); };")
    convert(saved, tmp_path / "m", custom_ops={"MatrixInverse": tmp_path / "inverse.js"})
    flags = [f"--model={tmp_path / 'm'}", f"--info={tmp_path / 'm.info.json'}", f"--report={tmp_path / 'report.json'}"]
    done = node.run_program("validate.mjs", *flags)
    assert done.returncode == 1
    assert "no inverse today" in done.stderr


def test_the_same_bytes_wherever_the_module_lies(saved, tmp_path):
    (tmp_path / "elsewhere.mjs").write_text(INVERSE)
    first = convert(saved, tmp_path / "a", custom_ops={"MatrixInverse": saved / "inverse.js"})
    second = convert(saved, tmp_path / "b", custom_ops={"MatrixInverse": tmp_path / "elsewhere.mjs"})
    assert first.info == second.info
    for path in sorted((tmp_path / "a").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


@pytest.mark.parametrize(
    ("custom_ops", "error", "says"),
    [
        ({}, UnsupportedError, "MatrixInverse in JavaScript"),
        ({"MatrixInverse": "inverse.js", "Erfinv": "inverse.js"}, OptionError, "custom_ops names Erfinv, which the"),
        ({"MatrixInverse": "absent.js"}, OptionError, "names absent.js for MatrixInverse, and there is no such file"),
        ({"Matrix Inverse": "inverse.js"}, OptionError, "'Matrix Inverse', which is no operation's name"),
    ],
)
def test_what_is_refused(saved, custom_ops, error, says, tmp_path):
    with pytest.raises(error, match=says):
        convert(saved, tmp_path / "m", custom_ops={name: saved / file for name, file in custom_ops.items()})
    assert list(tmp_path.iterdir()) == []
