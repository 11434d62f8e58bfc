"""Views of labelled frames: the frame itself, and variants that the seed gives."""

import numpy as np
from laecips_cloud.training.data.drifted_views import view_of, views
from laecips_cloud.training.data.labelled_frames import LabelledFrame


def frames() -> list[LabelledFrame]:
    random = np.random.default_rng(0)
    return [
        LabelledFrame(
            str(index),
            random.integers(0, 256, (32, 48, 3), np.uint8),
            random.integers(0, 2, (32, 48), np.uint8),
        )
        for index in range(2)
    ]


def test_each_frame_comes_first_as_it_is() -> None:
    seen = list(views(frames(), variants=2, seed=0))
    assert len(seen) == 6
    assert [view.variant for view in seen] == [0, 1, 2, 0, 1, 2]
    for frame, view in zip(frames(), seen[::3], strict=True):
        np.testing.assert_array_equal(view.image, frame.image)
        np.testing.assert_array_equal(view.label, frame.label)
    for view in seen:
        rgb = view.image
        assert (rgb.shape, rgb.dtype, rgb.flags.c_contiguous) == ((32, 48, 3), np.uint8, True)
    assert (seen[1].image != seen[0].image).any()
    assert (seen[1].image != seen[2].image).any()


def test_variants_are_the_seeds() -> None:
    one, again, other = ([v.image for v in views(frames(), variants=1, seed=s)] for s in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert (np.array(one) != np.array(other)).any()


def test_a_view_alone_is_the_one_among_all() -> None:
    every = views(frames(), variants=3, seed=3, disturbed=0.5)
    for number, view in enumerate(every):
        index, variant = divmod(number, 4)
        alone = view_of(frames()[index], index, variant, seed=3, disturbed=0.5)
        assert alone.variant == view.variant == variant
        np.testing.assert_array_equal(alone.image, view.image)
        np.testing.assert_array_equal(alone.label, view.label)


def test_a_disturbed_view_is_changed_in_one_place_and_keeps_its_labels() -> None:
    frame = LabelledFrame("one", np.full((60, 80, 3), 120, np.uint8), np.zeros((60, 80), np.uint8))
    first, *disturbed = views([frame], variants=20, seed=0, disturbed=1.0)
    changed = [(view.image != first.image).any(axis=2).mean() for view in disturbed]
    assert 0.0 < np.median(changed) < 0.6
    assert all((view.label == frame.label).all() for view in disturbed)
    drifted = [view.image for view in views([frame], variants=20, seed=0)][1:]
    assert np.median([(image != frame.image).any(axis=2).mean() for image in drifted]) > 0.9
