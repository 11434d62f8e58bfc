"""Frames of a patrol."""

import numpy as np
import pytest
from laecips_eval.inspection_scene.view.bursts import NEW_PARTS, SHADOW, SHAKEN, TILTED, Burst
from laecips_eval.inspection_scene.view.patrol import Patrol

CALM = Patrol(9, 1, frames=30, bursts=(), drifted=(0.0, 0.0))


def disturbed(kind: str) -> Patrol:
    return Patrol(9, 1, frames=30, bursts=[Burst(kind, 10, 20, 0)], drifted=(0.0, 0.0))


@pytest.mark.parametrize("kind", ["glare", "dust_puff", "dark_corner"])
def test_a_disturbance_changes_its_frames_alone_and_no_label(kind: str) -> None:
    patrol = disturbed(kind)
    for index in (9, 20):
        assert np.array_equal(patrol.frame(index)[0], CALM.frame(index)[0])
    differences = []
    for index in (12, 15, 16):
        picture, label = patrol.frame(index)
        before, label_before = CALM.frame(index)
        differences.append(np.abs(picture.astype(int) - before).mean())
        assert np.array_equal(label, label_before)
    assert min(differences) > 1
    assert len(set(differences)) == 3, "frames of a burst differ"


@pytest.mark.parametrize("kind", [TILTED, SHAKEN, SHADOW])
def test_where_the_pose_changes_the_labels_move_too(kind: str) -> None:
    picture, label = disturbed(kind).frame(15)
    assert picture.shape == (360, 480, 3)
    assert 0.05 < (label != CALM.frame(15)[1]).mean() < 0.6


def test_new_parts_have_the_places_of_the_usual_ones_and_come_within_their_burst() -> None:
    bursts = [Burst(NEW_PARTS, 40, 120, 0)]
    patrol = Patrol(9, 2, frames=160, bursts=bursts, drifted=(0.0, 0.0))
    calm = Patrol(9, 2, frames=160, bursts=(), drifted=(0.0, 0.0))
    changed = [
        (np.abs(patrol.frame(index)[0].astype(int) - calm.frame(index)[0]).max(axis=2) > 40).mean()
        for index in range(0, 160, 10)
    ]
    assert max(changed[4:12]) > 0.02
    assert max(changed[:3] + changed[13:]) < 0.005


def test_under_it_all_there_is_a_slow_drift() -> None:
    late = Patrol(9, 1, frames=30, bursts=(), drifted=(0.9, 1.0))
    assert late.frame(5)[0].mean() < 0.95 * CALM.frame(5)[0].mean()
    assert np.array_equal(late.frame(5)[1], CALM.frame(5)[1])


def test_equal_keys_draw_equal_frames_in_any_order() -> None:
    one, other = disturbed("dust_puff"), disturbed("dust_puff")
    first = one.frame(15)[0]
    other.frame(3)
    assert np.array_equal(first, other.frame(15)[0])


@pytest.mark.parametrize("index", [-1, 30])
def test_past_the_end(index: int) -> None:
    with pytest.raises(IndexError, match="30 frames"):
        CALM.frame(index)
