"""Both workers of a Sedna service, without Sedna between them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from laecips_edge.core.frame.upload import Upload
from laecips_edge.core.link.hard_frame import AnswerStatus
from laecips_joint.big_model import BigModel
from laecips_joint.cloud_model import CloudModel
from laecips_joint.edge_model import EdgeModel
from laecips_joint.little_model import RestSample
from laecips_joint.miners import MINERS
from laecips_joint.picture_sample import PictureSample
from laecips_joint.rest_wire import unpack_answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from laecips_edge.core.bundle.bundle import Bundle

UPLOAD = Upload(robot="r", session="s", jpeg_quality=90, forward_jpeg=True, send_scores=False)


@pytest.fixture
def big_model(tmp_path: Path, tiny_bundle: Bundle) -> Iterator[BigModel]:
    model = BigModel(buffer_path=str(tmp_path / "replay.sqlite"))
    model.load(str(tiny_bundle.path / "manifest.json"))
    yield model
    model.close()


def hard_sample(frames: Any, bundle: Bundle) -> RestSample:
    """The first frame, seen by f and found hard."""
    path = frames.pictures[0]
    frame = PictureSample.of_file(path).frame
    sample = RestSample(frame.picture, stamp_ns=frame.stamp_ns, upload=UPLOAD)
    assert MINERS["LaecipsCloudOnly"]()(EdgeModel(bundle=str(bundle.path)).predict(sample))
    return sample


def test_the_clouds_answer_through_json(
    frames: Any, tiny_bundle: Bundle, big_model: BigModel
) -> None:
    sample = hard_sample(frames, tiny_bundle)
    sent = json.loads(json.dumps({"data": sample.tolist()}))
    got = json.loads(json.dumps({"result": big_model.predict(sent["data"])}))
    answer = sample.final_answer([True, None, sample.answer, got["result"]])
    assert (answer.source, answer.detail) == ("cloud", "")
    function = CloudModel(bundles=[str(tiny_bundle.path)])
    assert np.array_equal(answer.label_map, function.inference(sample).label_map)
    function.cleanup()
    # The trainer's replay buffer has the frame.
    assert big_model._service is not None
    assert big_model._service.buffer.find("s/0") is not None


def test_what_is_no_request_gets_an_answer(big_model: BigModel) -> None:
    answer = unpack_answer(big_model.predict([[0.5]]))
    assert answer.status is AnswerStatus.BAD_REQUEST
    assert "do both sides run laecips?" in answer.message


@pytest.mark.parametrize(
    ("cloud", "detail"),
    [(None, "no answer from the cloud"), (["YWJj"], "not such a message")],
    ids=["none", "broken"],
)
def test_without_the_cloud_fs_own_answer(
    frames: Any, tiny_bundle: Bundle, cloud: Any, detail: str
) -> None:
    sample = hard_sample(frames, tiny_bundle)
    assert sample.answer is not None
    answer = sample.final_answer([True, sample.answer, sample.answer, cloud])
    assert answer.source == "edge_fallback"
    assert detail in answer.detail
    assert answer.label_map is sample.answer.label_map
    easy = sample.final_answer([False, sample.answer, sample.answer, None])
    assert (easy.source, easy.detail) == ("edge", "")
