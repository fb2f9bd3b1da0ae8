"""Operations that TensorFlow's core does not have: the model describes them, JavaScript implements them."""

import numpy as np
import pytest
from tfjs_convert import api, artifact
from tfjs_convert.errors import UnsupportedError
from tfjs_convert.graph import tensors
from tfjs_convert.tf_core import DT, OpDef, SavedModel

from tests.support import node

SCALED = """\
export default (tf) => (node) => {
  const [x, more] = node.inputs;
  return [tf.mul(x, tf.scalar(node.attrs.by)), tf.add(x, more)];
};
"""
F32 = tensors.Type(DT.DT_FLOAT)


def _save(folder, described=True):
    """relu(kernel product) -> Scaled by 3 (two outputs), both with work after them."""
    saved = SavedModel(saved_model_schema_version=1)
    meta = saved.meta_graphs.add()
    meta.meta_info_def.tags.append("serve")
    definition = OpDef(name="Scaled")
    for name in ("x", "more"):
        definition.input_arg.add(name=name, type_attr="T")
    for name in ("scaled", "sum"):
        definition.output_arg.add(name=name, type_attr="T")
    definition.attr.add(name="T", type="type").default_value.type = DT.DT_FLOAT
    definition.attr.add(name="by", type="float")
    if described:
        meta.meta_info_def.stripped_op_list.op.append(definition)
    scaled = tensors.node("layer/scaled", "Scaled", ["active", "one"])
    scaled.attr["by"].f = 3
    meta.graph_def.versions.producer = 1987
    meta.graph_def.node.extend(
        [
            tensors.node("x", "Placeholder", dtype=F32, shape=tensors.Shape([-1, 2])),
            tensors.const("kernel", np.array([[1, -2], [3, 4]], np.float32)),
            tensors.const("one", np.ones(2, np.float32)),
            tensors.node("product", "MatMul", ["x", "kernel"], T=F32, transpose_a=False, transpose_b=False),
            tensors.node("active", "Relu", ["product"], T=F32),
            scaled,
            tensors.node("a", "Neg", ["layer/scaled"], T=F32),
            tensors.node("b", "AddV2", ["layer/scaled:1", "one"], T=F32),
        ]
    )
    signature = meta.signature_def["serving_default"]
    for infos, name in ((signature.inputs, "x"), (signature.outputs, "a"), (signature.outputs, "b")):
        infos[name].name, infos[name].dtype = f"{name}:0", DT.DT_FLOAT
        for size in (-1, 2):
            infos[name].tensor_shape.dim.add(size=size)
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(saved.SerializeToString())
    return folder


def test_described_operations_pass_the_optimizer(tmp_path):
    (tmp_path / "scaled.mjs").write_text(SCALED)
    result = api.convert_saved_model(
        _save(tmp_path / "saved"), tmp_path / "m", custom_ops={"Scaled": tmp_path / "scaled.mjs"}
    )
    assert result.info["ops"]["Scaled"] == 1
    assert result.info["ops"]["_FusedMatMul"] == 1, "what stands before it is still optimised"
    x = np.array([[1, 2], [-3, 0.5]], np.float32)
    active = np.maximum(x @ np.array([[1, -2], [3, 4]], np.float32), 0)
    artifact.write_info(tmp_path / "info.json", result.info)
    (ran,) = node.run_models([node.Job(tmp_path / "m", {"x": x}, info=tmp_path / "info.json")])
    assert ran.error is None
    np.testing.assert_allclose(ran.outputs["a"], -3 * active)
    np.testing.assert_allclose(ran.outputs["b"], active + 2)


def test_without_an_implementation_they_are_named(tmp_path):
    with pytest.raises(UnsupportedError, match=r"Scaled \(it has no such operation: node 'layer/scaled', from layer"):
        api.convert_saved_model(_save(tmp_path / "saved"), tmp_path / "m")


def test_without_a_description_they_are_named(tmp_path):
    (tmp_path / "scaled.mjs").write_text(SCALED)
    with pytest.raises(UnsupportedError, match=r"Scaled, which TensorFlow .* does not have"):
        api.convert_saved_model(
            _save(tmp_path / "saved", described=False), tmp_path / "m", custom_ops={"Scaled": tmp_path / "scaled.mjs"}
        )
    assert not (tmp_path / "m").exists()
