"""The greys, the shared kernel and the frog."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convbook import (
    REC_601,
    REC_709,
    conv2d,
    decode_srgb,
    encode_srgb,
    frog,
    luma,
    luminance,
    share_across_channels,
    unfold,
)
from convbook.channels.pond import LUMA, colours_of_luma
from oracles import ours, refused, same
from requirements import need
from strategies import numbers, rngs

PURE = 255 * np.eye(3, dtype=np.uint8).reshape(3, 1, 3)
BYTES = np.arange(256, dtype=np.uint8)
IMAGE = np.arange(27.0).reshape(3, 3, 3) / 27


def random_bytes(rng, *shape):
    return rng.integers(0, 256, size=shape, dtype=np.uint8)


# Luma


@pytest.mark.parametrize(
    ("grey", "expected"),
    [
        (luma(PURE), [76, 150, 29]),
        (luma(PURE, REC_709), [54, 182, 18]),
        (255 * encode_srgb(luminance(PURE)), [127, 220, 76]),
    ],
    ids=["601", "709", "light"],
)
def test_pure_colours(grey, expected):
    assert grey.round().ravel().tolist() == expected


@given(rng=rngs)
def test_luma_equals_pillow(rng):
    image = random_bytes(rng, 3, 5, 7)
    pillow = need("PIL.Image").fromarray(image.transpose(1, 2, 0)).convert("L")
    assert abs(luma(image)[0] - np.asarray(pillow)).max() < 0.51


@given(rng=rngs)
def test_luma_equals_scikit_image(rng):
    image = random_bytes(rng, 3, 5, 7)
    theirs = need("skimage.color").rgb2gray(image.transpose(1, 2, 0))
    np.testing.assert_allclose(luma(image, (2125, 7154, 721))[0], 255 * theirs, atol=1e-9)


@given(rng=rngs, weights=st.tuples(*[st.integers(0, 1000)] * 3).filter(any))
def test_luma_is_a_convolution_with_one_pixel(rng, weights):
    image = numbers(rng, (2, 3, 4, 5), "float64")
    kernel = np.reshape(weights, (1, 3, 1, 1)) / sum(weights)
    np.testing.assert_allclose(
        luma(image, weights), conv2d(image, kernel), atol=1e-12 * abs(image).max()
    )


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint64", "float16", "float32", "float64"])
def test_luma_keeps_greys_and_float_dtypes(dtype):
    grey = np.arange(100, dtype=dtype).reshape(1, 10, 10)
    expected = grey if grey.dtype.kind == "f" else grey.astype(float)
    same(ours(luma, np.repeat(grey, 3, axis=0)), expected)


def test_luma_of_a_batch_is_the_lumas_of_its_images():
    batch = np.stack([IMAGE, IMAGE[::-1]])
    same(ours(luma, batch), np.stack([luma(image) for image in batch]))


def test_luma_reads_views_and_lets_nan_through():
    image = IMAGE.copy()
    image[1, 0, 0] = np.nan
    result = luma(image[:, ::-1, ::2])
    assert np.isnan(result).sum() == 1
    assert np.isnan(result[0, 2, 0])


# Light


def test_srgb_equals_scikit_image():
    lab = need("skimage.color")
    light = lab.rgb2xyz(np.repeat(BYTES[:, None, None], 3, axis=2))[:, 0, 1]
    np.testing.assert_allclose(decode_srgb(BYTES), light, atol=1e-6)


def test_bytes_survive_the_light():
    same((255 * encode_srgb(decode_srgb(BYTES))).round(), BYTES.astype(float))


@given(value=st.floats(0, 1))
def test_encoding_undoes_decoding(value):
    assert float(encode_srgb(decode_srgb(value))) == pytest.approx(value, abs=2e-6)


@pytest.mark.parametrize("function", [decode_srgb, encode_srgb])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_light_keeps_float_dtypes_ends_and_nan(function, dtype):
    result = ours(function, np.array([0, 1, np.nan], dtype))
    assert result.dtype == dtype
    np.testing.assert_allclose(result, [0, 1, np.nan], rtol=1e-3)


def test_light_rises():
    steps = np.linspace(0, 1, 10_001)
    assert (np.diff(decode_srgb(steps)) > 0).all()
    assert (np.diff(encode_srgb(steps)) > 0).all()


@given(rng=rngs)
def test_luminance_weighs_light(rng):
    image = random_bytes(rng, 2, 3, 4, 5)
    light = (np.reshape(REC_709, (3, 1, 1)) * decode_srgb(image)).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(ours(luminance, image), light / 10_000, atol=1e-12)
    np.testing.assert_allclose(luminance(image / 255), luminance(image), atol=1e-12)


# The shared kernel


@given(rng=rngs, channels=st.integers(1, 5))
def test_a_shared_kernel_sees_the_sum_in_any_order(rng, channels):
    image = numbers(rng, (channels, 6, 7), "int16").astype(int)
    kernel = numbers(rng, (3, 2), "int16").astype(int)
    weight = ours(share_across_channels, kernel, channels)
    of_sum = conv2d(image.sum(axis=0, keepdims=True), kernel[None, None])
    same(conv2d(image, weight), of_sum)
    same(conv2d(rng.permutation(image), weight), of_sum)


def test_a_shared_kernel_keeps_its_dtype():
    assert share_across_channels(np.ones((2, 2), np.float32)).dtype == np.float32
    assert share_across_channels(np.ones((2, 3))).shape == (1, 3, 2, 3)


# The frog


@pytest.mark.parametrize("size", [1, 7, 64, 128])
def test_the_frog_has_one_luma(size):
    picture = ours(frog, size)
    assert (picture.shape, picture.dtype) == ((3, size, size), np.uint8)
    assert np.unique(luma(picture)).tolist() == [LUMA]


def test_the_frog_vanishes_in_every_arithmetic():
    picture = frog()
    rows = picture.transpose(1, 2, 0)
    assert np.unique(need("PIL.Image").fromarray(rows).convert("L")).tolist() == [108]
    for dtype in ("float32", "float64"):
        for weights in ([0.299, 0.587, 0.114], [0.2989, 0.587, 0.114]):
            grey = rows.astype(dtype) @ np.array(weights, dtype)
            assert np.unique(grey.astype(np.uint8)).tolist() == [108]


def test_no_grey_kernel_finds_the_frog_and_a_coloured_one_does():
    picture = frog()
    assert np.unique(unfold(luma(picture), 3), axis=1).shape == (9, 1)
    detector = np.reshape([-1, 2, -1], (1, 3, 1, 1)) * np.ones((1, 3, 3, 3)) / 18
    found = conv2d(picture.astype(float), detector)[0]
    assert found[60, 64] > 100
    assert found[5, 5] < -50
    for colour, answer in (((1, 1, 1), 0), ((0, 1, 0), 1), ((1, 0, 0), -0.5), ((0, 0, 1), -0.5)):
        flat = np.ones((3, 3, 3)) * np.reshape(colour, (3, 1, 1))
        assert conv2d(flat, detector).item() == pytest.approx(answer, abs=1e-12)


def test_colours_of_luma_are_all_of_them():
    red, green, blue = np.ogrid[:64, :256, :256]
    some = REC_601[0] * red + REC_601[1] * green + REC_601[2] * blue == round(1000 * LUMA)
    listed = colours_of_luma(LUMA)
    assert len(listed) == 114
    assert sorted(map(tuple, listed[listed[:, 0] < 64])) == [*map(tuple, np.argwhere(some))]


# Refusals


@pytest.mark.parametrize(
    ("says", "call"),
    [
        (("image", (3, 3)), lambda: luma(IMAGE[0])),
        (("image", 3, (1, 3, 3)), lambda: luma(IMAGE[:1])),
        (("image", "complex128"), lambda: luma(IMAGE + 0j)),
        (("image", "bool"), lambda: luma(IMAGE > 0)),
        (("image", 3, (4, 2, 2)), lambda: luminance(np.zeros((4, 2, 2)))),
        (("weights", (1, 2)), lambda: luma(IMAGE, (1, 2))),
        (("weights", (1, -1, 1)), lambda: luma(IMAGE, (1, -1, 1))),
        (("weights", (0, 0, 0)), lambda: luma(IMAGE, (0, 0, 0))),
        (("weights", "nan"), lambda: luma(IMAGE, (float("nan"), 1, 1))),
        (("weights", "inf"), lambda: luma(IMAGE, (float("inf"), 1, 1))),
        (("image", "255.0"), lambda: luminance(255.0 * np.ones((3, 1, 1)))),
        (("encoded", "-0.5"), lambda: decode_srgb([0.5, -0.5])),
        (("encoded", "int64"), lambda: decode_srgb(np.array([1], "int64"))),
        (("encoded", "'red'"), lambda: decode_srgb("red")),
        (("light", "1.5"), lambda: encode_srgb(1.5)),
        (("light", "uint8"), lambda: encode_srgb(BYTES)),
        (("kernel", (1, 2, 2)), lambda: share_across_channels(np.ones((1, 2, 2)))),
        (("kernel", (0, 2)), lambda: share_across_channels(np.ones((0, 2)))),
        (("channels", 0), lambda: share_across_channels(np.ones((2, 2)), 0)),
        (("channels", 1.5), lambda: share_across_channels(np.ones((2, 2)), 1.5)),
        (("size", 0), lambda: frog(0)),
        (("size", True), lambda: frog(True)),
    ],
)
def test_refuses(says, call):
    refused(says, call)
