"""TensorFlow's protobuf messages, imported in one place for the rewrites."""

from tensorflow.core.framework import attr_value_pb2, graph_pb2, node_def_pb2, tensor_pb2, types_pb2

__all__ = ["attr_value_pb2", "graph_pb2", "node_def_pb2", "tensor_pb2", "types_pb2"]
