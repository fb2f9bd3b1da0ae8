"""The session on docs/command_line.md is what the wizard shows: it is held again here, with the same answers."""

import re
from pathlib import Path

import numpy as np
import tensorflow as tf

from tests.support import node
from tests.support.terminal import ENTER
from tests.support.wizard import wizard

PAGE = Path("docs/command_line.md").read_text()
X = np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 4)
KERNEL = np.linspace(0, 1, 12, dtype=np.float32).reshape(4, 3)


def save(folder):
    module = tf.Module()
    module.kernel = tf.Variable(KERNEL)
    spec = tf.TensorSpec([None, 4], tf.float32, "features")
    module.classify = tf.function(
        lambda features: {"scores": tf.nn.softmax(features @ module.kernel)}, input_signature=[spec]
    )
    module.embed = tf.function(lambda features: {"place": features @ module.kernel}, input_signature=[spec])
    tf.saved_model.save(module, str(folder), signatures={"classify": module.classify, "embed": module.embed})


def on_the_page():
    """The blocks of the section, without the line that starts the program."""
    section = PAGE.partition("## Being asked instead")[2].partition("\n## ")[0]
    blocks = re.findall(r"```text\n(.*?\n)```", section, re.DOTALL)
    started, blocks[1] = blocks[1].split("\n", 1)
    assert started == "$ bazel run @rules_tfjs//tools:tensorflowjs_wizard -- --build_target"
    return blocks


def text(lines):
    return "\n".join(lines).strip("\n") + "\n"


def test_the_page_shows_what_the_wizard_shows(tmp_path):
    save(tmp_path / "classifier")
    terminal = wizard(tmp_path, "--build_target")
    terminal.answer("Which model", "classifier")
    terminal.answer("Convert it as which format?")
    terminal.wait_for("Which signature?")
    asking = text(terminal.until_shown("  embed: "))
    terminal.type(ENTER)
    terminal.choose("Store weights smaller?", "float16: ")
    terminal.answer("Which weights as float16")
    terminal.press("further options", "n")
    terminal.answer("Which folder to write?", "classifier_web")
    assert terminal.ended() == 0
    whole = text(terminal.screen())
    assert [asking, whole] == on_the_page(), f"docs/command_line.md should show:\n{asking}\nand:\n{whole}"
    products = X @ KERNEL
    exponents = np.exp(products - products.max(1, keepdims=True))
    scores = node.run_model(tmp_path / "classifier_web", {"features": X})["scores"]
    np.testing.assert_allclose(scores, exponents / exponents.sum(1, keepdims=True), atol=1e-3)
