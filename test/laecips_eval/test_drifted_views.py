"""Views of labelled frames: the frame itself, and variants that the seed gives."""

import numpy as np
from laecips_cloud.training.labelled_frames import LabelledFrame
from laecips_eval.drifted_views import views


class Frames(list[LabelledFrame]):
    """Implements LabelledFrames."""

    classes, palette = ("a", "b"), ((0, 0, 0), (1, 1, 1))


def frames() -> Frames:
    random = np.random.default_rng(0)
    return Frames(
        LabelledFrame(
            str(index),
            random.integers(0, 256, (32, 48, 3), np.uint8),
            random.integers(0, 2, (32, 48), np.uint8),
        )
        for index in range(2)
    )


def test_each_frame_comes_first_as_it_is() -> None:
    seen = list(views(frames(), variants=2, seed=0))
    assert len(seen) == 6
    for frame, (rgb, truth) in zip(frames(), seen[::3], strict=True):
        np.testing.assert_array_equal(rgb, frame.image)
        np.testing.assert_array_equal(truth, frame.label)
    for rgb, _ in seen:
        assert (rgb.shape, rgb.dtype, rgb.flags.c_contiguous) == ((32, 48, 3), np.uint8, True)
    assert (seen[1][0] != seen[0][0]).any()
    assert (seen[1][0] != seen[2][0]).any()


def test_variants_are_the_seeds() -> None:
    one, again, other = ([v[0] for v in views(frames(), variants=1, seed=s)] for s in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert (np.array(one) != np.array(other)).any()
