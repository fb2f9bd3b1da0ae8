"""Tensor lists of TensorFlow 2, and the arrays of TensorFlow 1."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tests.zoo.model import V1, Family, Source, floats, frozen, function

raw = tf.raw_ops
MODELS = family = Family()
FORMS = ({"control_flow_v2": False}, {"control_flow_v2": True})
X = floats(4, 3)


@family(variants=FORMS)
def written_in_a_loop() -> Source:
    """TensorListReserve, SetItem, GetItem, Stack."""

    def body(x, n):
        made = tf.TensorArray(tf.float32, size=n, element_shape=[3])
        for i in tf.range(n):
            made = made.write(i, x[i] * tf.cast(i, tf.float32))
        return {"all": made.stack(), "first": made.read(0)}

    return function(body, *({"x": X, "n": np.int32(n)} for n in (1, 3)))


@family(variants=FORMS)
def read_in_a_loop() -> Source:
    """TensorListFromTensor, GetItem, Length."""

    def body(x):
        parts = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[3]).unstack(x)
        total = tf.zeros([3])
        for i in tf.range(parts.size()):
            total = total * 0.5 + parts.read(i)
        return {"total": total}

    return function(body, {"x": X}, {"x": floats(2, 3)})


@family(variants=FORMS)
def growing() -> Source:
    """TensorListResize."""

    def body(x):
        made = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[3])
        i = tf.constant(0)
        while i < 3:
            made = made.write(i, x[i])
            i += 1
        return {"y": made.stack()}

    return function(body, {"x": X})


@family(variants=FORMS)
def written_in_a_conditional() -> Source:
    def body(x):
        made = tf.TensorArray(tf.float32, size=4, element_shape=[3])
        for i in tf.range(4):
            if tf.reduce_sum(x[i]) > 0.0:
                made = made.write(i, x[i])
            else:
                made = made.write(i, tf.zeros([3]))
        return {"y": made.stack()}

    return function(body, {"x": X})


@family()
def operations_one_by_one() -> Source:
    def body(x):
        shape = tf.constant([3])
        made = raw.TensorListFromTensor(tensor=x, element_shape=shape)
        empty = raw.EmptyTensorList(element_shape=shape, max_num_elements=-1, element_dtype=tf.float32)
        pushed = raw.TensorListPushBack(
            input_handle=raw.TensorListPushBack(input_handle=empty, tensor=x[0]), tensor=x[2]
        )
        popped = raw.TensorListPopBack(input_handle=pushed, element_shape=shape, element_dtype=tf.float32)
        reserved = raw.TensorListReserve(element_shape=shape, num_elements=2, element_dtype=tf.float32)
        put = raw.TensorListSetItem(
            input_handle=raw.TensorListSetItem(input_handle=reserved, index=0, item=x[1]), index=1, item=x[3]
        )
        return {
            "stacked": raw.TensorListStack(input_handle=made, element_shape=shape, element_dtype=tf.float32),
            "gathered": raw.TensorListGather(
                input_handle=made, indices=[3, 1], element_shape=shape, element_dtype=tf.float32
            ),
            "item": raw.TensorListGetItem(input_handle=made, index=2, element_shape=shape, element_dtype=tf.float32),
            "length": raw.TensorListLength(input_handle=pushed),
            "popped": popped.tensor,
            "put": raw.TensorListStack(input_handle=put, element_shape=shape, element_dtype=tf.float32),
        }

    return function(body, {"x": X})


@family()
def joined() -> Source:
    def body(x):
        parts = raw.TensorListReserve(element_shape=tf.constant([-1, 3]), num_elements=2, element_dtype=tf.float32)
        parts = raw.TensorListSetItem(input_handle=parts, index=0, item=x[:2])
        parts = raw.TensorListSetItem(input_handle=parts, index=1, item=x[2:])
        joined = raw.TensorListConcatV2(
            input_handle=parts,
            element_shape=tf.constant([-1, 3]),
            leading_dims=tf.constant([], tf.int64),
            element_dtype=tf.float32,
        )
        return {"joined": joined.tensor}

    return function(body, {"x": X})


@family()
def joined_v1() -> Source:
    def body(x):
        parts = raw.TensorListReserve(element_shape=tf.constant([-1, 3]), num_elements=2, element_dtype=tf.float32)
        parts = raw.TensorListSetItem(input_handle=parts, index=0, item=x[:2])
        parts = raw.TensorListSetItem(input_handle=parts, index=1, item=x[2:])
        return {
            "joined": raw.TensorListConcat(input_handle=parts, element_dtype=tf.float32, element_shape=[None, 3]).tensor
        }

    return function(body, {"x": X})


@family(refused="its runtime gives the pieces the shape of one row", shows="TensorListSplit")
def split() -> Source:
    def body(x):
        parts = raw.TensorListSplit(tensor=x, element_shape=tf.constant([-1, 3]), lengths=tf.constant([1, 3], tf.int64))
        return {
            "y": raw.TensorListGetItem(input_handle=parts, index=1, element_shape=[-1, 3], element_dtype=tf.float32)
        }

    return function(body, {"x": X})


@family()
def scattered() -> Source:
    def body(x):
        v1 = raw.TensorListScatter(tensor=x[:2], indices=[1, 0], element_shape=tf.constant([3]))
        v2 = raw.TensorListScatterV2(tensor=x[:2], indices=[2, 0], element_shape=tf.constant([3]), num_elements=3)
        return {
            "v1": raw.TensorListStack(input_handle=v1, element_shape=tf.constant([3]), element_dtype=tf.float32),
            "v2": raw.TensorListGetItem(
                input_handle=v2, index=2, element_shape=tf.constant([3]), element_dtype=tf.float32
            ),
        }

    return function(body, {"x": X})


@family()
def resized() -> Source:
    def body(x):
        made = raw.TensorListFromTensor(tensor=x, element_shape=tf.constant([3]))
        return {"length": raw.TensorListLength(input_handle=raw.TensorListResize(input_handle=made, size=6))}

    return function(body, {"x": X})


@family()
def arrays_of_tensorflow_1() -> Source:
    """TensorArrayV3 and its like."""

    def build(x):
        flow = raw.TensorArrayV3(size=4, dtype=tf.float32, element_shape=[3], dynamic_size=False)
        handle = flow.handle
        filled = raw.TensorArrayScatterV3(handle=handle, indices=[0, 1, 2, 3], value=x, flow_in=flow.flow)
        again = raw.TensorArrayV3(size=2, dtype=tf.float32, element_shape=[3], dynamic_size=True)
        first = raw.TensorArrayWriteV3(handle=again.handle, index=0, value=x[1], flow_in=again.flow)
        both = raw.TensorArrayWriteV3(handle=again.handle, index=1, value=x[3], flow_in=first)
        return [
            raw.TensorArrayGatherV3(handle=handle, indices=[3, 0], flow_in=filled, dtype=tf.float32, name="gathered"),
            raw.TensorArrayReadV3(handle=again.handle, index=1, flow_in=both, dtype=tf.float32, name="read"),
            raw.TensorArraySizeV3(handle=handle, flow_in=filled, name="size"),
        ]

    return frozen(build, {"x": X})


@family()
def arrays_of_tensorflow_1_joined_and_split() -> Source:
    def build(x):
        made = raw.TensorArrayV3(size=2, dtype=tf.float32, element_shape=[None, 3], dynamic_size=False)
        flow = raw.TensorArraySplitV3(
            handle=made.handle, value=x, lengths=tf.constant([1, 3], tf.int64), flow_in=made.flow
        )
        joined = raw.TensorArrayConcatV3(handle=made.handle, flow_in=flow, dtype=tf.float32)
        with tf.control_dependencies([joined.value]):
            closed = raw.TensorArrayCloseV3(handle=made.handle)
        with tf.control_dependencies([closed]):
            return [tf.identity(joined.value, "joined")]

    return frozen(build, {"x": X})


@family()
def array_in_a_loop_of_tensorflow_1() -> Source:
    def build(x):
        parts = V1.TensorArray(tf.float32, size=4, element_shape=[3]).unstack(x)
        made = V1.TensorArray(tf.float32, size=4, element_shape=[3])

        def step(i, state, made):
            state = state * 0.5 + parts.read(i)
            return i + 1, state, made.write(i, state)

        _, last, made = V1.while_loop(lambda i, *_: i < 4, step, (tf.constant(0), tf.zeros([3]), made))
        return [tf.identity(made.stack(), "all"), tf.identity(last, "last")]

    return frozen(build, {"x": X})
