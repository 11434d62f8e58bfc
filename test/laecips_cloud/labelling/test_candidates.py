import re
from collections.abc import Callable

import numpy as np
import pytest
from laecips_cloud.labelling.candidates import Opinion, candidate_of, look_of, offered, robot_of
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.link import wire

FrameOf = Callable[..., ReplayFrame]


def test_the_disagreement_is_the_share_of_the_pixels_that_f_has_a_class_for(
    frame_of: FrameOf,
) -> None:
    def robot(image: np.ndarray) -> Opinion:
        assert image.shape == (30, 40, 3)
        return Opinion(np.zeros((30, 40), np.uint8), 0.75)

    found = candidate_of(frame_of(2), classes=3, robot=robot)
    assert (found.name, found.trust) == ("bot/2", 0.75)
    assert found.disagreement == pytest.approx((10 * 14 + 2) / (28 * 40))
    alone = candidate_of(frame_of(2), classes=3)
    assert alone.trust == 0.2
    assert np.isnan(alone.disagreement)
    np.testing.assert_array_equal(alone.look, found.look)


def test_a_robots_pair_is_asked(tiny_bundle: Bundle) -> None:
    segmenter = Segmenter(tiny_bundle)
    image = np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8)
    opinion = robot_of(segmenter)(image)
    prediction = segmenter.predict(image)
    np.testing.assert_array_equal(opinion.label_map, prediction.label_map)
    assert opinion.trust == segmenter.trust(prediction.logits)


def test_looks_differ_by_light_and_by_classes() -> None:
    dark, light = (np.full((20, 20, 3), value, np.uint8) for value in (0, 255))
    none, all_ones = np.zeros((20, 20), np.uint8), np.ones((20, 20), np.uint8)
    base = look_of(dark, none, 3)
    assert base.dtype == np.float32
    assert base.shape == (3 + 192,)
    assert np.linalg.norm(look_of(light, none, 3) - base) == pytest.approx(1.0)
    assert np.linalg.norm(look_of(dark, all_ones, 3) - base) == pytest.approx(2**0.5)
    assert np.isfinite(look_of(dark, np.full((20, 20), 255, np.uint8), 3)).all()


@pytest.mark.parametrize(
    "fields",
    [{"picture": b"torn"}, {"label_map": wire.encode_label_map(np.full((30, 40), 3, np.uint8))}],
)
def test_a_damaged_frame_is_named(fields: dict, frame_of: FrameOf) -> None:
    with pytest.raises(ValueError, match=re.escape("frame 'bot/1': ") + ".*prune removes it"):
        candidate_of(frame_of(1, **fields), classes=3)


def test_what_people_have_already_is_not_offered(buffer: ReplayBuffer, frame_of: FrameOf) -> None:
    buffer.keep_human_labels({"bot/1": wire.encode_label_map(np.ones((30, 40), np.uint8))})
    buffer.open_task("task", ["bot/3"])
    buffer.append(frame_of(5, picture=b"torn"))
    found = offered(buffer)
    assert [candidate.name for candidate in found.candidates] == ["bot/0", "bot/2", "bot/4"]
    assert len(found.labelled) == 2
    np.testing.assert_array_equal(found.labelled[0][:3], [0, 1, 0])  # as the person says
    assert [line.startswith("frame 'bot/5': ") for line in found.damaged] == [True]
    within = offered(buffer, since_ns=10**9, until_ns=4 * 10**9)
    assert [candidate.name for candidate in within.candidates] == ["bot/2"]
