"""Readers: one module for each kind of input, yielding a graph or a Keras topology with its weights."""
