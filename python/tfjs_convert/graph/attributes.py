"""Reading attributes of nodes."""

from tfjs_convert.tf_core import attr_value_pb2, node_def_pb2

# Marks an ImageProjectiveTransformV3 of which it is known that it gets a single image.
ONE_IMAGE = "_one_image"

_ABSENT = attr_value_pb2.AttrValue()


def attr(node: node_def_pb2.NodeDef, key: str) -> attr_value_pb2.AttrValue:
    """Attribute `key` of `node`, or an empty one, to be read only.

    Looking into the map itself would put an empty attribute there, which TensorFlow's core then refuses.
    """
    return node.attr[key] if key in node.attr else _ABSENT
