from dataclasses import replace

import numpy as np
import pytest
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.frame import Frame, SeenFrame
from laecips_edge.core.inference.segmenter import Prediction
from laecips_edge.core.link import wire
from laecips_edge.core.link.wire import WireError
from laecips_edge.core.routing.policy import Decision
from laecips_edge.frame.cloud_link import read_response
from sensor_msgs.msg import Image

from laecips_msgs.srv import SegmentHardFrame

MANIFEST = Manifest(
    name="line",
    version=1,
    classes=("belt", "part", "screw"),
    palette=((0, 0, 0),) * 3,
    input_size=(32, 32),
    delta=0.5,
    beta=0.1,
)
LABELS = np.array([[0, 1, 2], [1, 255, 0]], np.uint8)
SEEN = SeenFrame(
    frame=Frame(number=1, message=Image(), received_s=0.0),
    rgb=np.zeros((2, 3, 3), np.uint8),
    depth=None,
    prediction=Prediction(
        logits=np.zeros((3, 1, 1), np.float32), label_map=LABELS, confidence_map=LABELS
    ),
    decision=Decision(confidence=0.1, delta=0.5, hard=True, audit=False),
    manifest=MANIFEST,
)


def response(**fields: object) -> SegmentHardFrame.Response:
    message = SegmentHardFrame.Response(**fields)
    message.label_map.data = wire.encode_label_map(LABELS)
    message.confidence_map.data = wire.encode_confidence_map(LABELS)
    return message


def test_a_good_response_is_decoded() -> None:
    label_map, confidence_map = read_response(response(), SEEN)
    assert np.array_equal(label_map, LABELS)
    assert np.array_equal(confidence_map, LABELS)


@pytest.mark.parametrize(
    ("status", "message", "classes", "reason"),
    [
        (3, "disk\nfull", 3, r"refused \(3\): disk full"),
        (3, "", 3, r"refused \(3\): no reason given"),
        (0, "", 2, "label map: label 2 of 2 classes"),
    ],
)
def test_a_useless_response_is_told(status: int, message: str, classes: int, reason: str) -> None:
    manifest = replace(MANIFEST, classes=MANIFEST.classes[:classes], palette=((0, 0, 0),) * classes)
    seen = replace(SEEN, manifest=manifest)
    with pytest.raises(WireError, match=reason):
        read_response(response(status=status, message=message), seen)
