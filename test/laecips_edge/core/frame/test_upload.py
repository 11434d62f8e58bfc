"""What goes up of a frame, and what may come back to it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.frame import Frame, SeenFrame
from laecips_edge.core.frame.upload import Upload, read_answer
from laecips_edge.core.frame.upload_fit import SentPicture, UploadFit
from laecips_edge.core.image.codecs import decode_rgb, encode_jpeg, encode_png
from laecips_edge.core.image.fitting import fit_depth
from laecips_edge.core.image.picture import Picture
from laecips_edge.core.image.thumbnail import thumbnail_of
from laecips_edge.core.inference.scores import softmax
from laecips_edge.core.inference.segmenter import Prediction
from laecips_edge.core.link import wire
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer
from laecips_edge.core.link.wire_error import WireError
from laecips_edge.core.routing.policy import Decision

GREY = np.full((16, 24, 3), 90, np.uint8)
LABELS = np.array([[0, 1, 2], [1, 255, 0]], np.uint8).repeat(8, axis=0).repeat(8, axis=1)
LOGITS = np.random.default_rng(0).normal(0, 2, (3, 4, 5)).astype(np.float32)
MANIFEST = Manifest(
    name="line",
    version=4,
    classes=("belt", "part", "screw"),
    palette=((0, 0, 0),) * 3,
    input_size=(32, 32),
    delta=0.5,
    beta=0.1,
)
OWN = encode_jpeg(GREY, 33)
JPEG = Picture(SimpleNamespace(format="jpeg", data=OWN), compressed=True)
PNG = Picture(SimpleNamespace(format="png", data=encode_png(GREY)), compressed=True)
UPLOAD = Upload(robot="r2", session="s", jpeg_quality=40, forward_jpeg=True, send_scores=False)


def seen(
    picture: Picture = JPEG, *, audit: bool = False, manifest: Manifest = MANIFEST
) -> SeenFrame:
    return SeenFrame(
        frame=Frame(number=9, stamp_ns=3, frame_id="camera", picture=picture, received_s=0.0),
        rgb=GREY,
        depth=None,
        prediction=Prediction(logits=LOGITS, label_map=LABELS, confidence_map=LABELS),
        decision=Decision(trust=0.25, delta=0.5, hard=not audit, audit=audit),
        manifest=manifest,
    )


@pytest.mark.parametrize(("audit", "why"), [(False, "hard"), (True, "audit")])
def test_a_request_says_what_the_cloud_must_know(audit: bool, why: str) -> None:
    request, _ = UPLOAD.request(seen(audit=audit), deadline_s=1.5)
    assert (request.request_id, request.robot, request.why) == ("s/9", "r2", why)
    assert (request.stamp_ns, request.frame_id, request.deadline_s) == (3, "camera", 1.5)
    assert (request.bundle_version, request.classes_hash) == (4, MANIFEST.classes_hash)
    assert (request.trust, request.depth, request.scores) == (0.25, b"", b"")
    assert request.payload == len(OWN)
    assert request.thumbnail == thumbnail_of(GREY)


def test_the_cameras_own_jpeg_goes_up_untouched() -> None:
    assert UPLOAD.request(seen(), deadline_s=1.0)[1] == SentPicture(data=OWN, quality=0)


@pytest.mark.parametrize(
    ("picture", "forward"), [(PNG, True), (JPEG, False)], ids=["png", "not forwarded"]
)
def test_anything_else_becomes_a_jpeg(picture: Picture, forward: bool) -> None:
    sent = replace(UPLOAD, forward_jpeg=forward).request(seen(picture), deadline_s=1.0)[0].picture
    assert sent == encode_jpeg(GREY, 40)
    assert decode_rgb(sent).shape == GREY.shape


def test_where_nothing_is_blanked_nothing_is_said_of_it() -> None:
    assert UPLOAD.request(seen(), deadline_s=1.0)[0].blanked == b""


def test_depth_goes_up_where_there_is_some() -> None:
    depth = np.arange(6, dtype=np.uint16).reshape(2, 3)
    request, _ = UPLOAD.request(replace(seen(), depth=depth), deadline_s=1.0)
    # Cameras may have a smaller depth sensor; the cloud takes depth of the picture's size.
    assert np.array_equal(wire.decode_depth(request.depth, (16, 24)), fit_depth(depth, (16, 24)))
    assert request.payload == len(OWN) + len(request.depth)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_scores_are_calibrated(temperature: float) -> None:
    manifest = replace(MANIFEST, temperature=temperature)
    request, _ = replace(UPLOAD, send_scores=True).request(seen(manifest=manifest), deadline_s=1.0)
    # Half a step of the wire is 1/62; decoding divides by their sum.
    np.testing.assert_allclose(
        wire.decode_scores(request.scores, 3), softmax(LOGITS, temperature=temperature), atol=0.03
    )


def answer(status: AnswerStatus = AnswerStatus.OK, message: str = "") -> HardFrameAnswer:
    return HardFrameAnswer(
        status=status,
        message=message,
        label_map=wire.encode_label_map(LABELS),
        confidence_map=wire.encode_confidence_map(LABELS),
    )


def test_a_good_answer_is_decoded() -> None:
    label_map, confidence_map = read_answer(answer(), seen())
    assert np.array_equal(label_map, LABELS)
    assert np.array_equal(confidence_map >= 153, LABELS >= 153)  # the rest is coarse


@pytest.mark.parametrize(
    ("status", "message", "classes", "reason"),
    [
        (AnswerStatus.UNAVAILABLE, "disk\nfull", 3, r"refused \(3\): disk full"),
        (AnswerStatus.UNAVAILABLE, "", 3, r"refused \(3\): no reason given"),
        (AnswerStatus.OK, "", 2, "label map: label 2 of 2 classes"),
    ],
)
def test_a_useless_answer_is_told(
    status: AnswerStatus, message: str, classes: int, reason: str
) -> None:
    manifest = replace(MANIFEST, classes=MANIFEST.classes[:classes], palette=((0, 0, 0),) * classes)
    with pytest.raises(WireError, match=reason):
        read_answer(answer(status, message), seen(manifest=manifest))


def test_on_a_slow_link_fewer_bytes_go_and_then_a_smaller_picture() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    own = encode_jpeg(noise, 90)
    picture = Picture(SimpleNamespace(format="jpeg", data=own), compressed=True)
    fit = UploadFit(0.5)
    upload = replace(UPLOAD, jpeg_quality=90, fit=fit)
    frame = replace(seen(picture), rgb=noise)
    assert upload.request(frame, deadline_s=2.0)[1] == SentPicture(data=own, quality=0)
    fit.missed(len(own))
    _, sent = upload.request(frame, deadline_s=2.0)
    assert 40 <= sent.quality < 90
    assert sent.scale == 1.0
    assert len(sent.data) <= len(own) / 2
    fit.missed(100)
    request, sent = upload.request(frame, deadline_s=2.0)
    assert (sent.quality, sent.scale) == (40, 0.5)
    assert decode_rgb(request.picture).shape == (48, 64, 3)
    _, sent = upload.request(replace(frame, depth=np.ones((96, 128), np.uint16)), deadline_s=2.0)
    assert sent.scale == 1.0


def test_the_answer_to_a_smaller_picture_is_enlarged() -> None:
    small = np.full((6, 10), 2, np.uint8)
    answer = HardFrameAnswer(
        status=AnswerStatus.OK,
        label_map=wire.encode_label_map(small),
        confidence_map=wire.encode_confidence_map(small),
    )
    label_map, confidence_map = read_answer(answer, seen(), scale=0.4)
    assert label_map.shape == confidence_map.shape == LABELS.shape
    assert (label_map == 2).all()
    with pytest.raises(WireError):
        read_answer(answer, seen())


def test_the_answer_has_the_size_of_fs_own_maps() -> None:
    small = LABELS[::4, ::4]
    frame = replace(
        seen(), prediction=Prediction(logits=LOGITS, label_map=small, confidence_map=small)
    )
    label_map, confidence_map = read_answer(answer(), frame)
    assert np.array_equal(label_map, small)
    assert confidence_map.shape == small.shape
