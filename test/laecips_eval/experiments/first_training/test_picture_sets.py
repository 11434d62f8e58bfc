from pathlib import Path

import numpy as np
import pytest
from laecips_eval.experiments.first_training import picture_sets
from laecips_eval.experiments.first_training.picture_sets import PictureSet, open_set


def test_of_camvid_only_the_frames_before_the_drives_are_used(camvid: Path) -> None:
    pictures = open_set("camvid", {"camvid": camvid})
    names = [frame.name for frame in (*pictures.frames, *pictures.held_out)]
    assert names == ["a", "b", "c", "d", "e"]  # of `pretrain`, none of `day` or `dusk`
    assert [frame.name for frame in pictures.held_out] == ["e"]
    assert pictures.input_size == (96, 128)
    assert not pictures.met


def test_a_view_of_each_held_out_picture_is_drifted(camvid: Path) -> None:
    pictures = open_set("camvid", {"camvid": camvid})
    views = list(pictures.drifted_views())
    assert len(views) == len(pictures.held_out)
    assert views[0].image.shape == pictures.held_out[0].image.shape
    assert not np.array_equal(views[0].image, pictures.held_out[0].image)
    again = list(pictures.drifted_views())
    assert all(np.array_equal(a.image, b.image) for a, b in zip(views, again, strict=True))


@pytest.mark.slow
def test_the_inspection_scene_has_drifts_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in [("_FRAMES", 2), ("_HELD_OUT", 2), ("_DRIFTED", 1)]:
        monkeypatch.setattr(picture_sets, name, count)
    pictures: PictureSet = open_set("inspection", {})
    assert (len(pictures.frames), len(pictures.held_out)) == (2, 2)
    assert len(pictures.met) == 3
    light = [frame.image.mean() for frame in pictures.met]
    assert light[0] < light[1]  # a lamp that fades
