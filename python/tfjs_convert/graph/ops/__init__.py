"""Which operations of a graph TensorFlow.js can run, and on which backends."""
