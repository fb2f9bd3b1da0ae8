"""Layers: Keras configurations into what tf.loadLayersModel accepts, and back."""
