import struct
import zlib

import hypothesis.extra.numpy
import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.bundle.manifest import BundleError
from laecips_edge.core.bundle.weights_delta import (
    Change,
    apply_delta,
    changed,
    encode_delta,
    rounded,
)

RANDOM = np.random.default_rng(3)
PARENT = {
    "f.a": RANDOM.normal(0, 1, (4, 5)).astype(np.float16),
    "f.b": RANDOM.normal(0, 1, 7).astype(np.float16),
    "h.c": np.zeros((), np.float16),
    "h.none": np.zeros((0, 3), np.float16),
}
FILE = safetensors.numpy.save(PARENT)


def trained(spread: float) -> dict[str, np.ndarray]:
    random = np.random.default_rng(4)
    return {k: v + random.normal(0, spread, v.shape).astype(np.float32) for k, v in PARENT.items()}


def changes(coarseness: float, spread: float = 0.01) -> dict[str, Change]:
    after = trained(spread)
    return {
        name: rounded(before.astype(np.float32), after[name], coarseness=coarseness)
        for name, before in PARENT.items()
        if before.size
    }


@pytest.mark.parametrize("coarseness", [0.01, 1.0, 3.0])
def test_the_robot_gets_the_trainers_file_byte_for_byte(coarseness: float) -> None:
    found = changes(coarseness)
    new = PARENT | {name: changed(PARENT[name], change) for name, change in found.items()}
    assert apply_delta(FILE, encode_delta(FILE, found)) == safetensors.numpy.save(new)


FLOATS16 = hypothesis.extra.numpy.arrays(np.float16, 6, elements=st.floats(-1000, 1000, width=16))


@given(before=FLOATS16, after=FLOATS16, moves=st.lists(st.booleans(), min_size=6, max_size=6))
def test_whatever_did_not_change(before: np.ndarray, after: np.ndarray, moves: list) -> None:
    """-0.0 among it, whose sum with 0 is 0.0: of values, and of a tensor in which none moved."""
    before[0] = -0.0
    wanted = np.where(moves, after, before).astype(np.float32)
    change = rounded(before.astype(np.float32), wanted, coarseness=1.0)
    file = safetensors.numpy.save({"f.a": before})
    new = safetensors.numpy.save({"f.a": changed(before, change)})
    assert apply_delta(file, encode_delta(file, {"f.a": change})) == new
    assert any(moves) or new == file


def test_what_did_not_change_costs_nothing() -> None:
    delta = encode_delta(FILE, {})
    assert apply_delta(FILE, delta) == FILE
    assert len(delta) < 20


def test_a_change_is_off_by_half_a_step() -> None:
    before, after = PARENT["f.a"].astype(np.float32), trained(0.01)["f.a"]
    change = rounded(before, after, coarseness=0.5)
    error = np.abs(before + change.steps * change.step - after)
    assert error.max() <= change.step * 0.501
    assert change.step == pytest.approx(0.5 * (after - before).std(), rel=1e-3)


def test_an_outlier_is_not_cut() -> None:
    before = np.zeros(100_000, np.float32)
    after = before.copy()
    after[7] = 5.0
    change = rounded(before, after, coarseness=1.0)
    assert changed(before, change)[7] == pytest.approx(5.0, rel=1e-3)
    assert not np.delete(change.steps, 7).any()


def test_equal_tensors_have_no_step() -> None:
    assert rounded(np.ones(3, np.float32), np.ones(3, np.float32), coarseness=1.0).step == 0


def test_a_value_beyond_float16_is_refused() -> None:
    change = Change(np.float32(60_000), np.array([2], np.int8))
    with pytest.raises(BundleError, match="exceeds float16"):
        changed(np.zeros(1, np.float16), change)


def of(steps: list[float], values: bytes, *, count: int | None = None) -> bytes:
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = deflate.compress(np.array(steps, "<f4").tobytes() + values) + deflate.flush()
    return struct.pack("<4sI", b"DEL1", len(steps) if count is None else count) + body


def test_the_format_is_as_described() -> None:
    expected = PARENT | {"h.c": np.array(1.5, np.float16)}
    assert apply_delta(FILE, of([0, 0, 0.5, 0], b"\x03")) == safetensors.numpy.save(expected)


@pytest.mark.parametrize(
    ("delta", "reason"),
    [
        (b"", "not such a file"),
        (b"DEL1", "not such a file"),
        (of([0, 0, 0], b""), "of 3 tensors, the parent has 4"),
        (of([0, 0, 0, 0], b"", count=1 << 31), "tensors, the parent has 4"),
        (of([0, 0, 0.5, 0], b""), "truncated"),
        (of([0, 0, 0.5, 0], b"\x01\x01"), "longer than"),
        (of([0, 0, 0.5, 0], bytes(1 << 26)), "longer than"),
        (of([0, 0, np.nan, 0], b"\x01"), "not finite"),
        (of([0, 0, 1e38, 0], b"\x7f"), "exceeds float16"),
        (encode_delta(FILE, changes(1.0))[:-3], "truncated|longer|broken"),
        (encode_delta(FILE, changes(1.0)) + b"x", "longer than"),
        (b"DEL1\x04\x00\x00\x00\xff\xff\xff", "broken"),
    ],
)
def test_garbage(delta: bytes, reason: str) -> None:
    with pytest.raises(BundleError, match=reason):
        apply_delta(FILE, delta)


@pytest.mark.parametrize(
    "parent",
    [
        b"",
        FILE[:-1],
        struct.pack("<Q", 1 << 40) + b"{}",
        struct.pack("<Q", 5_000) + b"[" * 5_000,
        safetensors.numpy.save({"f.a": np.zeros(3, np.float32)}),
    ],
)
def test_a_parent_that_is_no_file_of_weights(parent: bytes) -> None:
    with pytest.raises(BundleError, match="no file of float16 tensors"):
        apply_delta(parent, of([0], b""))


@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_damaged_delta_is_refused_or_makes_finite_weights(at: int, byte: int) -> None:
    delta = bytearray(encode_delta(FILE, changes(1.0)))
    delta[at % len(delta)] = byte
    try:
        weights = safetensors.numpy.load(apply_delta(FILE, bytes(delta)))
    except BundleError:
        return
    assert all(np.isfinite(tensor).all() for tensor in weights.values())
