"""Images: resized, cropped, warped, in other colours."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tests.zoo.model import Family, Source, floats, function

raw = tf.raw_ops
MODELS = family = Family()
IMAGE = floats(2, 6, 5, 3)
COLOURS = np.random.default_rng(0).random((2, 4, 4, 3)).astype(np.float32)


@family()
def resizing() -> Source:
    def body(x):
        size = [9, 3]
        return {
            "bilinear": raw.ResizeBilinear(images=x, size=size),
            "bilinear_corners": raw.ResizeBilinear(images=x, size=size, align_corners=True),
            "bilinear_half": raw.ResizeBilinear(images=x, size=size, half_pixel_centers=True),
            "nearest": raw.ResizeNearestNeighbor(images=x, size=size),
            "nearest_half": raw.ResizeNearestNeighbor(images=x, size=size, half_pixel_centers=True),
        }

    return function(body, {"x": IMAGE}, {"x": floats(1, 6, 5, 3)})


@family()
def resizing_of_any_image() -> Source:
    def body(x):
        size = tf.shape(x)[1:3]
        return {"twice": tf.image.resize(x, size * 2), "half": tf.image.resize(x, size // 2, "nearest")}

    return function(body, {"x": IMAGE}, {"x": floats(1, 8, 4, 3)})


@family()
def crops() -> Source:
    def body(x, boxes):
        options = {"image": x, "boxes": boxes, "box_ind": [0, 1, 1], "crop_size": [3, 4]}
        return {
            "bilinear": raw.CropAndResize(**options),
            "nearest": raw.CropAndResize(method="nearest", **options),
            "outside": raw.CropAndResize(
                image=x, boxes=boxes * 1.5, box_ind=[0, 1, 1], crop_size=[3, 4], extrapolation_value=9.0
            ),
        }

    boxes = np.array([[0, 0, 1, 1], [0.1, 0.2, 0.7, 0.9], [0.8, 0.1, 0.2, 0.5]], np.float32)
    return function(body, {"x": IMAGE, "boxes": boxes})


TRANSFORM = np.array([[0.91, 0.23, 0.31, -0.21, 1.13, 0.44, 0.01, 0]], np.float32)


def _projected(x, transforms, interpolation: str, fill_mode: str):
    return raw.ImageProjectiveTransformV3(
        images=x,
        transforms=transforms,
        output_shape=[5, 7],
        fill_value=0.5,
        interpolation=interpolation,
        fill_mode=fill_mode,
    )


@family()
def projections() -> Source:
    def body(x, transforms):
        return {
            f"{interpolation}_{mode}".lower(): _projected(x, transforms, interpolation, mode)
            for interpolation in ("NEAREST", "BILINEAR")
            for mode in ("CONSTANT", "WRAP", "NEAREST")
        }

    return function(body, {"x": IMAGE[:1], "transforms": TRANSFORM})


PER_IMAGE = np.concatenate([TRANSFORM, TRANSFORM * np.float32(0.5)])


@family()
def projections_of_batches() -> Source:
    def body(x, any_number, transforms):
        return {
            "each": _projected(x, transforms, "BILINEAR", "CONSTANT"),
            "alike": _projected(x, transforms[:1], "NEAREST", "WRAP"),
            "any_number": _projected(any_number, transforms[:1], "BILINEAR", "NEAREST"),
            "by_constants": _projected(x, PER_IMAGE, "NEAREST", "CONSTANT"),
            "of_unknown_rows": _projected(x, tf.boolean_mask(transforms, [True, True]), "NEAREST", "CONSTANT"),
        }

    feeds = [{"x": IMAGE, "any_number": many, "transforms": PER_IMAGE} for many in (IMAGE, IMAGE[:1])]
    return function(body, *feeds)


@family(refused="how many there are is not known")
def projections_of_any_batch() -> Source:
    def body(x, transforms):
        return {"y": _projected(x, transforms, "BILINEAR", "CONSTANT")}

    feeds = [{"x": IMAGE[:n], "transforms": PER_IMAGE[:n]} for n in (1, 2)]
    return function(body, *feeds)


@family()
def projections_with_reflection() -> Source:
    def body(x, transforms):
        return {"y": _projected(x, transforms, "BILINEAR", "REFLECT")}

    return function(body, {"x": IMAGE[:1], "transforms": TRANSFORM})


@family()
def colours() -> Source:
    def body(x):
        return {
            "grey": tf.image.rgb_to_grayscale(x),
            "bright": tf.image.adjust_brightness(x, 0.2),
            "contrast": tf.image.adjust_contrast(x, 1.7),
            "saturation": tf.image.adjust_saturation(x, 0.4),
            "hue": tf.image.adjust_hue(x, 0.15),
            "hsv": tf.image.rgb_to_hsv(x),
            "back": tf.image.hsv_to_rgb(x),
        }

    return function(body, {"x": COLOURS})


@family()
def turns() -> Source:
    def body(x):
        return {
            "flip": tf.image.flip_left_right(x),
            "rotate": tf.image.rot90(x),
            "crop": tf.image.central_crop(x, 0.5),
            "pad": tf.image.pad_to_bounding_box(x, 1, 2, 9, 9),
        }

    return function(body, {"x": COLOURS})


@family()
def preprocessing_of_bytes() -> Source:
    """Images as they come from a camera: bytes, scaled to floats."""

    def body(x):
        return {"y": tf.cast(x, tf.float32) / 127.5 - 1.0, "channels": tf.reverse(x, [-1])}

    return function(body, {"x": (COLOURS * 255).astype(np.uint8)})
