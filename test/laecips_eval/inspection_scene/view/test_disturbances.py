"""What a disturbance does to a frame."""

import numpy as np
import pytest
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.view.bursts import KINDS, NEW_PARTS
from laecips_eval.inspection_scene.view.disturbances import EFFECTS, trouble_of
from laecips_eval.inspection_scene.view.sensor import NO_TROUBLE, Trouble


def size(trouble: Trouble) -> float:
    """How much a picture is disturbed, in units of each effect."""
    puff, left, light = trouble.puff, trouble.left, trouble.reflection
    return float(
        trouble.blur
        + (0 if puff is None else puff.mean())
        + (0 if left is None else (256 - left).mean())
        + (0 if light is None else light.mean())
    )


def test_every_kind_has_an_effect_or_is_in_the_scene() -> None:
    assert set(EFFECTS) | {NEW_PARTS} == set(KINDS)
    assert trouble_of(NEW_PARTS, RandomStream(1), dial=1.0, moved=0.0) is NO_TROUBLE


@pytest.mark.parametrize("kind", EFFECTS)
def test_the_dial_turns_it_up(kind: str) -> None:
    sizes = [
        size(trouble_of(kind, RandomStream(1), dial=dial, moved=30.0)) for dial in (0.1, 0.5, 1.0)
    ]
    assert 0 < sizes[0] < sizes[1] < sizes[2]


@pytest.mark.parametrize("kind", ["glare", "shadow", "dust_puff"])
def test_it_moves(kind: str) -> None:
    here, there = (
        trouble_of(kind, RandomStream(1), dial=1.0, moved=moved) for moved in (0.0, 60.0)
    )
    arrays = [
        [it for it in (trouble.puff, trouble.left, trouble.reflection) if it is not None]
        for trouble in (here, there)
    ]
    assert all(not np.array_equal(one, other) for one, other in zip(*arrays, strict=True))
