"""Numbers against numbers: the same inputs through TensorFlow and TensorFlow.js, compared by output name."""
