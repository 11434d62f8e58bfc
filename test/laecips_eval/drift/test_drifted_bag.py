"""Bags under a drift, read on the fly and written."""

from pathlib import Path

import numpy as np
import pytest
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_edge.core.image.image_messages import image_fields
from laecips_eval.bags import BagWriter, Legend, Segment, open_bag
from laecips_eval.bags.pictures import BagFrame, CompressedPicture, RawPicture
from laecips_eval.drift.drifted_bag import DriftedBag, write_drifted_bag
from laecips_eval.drift.recipe import DriftRecipe

RECIPE = DriftRecipe.model_validate(
    {
        "segments": [
            {"name": "as_taken", "seconds": 0.2},
            {"name": "later", "dust": 0.6, "camera": [0, 0.8], "jpeg": [0, 0.5]},
        ]
    }
)
FRAMES = 6
BROKEN = 4


@pytest.fixture(params=["compressed", "raw"])
def recorded(request: pytest.FixtureRequest, blocks: np.ndarray, tmp_path: Path) -> Path:
    """A robot's bag at 10 Hz with truth of every second frame, and a picture that is damaged."""
    path, raw = tmp_path / "recorded", request.param == "raw"
    legend = Legend(("a", "b"), ((0, 0, 0), (9, 9, 9)), (Segment("own", 0, FRAMES),))
    with BagWriter(path, legend=legend, image_topic="/eye", raw=raw) as bag:
        for index in range(FRAMES):
            fields = image_fields(np.roll(blocks, index * 16, axis=1)[:, :, ::-1], "bgr8")
            payload: CompressedPicture | RawPicture = RawPicture(
                **fields | {"data": fields["data"].tobytes()}
            )
            if not raw:
                payload = CompressedPicture("jpeg", encode_jpeg(blocks, 90))
            if index == BROKEN:
                payload.data = payload.data[:40]
            truth = encode_png((blocks[:, :, 0] > 128).astype(np.uint8))
            frame = BagFrame(5 * 10**9 + index * 10**8, "eye_frame", payload)
            bag.copy(frame, truth if index % 2 else None)
    return path


def test_what_is_written_is_what_is_read_on_the_fly(recorded: Path, tmp_path: Path) -> None:
    bag = open_bag(recorded)
    drifted = DriftedBag(bag, RECIPE)
    progress: list[tuple[int, int]] = []
    labels = write_drifted_bag(
        drifted, tmp_path / "new", progress=lambda *done: progress.append(done)
    )
    new = open_bag(tmp_path / "new")
    assert labels == 3
    assert progress[-1] == (FRAMES, FRAMES)
    assert (new.image_topic, new.kind, new.classes) == ("/eye", bag.kind, ("a", "b"))
    assert new.segments == drifted.segments == (Segment("as_taken", 0, 2), Segment("later", 2, 6))
    assert list(new.frames()) == list(drifted.frames())
    assert new.truth().keys() == drifted.truth().keys()
    assert all(np.array_equal(new.truth()[stamp], drifted.truth()[stamp]) for stamp in new.truth())


def test_frames_that_are_not_touched_or_damaged_are_as_recorded(recorded: Path) -> None:
    before, after = (
        list(open_bag(recorded).frames()),
        list(DriftedBag(open_bag(recorded), RECIPE).frames()),
    )
    same = [a == b for a, b in zip(before, after, strict=True)]
    assert same == [True, True, False, False, True, False]
    assert [frame[:2] for frame in before] == [frame[:2] for frame in after]
    assert after[3].rgb().shape == before[3].rgb().shape


def test_the_truth_moves(recorded: Path) -> None:
    bag = open_bag(recorded)
    before, after = bag.truth(), DriftedBag(bag, RECIPE).truth()
    first, _, last = sorted(before)
    assert np.array_equal(before[first], after[first])
    assert (after[last] == 255).any()
    assert len(after) == 3
    assert after.get(7) is None


def test_it_says_under_which_drift_it_is_read(recorded: Path) -> None:
    bag = open_bag(recorded)
    assert bag.drift == ""
    assert DriftRecipe.model_validate_json(DriftedBag(bag, RECIPE).drift) == RECIPE
    assert bag.others == {}
