"""Converts TensorFlow, Keras and JAX models into TensorFlow.js models.

A model flows one way: source -> graph or topology -> weights -> artifact.
Nothing later in that line imports something earlier.
"""
