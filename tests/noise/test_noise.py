"""Threefry is checked against its authors and JAX, the draws against SciPy."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats

from kerae.noise.fresh import FreshNoise
from kerae.noise.repeatable import RepeatableNoise
from kerae.noise.threefry import threefry


def words(*values):
    """Pairs of unsigned 32-bit words as the int32 tensors that hold the same bits."""
    return tuple(ops.convert_to_tensor(np.atleast_1d(np.uint32(v)).view("int32")) for v in values)


def unsigned(pair):
    return tuple(np.asarray(ops.convert_to_numpy(word)).view("uint32") for word in pair)


def noise_of(identity=(1, 2), seed=0, skip=0, stream="pass"):
    return RepeatableNoise(stream, words(*identity), seed, skip)


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
        ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_threefry_gives_the_known_answers_of_random123(counter, key, expected):
    # From kat_vectors of Random123, "threefry2x32 20".
    first, second = unsigned(threefry(words(*key), words(*counter)))
    assert (first[0], second[0]) == expected


def jax_threefry(key, counter):
    random = pytest.importorskip("jax.extend.random")
    return np.split(np.asarray(random.threefry_2x32(np.uint32(key), np.concatenate(counter))), 2)


def test_threefry_agrees_with_jax_on_random_words():
    counter = np.random.default_rng(0).integers(0, 2**32, (2, 100), dtype="uint32")
    key = (0x9E3779B9, 0xF0000001)
    for ours, theirs in zip(
        unsigned(threefry(words(*key), words(*counter))), jax_threefry(key, counter)
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_draws_are_the_documented_function_of_stream_identity_seed_position_and_draw():
    seed, identity = 7, np.uint32([3, 0xFFFFFFFE])
    # The CRC-32 of "pass", by `printf pass | gzip -c | tail -c8 | od -t x4 -N4`.
    key = np.concatenate(jax_threefry((seed, 0xCE70D424), np.split(identity, 2)))
    noise = noise_of(identity, seed)
    for draw in range(2):
        radius, angle = (
            ((bits >> 9) + 0.5) / 2**23
            for bits in jax_threefry(
                key, (np.arange(6, dtype="uint32"), np.full(6, draw, "uint32"))
            )
        )
        expected = np.sqrt(-2 * np.log(radius)) * np.cos(2 * np.pi * angle)
        np.testing.assert_allclose(
            numpy(noise.normal((3, 2)))[0], expected.reshape(3, 2), rtol=2e-5, atol=2e-6
        )


def test_uniform_draws_are_uniform():
    draws = numpy(noise_of().uniform((5000,)))[0]
    assert stats.kstest(draws, "uniform").pvalue > 0.01


@pytest.mark.parametrize("bits", [0, 0xFFFFFFFF])
def test_no_draw_is_0_or_1_or_infinite(monkeypatch, bits):
    monkeypatch.setattr("kerae.noise.repeatable.threefry", lambda key, counter: words(bits, bits))
    assert 0 < numpy(noise_of().uniform((1,)))[0, 0] < 1
    assert np.isfinite(numpy(noise_of().normal((1,))))


def test_normal_draws_are_standard_normal():
    draws = numpy(noise_of().normal((5000,)))[0]
    assert stats.kstest(draws, "norm").pvalue > 0.01


def test_draws_along_every_axis_are_independent():
    examples = words(np.arange(100), np.zeros(100))
    draws = numpy(RepeatableNoise("pass", examples, 0).normal((100, 2)))
    # The correlation of n independent pairs has the standard deviation 1 / sqrt(n).
    for one, other in (
        (draws[1:], draws[:-1]),
        (draws[:, 1:], draws[:, :-1]),
        (draws[..., 0], draws[..., 1]),
    ):
        correlation = np.corrcoef(one.ravel(), other.ravel())[0, 1]
        assert abs(correlation) < 4 / np.sqrt(one.size)
    assert stats.kstest(draws[:, 0, 0], "norm").pvalue > 0.01


@pytest.mark.parametrize(
    "other",
    [{"seed": 1}, {"identity": (2, 2)}, {"identity": (1, 3)}, {"identity": (2, 1)}],
    ids=str,
)
def test_another_seed_or_example_gives_other_draws(other):
    ours, theirs = numpy(noise_of().normal((5000,)))[0], numpy(noise_of(**other).normal((5000,)))[0]
    assert abs(np.corrcoef(ours, theirs)[0, 1]) < 4 / np.sqrt(5000)


def test_a_second_draw_differs_from_the_first():
    noise = noise_of()
    first, second = numpy(noise.normal((5000,))), numpy(noise.normal((5000,)))
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(5000)


def test_skip_goes_on_where_a_shorter_draw_ended():
    whole = numpy(noise_of().uniform((7, 3)))
    rest = numpy(noise_of(skip=4).uniform((3, 3)))
    np.testing.assert_array_equal(rest, whole[:, 4:])


def test_an_example_has_its_draws_in_whatever_batch_it_comes():
    together = numpy(RepeatableNoise("pass", words([1, 5, 9], [2, 6, 10]), 0).uniform((5000,)))
    np.testing.assert_array_equal(numpy(noise_of((5, 6)).uniform((5000,)))[0], together[1])


@pytest.mark.parametrize("seed", [-1, 2**32 + 3])
def test_any_integer_is_a_seed(seed):
    same = numpy(noise_of(seed=seed % 2**32).normal((5000,)))
    np.testing.assert_array_equal(numpy(noise_of(seed=seed).normal((5000,))), same)


def test_identity_tells_images_apart_that_differ_in_one_pixel_by_one_gray_level():
    image = np.random.default_rng(0).integers(1, 256, (8, 8, 1))
    darker = image - np.eye(64, dtype=int).reshape(64, 8, 8, 1)
    images = np.concatenate([image[None], darker]).astype("float32") / 255
    identities = set(zip(*unsigned(RepeatableNoise.identity_of(images))))
    assert len(identities) == 65


def test_identity_depends_on_the_order_of_the_pixels_only_through_their_places():
    image = np.random.default_rng(0).random((1, 8, 8, 1), dtype="float32")
    identity = unsigned(RepeatableNoise.identity_of(image))
    assert unsigned(RepeatableNoise.identity_of(image.reshape(1, 64))) == identity
    assert unsigned(RepeatableNoise.identity_of(image[:, ::-1])) != identity


def test_identity_of_integers_is_the_exact_sum_of_swapped_halves_times_odd_words():
    tokens = np.int32([[3, -2, 2**31 - 1]])
    swapped = (3 << 16, -2 << 16, (0xFFFF << 16) + 0x7FFF)
    zero = np.zeros(3, "uint32")
    multipliers = jax_threefry((0, 0), (np.arange(3, dtype="uint32"), zero))
    for word, found in zip(multipliers, unsigned(RepeatableNoise.identity_of(tokens))):
        assert found[0] == sum(int(t) * (int(m) | 1) for t, m in zip(swapped, word)) % 2**32


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
def test_identity_tells_large_tokens_apart(dtype):
    tokens = np.array([[200], [201]]).astype(dtype) * np.array(
        1 if dtype == "uint8" else 100, dtype
    )
    identity = RepeatableNoise.identity_of(ops.convert_to_tensor(tokens))
    assert len(set(zip(*unsigned(identity)))) == 2


def test_identity_is_the_exact_sum_of_pixels_times_odd_words():
    image = np.float32([[0.25, -2.0, 16384.0]])
    zero = np.zeros(3, "uint32")
    multipliers = jax_threefry((0, 0), (np.arange(3, dtype="uint32"), zero))
    for word, found in zip(multipliers, unsigned(RepeatableNoise.identity_of(image))):
        terms = [int(pixel * 65536) * (int(m) | 1) for pixel, m in zip(image[0], word)]
        assert found[0] == sum(terms) % 2**32


def test_fresh_noise_is_standard_and_new_at_every_call_and_in_every_row():
    noise = FreshNoise(keras.random.SeedGenerator(0), 2)
    first, second = numpy(noise.normal((5000,))), numpy(noise.normal((5000,)))
    rows = np.concatenate([first, second])
    assert stats.kstest(rows.ravel(), "norm").pvalue > 0.01
    correlations = np.corrcoef(rows)[~np.eye(4, dtype=bool)]
    assert np.abs(correlations).max() < 4 / np.sqrt(5000)
    assert stats.kstest(numpy(noise.uniform((5000,))).ravel(), "uniform").pvalue > 0.01


def test_integers_are_identified_like_floats_and_large_ones_apart():
    x = np.array([[0], [1], [255], [-7], [16383]])
    integers, floats = (
        RepeatableNoise.identity_of(ops.cast(x, each)) for each in ("int32", "float32")
    )
    for one, other in zip(unsigned(integers), unsigned(floats)):
        np.testing.assert_array_equal(one, other)
    large = np.array([[2**14], [2**16], [2**16 + 1], [2**30], [-(2**30)], [1], [0]], "int32")
    words = np.stack(unsigned(RepeatableNoise.identity_of(ops.convert_to_tensor(large))), axis=1)
    assert len(np.unique(words, axis=0)) == len(large)
