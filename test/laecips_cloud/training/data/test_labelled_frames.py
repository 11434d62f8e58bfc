import numpy as np
import pytest
from laecips_cloud.training.data.labelled_frames import UNLABELLED, LabelledFrame, digest, fitted


@pytest.mark.parametrize("size", [(30, 40), (97, 513), (100, 90), (1080, 1920)])
def test_picture_and_labels_are_brought_to_one_size(size: tuple[int, int]) -> None:
    label = np.full((200, 201), UNLABELLED, np.uint8)
    label[:, 100:] = 1
    image = np.repeat(label[..., None], 3, axis=2)
    name, seen, truth = fitted(LabelledFrame("a", image, label), size)
    assert name == "a"
    assert seen.shape == (*size, 3)
    assert truth.shape == size
    assert set(np.unique(truth)) == {1, UNLABELLED}, "no label lies between two others"
    inside = np.abs(seen[:, :, 0].astype(int) - truth) < 1
    assert inside.mean() > 0.9


def test_a_frame_of_that_size_is_left_as_it_is() -> None:
    frame = LabelledFrame("a", np.zeros((8, 9, 3), np.uint8), np.zeros((8, 9), np.uint8))
    assert fitted(frame, (8, 9)) is frame


def test_a_digest_tells_names_pictures_labels_and_order_apart() -> None:
    picture, label = np.zeros((8, 9, 3), np.uint8), np.zeros((8, 9), np.uint8)
    one, two = LabelledFrame("a", picture, label), LabelledFrame("b", picture, label)
    others = [
        [one],
        [two, one],
        [one, two._replace(name="c")],
        [one, two._replace(image=picture + 1)],
        [one, two._replace(label=label + 1)],
    ]
    assert len({digest(frames) for frames in ([one, two], *others)}) == 6
    assert digest([one._replace(image=picture[:, ::-1]), two]) == digest([one, two])
