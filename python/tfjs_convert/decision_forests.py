"""What models of TensorFlow Decision Forests are known by: their operations, and the package that runs them."""

PACKAGE = "@tensorflow/tfjs-tfdf"
# Beside model.json, where the package looks for the trees.
ASSETS = "assets.zip"
MAKES = "SimpleMLCreateModelResource"
LOADS = "SimpleMLLoadModelFromPathWithHandle"
RUNS = "SimpleMLInferenceOpWithHandle"
# What the package registers.
OPS = frozenset([MAKES, LOADS, RUNS])
