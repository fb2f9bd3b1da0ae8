"""Weights: quantize, shard, name and read (arrays in, files and manifest out)."""
