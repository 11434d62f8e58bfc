"""Paths of an index become samples, and no picture is read."""

from types import SimpleNamespace

import numpy as np
from laecips_joint.picture_index import PictureIndex


def test_samples_in_place_of_paths() -> None:
    dataset = SimpleNamespace(x=np.array(["/nowhere/10.jpg", "/nowhere/20.jpg"]), y=["a", "b"])
    made = PictureIndex()(dataset)
    assert made is dataset
    assert [(each.frame.number, each.frame.stamp_ns) for each in made.x] == [(0, 10), (1, 20)]
    assert made.y == ["a", "b"]
