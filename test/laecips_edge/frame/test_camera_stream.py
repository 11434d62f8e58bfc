"""One camera's frames: what is taken, what is skipped, and what the log says of it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.findings.finding import FrameFindings
from laecips_edge.core.findings.finding_archive import read_archive
from laecips_edge.core.findings.finding_settings import FindingSettings
from laecips_edge.core.frame.counters import FrameOutcome
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.frame.frame import Frame, FrameAnswer, SeenFrame
from laecips_edge.core.frame.privacy_settings import PrivacySettings
from laecips_edge.core.image import image_messages
from laecips_edge.core.image.image_messages import ImageError
from laecips_edge.core.image.picture import Picture
from laecips_edge.frame.camera_stream import CameraOutputs, CameraStream
from sensor_msgs.msg import CompressedImage, Image


class Outputs:
    """What a camera's publishers and topics of findings were given."""

    def __init__(self) -> None:
        self.answers: list[FrameAnswer] = []
        self.findings: list[FrameFindings] = []
        self.camera_info = SimpleNamespace(heard=None)
        self.labels = {1: "scratch"}

    def answer_now(self, seen: SeenFrame) -> None:
        pass

    def answer(self, answer: FrameAnswer) -> None:
        self.answers.append(answer)

    def publish(self, frame: FrameFindings) -> None:
        self.findings.append(frame)


def stream(
    name: str = "front", *, outputs: Any = None, topics: Any = None, **settings: Any
) -> tuple[CameraStream, list[str]]:
    said: list[str] = []
    logger: Any = SimpleNamespace(
        warning=lambda line, **options: said.append(line),
        error=lambda line, **options: said.append(line),
    )
    made = CameraStream(
        name,
        settings=EdgeSettings(cameras=(name,) if name else (), **settings),
        outputs=CameraOutputs(publishers=outputs or Outputs(), findings=topics),
        logger=logger,
    )
    return made, said


def image(stamp_s: int, *, encoding: str = "mono16", value: int = 900) -> Image:
    message = Image(height=2, width=2, encoding=encoding, step=4)
    message.data = np.full((2, 2), value, np.uint16).tobytes()
    message.header.stamp.sec = stamp_s
    return message


def frame(stamp_ns: int) -> Frame:
    picture = Picture(None, compressed=False)
    return Frame(number=1, stamp_ns=stamp_ns, frame_id="", picture=picture, received_s=0.0)


def test_a_picture_keeps_its_message_and_knows_its_kind() -> None:
    corner = "front=0,0 0.5,0 0.5,1 0,1"
    made, _ = stream(significant_bits=10, privacy=PrivacySettings(polygons=(corner,)))
    message = image(1)
    picture = made.arrived(message)
    assert picture is not None
    assert picture.message is message
    assert (picture.compressed, picture.significant_bits) == (False, 10)
    assert picture.blanking
    jpeg = made.arrived(CompressedImage())
    assert jpeg is not None
    assert jpeg.compressed


def test_images_beyond_the_rate_arrive_and_are_skipped() -> None:
    made, _ = stream(camera_rates=("front=0.01",))
    taken = [made.arrived(image(second)) is not None for second in range(12)]
    assert taken == [True] + [False] * 11
    assert made.skipped == 11
    assert made.images.state.hz > 0
    assert made.images.state.lost_share == 0.0  # the stamps of those taken alone would skip


def test_depth_is_that_of_the_stamp() -> None:
    made, _ = stream()
    made.add_depth(image(7, encoding="16UC1", value=1234))
    assert (made.depth_of(frame(7_000_000_000)) == 1234).all()
    with pytest.raises(ImageError, match="depth: the nearest is 1000 ms off the picture"):
        made.depth_of(frame(8_000_000_000))


@pytest.mark.parametrize(("name", "begin"), [("front", "front: "), ("", "")])
def test_the_log_names_the_camera(name: str, begin: str) -> None:
    made, said = stream(name)
    made.rejected(ImageError("the encoding yuv9000 is unknown"))
    made.rejected(RuntimeError("a bug"))
    assert said == [
        f"{begin}image not used: the encoding yuv9000 is unknown",
        f"{begin}image not used: RuntimeError: a bug",
    ]
    assert made.unreadable == "image not used: RuntimeError: a bug"  # of the diagnostics
    made.seen(Picture(image(1), compressed=False))
    assert made.unreadable == ""
    assert said[2].startswith(f"{begin}mono16 pictures are nearly black")
    made.seen(Picture(image(1), compressed=False))
    assert len(said) == 3


def test_a_camera_that_sends_torn_pictures_does_not_fill_the_log() -> None:
    made, said = stream()
    for number in (812, 7, 93):
        made.rejected(ImageError(f"truncated after {number} bytes"))
        assert made.unreadable == f"image not used: truncated after {number} bytes"
        made.seen(Picture(image(1, value=65000), compressed=False))
    assert said == ["front: image not used: truncated after 812 bytes"]
    assert (made.unreadable, made.rejection) == ("", "truncated after 93 bytes")


def test_a_picture_that_uses_all_bits_ends_the_search() -> None:
    made, said = stream()
    made.seen(Picture(image(1, value=65000), compressed=False))
    made.seen(Picture(image(2), compressed=False))
    assert image_messages.used_bits(image(2)) == 10
    assert said == []


def test_a_camera_has_findings_of_its_own(tmp_path: Path) -> None:
    outputs = Outputs()
    findings = FindingSettings(classes=("scratch",), confirm=1, folder=str(tmp_path))
    made, said = stream(outputs=outputs, topics=outputs, findings=findings)
    made.start()
    label_map = np.zeros((60, 80), np.uint8)
    label_map[10:20, 30:50] = 1
    other: dict[str, Any] = {
        "prediction": None,
        "decision": SimpleNamespace(trust=0.5),
        "manifest": SimpleNamespace(version=4),
    }
    seen = SeenFrame(frame=frame(5), rgb=np.zeros((60, 80, 3), np.uint8), depth=None, **other)
    made.sink.answer(
        FrameAnswer(
            seen=seen, outcome=FrameOutcome.EDGE, label_map=label_map, confidence_map=label_map
        )
    )
    made.stop()
    assert [answer.seen.frame.stamp_ns for answer in outputs.answers] == [5]
    assert outputs.findings[0].findings[0].class_name == "scratch"
    assert len(read_archive(tmp_path / "front").findings) == 1
    assert said == []
