from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.spool.spool_choice import THUMBNAIL_BYTES, SpoolCandidate, SpoolChoice


def frame(key: str, trust: float = 0.5, grey: int = 0, size: int = 10) -> SpoolCandidate:
    return SpoolCandidate(
        key=key, trust=trust, thumbnail=bytes([grey] * THUMBNAIL_BYTES), size=size
    )


def kept(*frames: SpoolCandidate, **bounds: Any) -> str:
    choice = SpoolChoice(**({"max_bytes": 30} | bounds))
    for each in frames:
        choice.add(each)
    return "".join(each.key for each in choice.kept)


@pytest.mark.parametrize(
    ("frames", "keys"),
    [
        ([], ""),
        ([frame("a"), frame("b", grey=9)], "ab"),
        # Of equal pictures the most trusted goes, of equal trust the oldest.
        ([frame("a", 0.1), frame("b", 0.9), frame("c", 0.5), frame("d", 0.2)], "acd"),
        ([frame("a"), frame("b"), frame("c"), frame("d")], "bcd"),
        # The only picture of a place stays, though it is the most trusted one.
        ([frame("a", 0.8, 200), *(frame(k, 0.1, g) for g, k in enumerate("bcde"))], "ade"),
        # nan is no trust at all.
        ([frame("a", float("nan")), frame("b", 0.1), frame("c", 0.1), frame("d", 0.1)], "acd"),
        # A frame that alone exceeds the bound is not kept.
        ([frame("a", size=31)], ""),
        ([frame("a"), frame("a", grey=7)], "a"),
    ],
)
def test_which_frames_stay(frames: list[SpoolCandidate], keys: str) -> None:
    assert kept(*frames) == keys


def test_the_number_of_frames_is_bounded_too() -> None:
    assert kept(*(frame(k, grey=ord(k)) for k in "abcd"), max_frames=2, max_bytes=1000) == "cd"


def test_the_dropped_frames_are_named() -> None:
    choice = SpoolChoice(20)
    assert choice.add(frame("a", 0.2)) == []
    assert choice.add(frame("b", 0.1)) == []
    assert choice.add(frame("c", 0.9)) == ["c"]
    assert choice.add(frame("d", 0.0, size=20)) == ["a", "b"]
    assert (len(choice), choice.bytes) == (1, 20)


ANY = st.builds(
    frame,
    st.sampled_from("abcdefgh"),
    st.sampled_from([0.0, 0.3, 0.6, 1.0, float("nan")]),
    st.integers(0, 255),
    st.integers(1, 12),
)


@given(st.lists(st.tuples(ANY, st.booleans()), max_size=25))
def test_as_if_every_distance_were_computed_anew(steps: list[tuple[SpoolCandidate, bool]]) -> None:
    choice, model = SpoolChoice(40, max_frames=5), list[SpoolCandidate]()
    for each, removed in steps:
        model = [m for m in model if m.key != each.key] + [each]
        dropped = []
        while sum(m.size for m in model) > 40 or len(model) > 5:
            worst = min(model, key=lambda m, all_=tuple(model): (worth(m, all_), m.distrust))
            model.remove(worst)
            dropped.append(worst.key)
        assert choice.add(each) == dropped
        if removed and model:
            choice.remove(model.pop(0).key)
        assert choice.kept == model
        assert choice.bytes == sum(m.size for m in model) <= 40


def worth(one: SpoolCandidate, all_: tuple[SpoolCandidate, ...]) -> float:
    pixels = {m.key: np.frombuffer(m.thumbnail, np.uint8).astype(int) for m in all_}
    others = [abs(pixels[one.key] - p).mean() / 255 for key, p in pixels.items() if key != one.key]
    return one.distrust * min(others, default=1.0)
