from dataclasses import fields
from pathlib import Path

import numpy as np
from laecips_cloud.class_scorers import create_class_scorer
from laecips_cloud.replay_buffer.reader import ReplayReader
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.image_messages import decode_compressed
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.link import wire
from laecips_eval.experiments.labelling.drive import drifted, record_drive
from trainer_robot import ColourFrames


def test_the_drift_is_dim_and_the_same_for_a_seed() -> None:
    image = np.full((40, 50, 3), 200, np.uint8)
    one, again, other = (drifted(image, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert one.dtype == np.uint8
    assert one.mean() < 140
    assert one.std() > 4


def test_the_buffer_holds_what_robot_and_cloud_say_and_no_truth(
    tmp_path: Path, tiny_bundle: Bundle, tiny_teacher: Path
) -> None:
    frames = list(ColourFrames(3))
    classes = tiny_bundle.manifest.classes
    scorer = create_class_scorer("onnx", {"model": str(tiny_teacher)}, classes=classes)
    robot = Segmenter(tiny_bundle)

    def recorded(name: str, *, blank: bool) -> list:
        told = [it._replace(label=it.label * 0) for it in frames] if blank else frames
        record_drive(tmp_path / name, told, classes=classes, robot=robot, scorer=scorer)
        reader = ReplayReader(tmp_path / name)
        kept = list(reader.read(0, 2**62))
        reader.close()
        return kept

    kept = recorded("a.sqlite", blank=False)
    assert kept == recorded("b.sqlite", blank=True)
    assert [frame.request_id for frame in kept] == [frame.name for frame in frames]
    for frame in kept:
        image = decode_compressed(frame.picture, "jpeg")
        seen = robot.logits(image)
        assert abs(frame.trust - robot.trust(seen)) < 0.15  # of the picture before JPEG
        scores = scorer.score(image, lambda: robot.scores(image))  # noqa: B023 (called at once)
        answer = wire.decode_label_map(frame.label_map, None, scores.shape[0])
        assert (scores.argmax(0) == answer).mean() > 0.5
    assert {field.name for field in fields(kept[0])} >= {"human_label_map", "held_out"}
