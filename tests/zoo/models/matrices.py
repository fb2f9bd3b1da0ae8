"""Matrices, Einstein sums, Fourier transforms."""

from __future__ import annotations

import tensorflow as tf

from tests.zoo.model import Family, Source, floats, function, integers

raw = tf.raw_ops
MODELS = family = Family()


@family()
def products() -> Source:
    def body(a, b, n):
        return {
            "plain": raw.MatMul(a=a, b=b),
            "transposed": raw.MatMul(a=a, b=a, transpose_b=True),
            "both": raw.MatMul(a=b, b=a, transpose_a=True, transpose_b=True),
            "integers": raw.MatMul(a=n, b=n, transpose_a=True),
        }

    return function(body, {"a": floats(3, 4), "b": floats(4, 5), "n": integers(3, 2)})


@family()
def products_of_floats() -> Source:
    w = tf.Variable(floats(4, 5, seed=2))

    def body(x):
        y = tf.nn.relu(tf.matmul(x, w) + tf.constant(floats(5, seed=3)))
        return {"y": y, "z": tf.nn.leaky_relu(tf.matmul(y, w, transpose_b=True) - 1.0, 0.1)}

    return function(body, {"x": floats(2, 4)}, {"x": floats(7, 4)}, w=w)


@family()
def batches() -> Source:
    def body(a, b, c):
        return {
            "v1": raw.BatchMatMul(x=a, y=b),
            "v1_adjoint": raw.BatchMatMul(x=a, y=a, adj_y=True),
            "v2": raw.BatchMatMulV2(x=a, y=b),
            "broadcast": raw.BatchMatMulV2(x=c, y=b),
            "adjoint": raw.BatchMatMulV2(x=b, y=a, adj_x=True, adj_y=True),
        }

    return function(body, {"a": floats(2, 3, 4), "b": floats(2, 4, 5), "c": floats(1, 3, 4)})


@family()
def bands_and_transposes() -> Source:
    def body(x, y):
        return {
            "band": raw.MatrixBandPart(input=x, num_lower=1, num_upper=0),
            "upper": raw.MatrixBandPart(input=x, num_lower=0, num_upper=-1),
            "transposed": raw.Transpose(x=y, perm=[2, 0, 1]),
            "adjoint": tf.linalg.matrix_transpose(y),
        }

    return function(body, {"x": floats(4, 5), "y": floats(2, 3, 4)})


@family()
def einstein_sums() -> Source:
    """Attention, as Keras writes it, and sums that need a diagonal or a product without a sum."""

    def body(q, k, v):
        scores = tf.nn.softmax(tf.einsum("aecd,abcd->acbe", q, k))
        return {
            "attention": tf.einsum("acbe,aecd->abcd", scores, v),
            "outer": tf.einsum("abcd,abce->abcde", q, k),
            "sum": tf.einsum("abcd->bd", q),
            "transpose": tf.einsum("abcd->dcba", q),
        }

    return function(
        body, *({"q": floats(n, 3, 2, 4), "k": floats(n, 3, 2, 4, seed=1), "v": floats(n, 3, 2, 4)} for n in (1, 2))
    )


@family(refused="its equation aab->b takes a diagonal")
def einstein_sum_of_a_diagonal() -> Source:
    def body(x):
        return {"y": raw.Einsum(inputs=[x], equation="aab->b")}

    return function(body, {"x": floats(3, 3, 2)})


@family()
def einstein_sum_with_an_ellipsis() -> Source:
    def body(x, y):
        return {"y": raw.Einsum(inputs=[x, y], equation="...ij,jk->...ik")}

    return function(body, {"x": floats(2, 3, 4), "y": floats(4, 5)})


@family()
def fourier() -> Source:
    def body(x, y):
        z = raw.FFT(input=tf.complex(x, y))
        back = raw.IFFT(input=z)
        half = raw.RFFT(input=x, fft_length=[8])
        return {
            "real": tf.math.real(z),
            "imag": tf.math.imag(z),
            "back": tf.math.real(back),
            "half": tf.math.imag(half),
            "whole": raw.IRFFT(input=half, fft_length=[8]),
        }

    return function(body, {"x": floats(3, 8), "y": floats(3, 8, seed=1)})


@family()
def spectrogram() -> Source:
    def body(sound):
        frames = tf.signal.frame(sound, 16, 8)
        return {"power": tf.abs(tf.signal.rfft(frames * tf.signal.hann_window(16)))}

    return function(body, {"sound": floats(2, 64)})
