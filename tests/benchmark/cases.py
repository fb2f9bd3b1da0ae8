"""What is converted, how each side is asked for it, and what is promised."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Case:
    """One conversion.

    Attributes:
      model: the model's name in `models.py`.
      title: what the table calls it.
      to: `graph` or `layers`.
      peer_format: the upstream command's `--input_format`; None where the model is converted by this side only.
      faster: how many times faster than upstream it is promised to be, at least.
      cpu_too: whether that holds for processor time, too.
      memory_bound: whether the peak is promised to stay below the runtime's own plus three times the weights.
    """

    model: str
    title: str
    to: str
    peer_format: str | None
    faster: float | None = None
    cpu_too: bool = True
    memory_bound: bool = False

    @property
    def runtime(self) -> str:
        """The runtime in which the action runs."""
        return "core" if self.to == "graph" else "light"

    @property
    def program(self) -> str:
        """The action's main program."""
        return "graph_model.py" if self.to == "graph" else "layers_model.py"


CASES: Sequence[Case] = (
    Case("tiny", "one dense layer, SavedModel", "graph", "tf_saved_model", 4),
    Case("mobilenet_v2_keras3", "MobileNetV2, Keras 3 export", "graph", "tf_saved_model", 8),
    Case("mobilenet_v2_keras2", "MobileNetV2, Keras 2 SavedModel", "graph", "tf_saved_model", 8),
    Case("efficientnet_b0_keras3", "EfficientNetB0, Keras 3 export", "graph", "tf_saved_model", 8),
    Case("efficientnet_b0_keras2", "EfficientNetB0, Keras 2 SavedModel", "graph", "tf_saved_model", 8),
    Case("mobilenet_v2.h5", "MobileNetV2, Keras 2 `.h5`", "layers", "keras", 15, cpu_too=False, memory_bound=True),
    Case("mobilenet_v2.keras", "MobileNetV2, `.keras`", "layers", "keras_keras", 15, cpu_too=False, memory_bound=True),
    Case("transformer", "transformer encoder, `Erf`", "graph", "tf_saved_model", memory_bound=True),
    Case("large", "nine layers, above 2 GB", "graph", None),
)

# What the runtimes themselves take, to set peaks against: loading the compiled core, importing NumPy and h5py.
BASELINES = {
    "core": "from tfjs_convert import tf_core; tf_core.warm(); tf_core.op_def('Conv2D')",
    "light": "import numpy, h5py",
}
