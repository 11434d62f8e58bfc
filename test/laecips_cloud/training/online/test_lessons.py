"""What is taught: F's answer, less what it was not sure of."""

import re
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_cloud.training.data.labelled_frames import UNLABELLED, LabelledFrame
from laecips_cloud.training.online import lessons as lessons_module
from laecips_cloud.training.online.lessons import MIN_CONFIDENCE, LessonReader, lesson_of
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_edge.core.link import wire

RGB = np.zeros((2, 4, 3), np.uint8)
RGB[:, 2:] = (200, 40, 40)
ANSWER = np.array([[0, 0, 1, 2], [0, 1, 1, 255]], np.uint8)
CONFIDENCE = np.array([[0, 127, 128, 152], [153, 154, 254, 255]], np.uint8)


def kept(**fields: bytes) -> ReplayFrame:
    """A frame of the replay buffer, some of its files exchanged."""
    files = {
        "picture": cv2.imencode(".png", RGB[:, :, ::-1])[1].tobytes(),
        "label_map": wire.encode_label_map(ANSWER),
        "confidence_map": wire.encode_confidence_map(CONFIDENCE),
    }
    return ReplayFrame(
        request_id="robot/7",
        robot="robot",
        stamp_ns=7,
        received_ns=8,
        bundle_version=1,
        why="hard",
        trust=0.25,
        depth=b"",
        **files | fields,
    )


@pytest.mark.parametrize(
    ("min_confidence", "taught"),
    [
        (0.0, [[0, 0, 1, 2], [0, 1, 1, 255]]),
        (0.5, [[255, 255, 1, 2], [0, 1, 1, 255]]),
        (0.6, [[255, 255, 255, 255], [0, 1, 1, 255]]),
        (1.0, [[255, 255, 255, 255], [255, 255, 255, 255]]),
    ],
)
def test_what_f_is_not_sure_of_is_not_taught(
    min_confidence: float, taught: list[list[int]]
) -> None:
    stored = wire.encode_confidence_map(CONFIDENCE, bound=min_confidence)
    frame = kept(confidence_map=stored)
    lesson = lesson_of(frame, classes=3, min_confidence=min_confidence)
    assert lesson.name == "robot/7"
    np.testing.assert_array_equal(lesson.image, RGB)
    assert lesson.label.tolist() == taught
    assert lesson.label.dtype == np.uint8
    if min_confidence == MIN_CONFIDENCE:
        assert lesson_of(kept(), classes=3).label.tolist() == taught


def test_frames_that_were_stored_as_png_are_taught_alike() -> None:
    older = kept(label_map=encode_png(ANSWER), confidence_map=encode_png(CONFIDENCE))
    assert lesson_of(older, classes=3).label.tolist() == lesson_of(kept(), classes=3).label.tolist()


def test_full_confidence_is_taught_at_any_bound() -> None:
    certain = wire.encode_confidence_map(np.full((2, 4), 255, np.uint8))
    lesson = lesson_of(kept(confidence_map=certain), classes=3, min_confidence=1.0)
    np.testing.assert_array_equal(lesson.label, ANSWER)
    assert lesson.label[1, 3] == UNLABELLED


def test_a_lesson_says_who_made_its_labels() -> None:
    theirs = wire.encode_label_map(np.ones((2, 4), np.uint8))
    frames = [
        kept(),
        replace(kept(human_label_map=theirs), why="audit"),
        replace(kept(human_label_map=theirs), held_out=True),
        replace(kept(), held_out=True),  # its label map was taken back
    ]
    lessons = LessonReader().lessons(frames, classes=3, audit_weight=20.0)
    assert [lesson[1:] for lesson in lessons] == [
        (1.0, False, False, 7),
        (20.0, True, False, 7),
        (1.0, True, True, 7),
        (1.0, False, False, 7),
    ]
    assert [bool((lesson.frame.label == 1).all()) for lesson in lessons] == [
        False,
        True,
        True,
        False,
    ]


def test_what_was_read_before_is_not_decoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []

    def spy(frame: ReplayFrame, **settings: Any) -> LabelledFrame:
        decoded.append(frame)
        return lesson_of(frame, **settings)

    monkeypatch.setattr(lessons_module, "lesson_of", spy)
    first, second, third = (replace(kept(), request_id=f"robot/{number}") for number in range(3))
    theirs = replace(second, human_label_map=wire.encode_label_map(np.ones((2, 4), np.uint8)))
    reader = LessonReader()
    for frames, settings, anew in [
        ([first, second], {}, [first, second]),
        ([first, second, third], {}, [third]),
        ([theirs, third], {}, [theirs]),  # a person has labelled it meanwhile
        ([first, third], {}, [first]),  # only those of the last call are kept
        ([first, third], {"min_confidence": 0.5}, [first, third]),
    ]:
        decoded.clear()
        lessons = reader.lessons(frames, classes=3, **settings)
        assert decoded == anew
        for lesson, frame in zip(lessons, frames, strict=True):
            taught = lesson_of(frame, classes=3, **settings)
            np.testing.assert_array_equal(lesson.frame.label, taught.label)
            assert lesson.frame.name == frame.request_id


def test_pictures_are_jpegs_too() -> None:
    lesson = lesson_of(kept(picture=encode_jpeg(RGB, 95)), classes=3)
    assert lesson.image.shape == (2, 4, 3)


@pytest.mark.parametrize("bound", [-0.1, 1.1, float("nan")])
def test_a_bound_out_of_range(bound: float) -> None:
    message = f"min_confidence is {bound}: it must lie in 0 to 1"
    with pytest.raises(ValueError, match=re.escape(message)):
        lesson_of(kept(), classes=3, min_confidence=bound)


@pytest.mark.parametrize(
    ("files", "classes", "message"),
    [
        ({"picture": b"torn"}, 3, "format 'jpeg': "),
        ({"label_map": b"torn"}, 3, "label map: "),
        ({"confidence_map": b"torn"}, 3, "confidence map: "),
        ({"label_map": wire.encode_label_map(ANSWER[:, :3])}, 3, "label map: "),
        ({}, 2, "label map: label 2 of 2 classes"),
    ],
)
def test_a_damaged_frame(files: dict[str, bytes], classes: int, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        lesson_of(kept(**files), classes=classes)
