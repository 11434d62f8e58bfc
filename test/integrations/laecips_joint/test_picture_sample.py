"""A frame of a joint-inference job, from its file to the request."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.frame.upload import Upload
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_edge.core.routing.policy import Decision
from laecips_joint.picture_sample import PictureSample

JPEG = encode_jpeg(np.full((16, 24, 3), 99, np.uint8), 90)
UPLOAD = Upload(robot="r", session="s", jpeg_quality=90, forward_jpeg=True, send_scores=False)


def seen(path: Path, **answer: Any) -> PictureSample:
    """A sample with an answer in which only what a request needs is set."""
    sample = PictureSample.of_file(path, number=4)
    manifest = SimpleNamespace(version=7, classes_hash="abc", classes=("a",), temperature=1.0)
    decision = Decision(trust=0.25, delta=0.5, hard=True, audit=False)
    fields = {"decision": decision, "prediction": None, "manifest": manifest, **answer}
    sample.answer = SimpleNamespace(**fields)  # type: ignore[assignment]
    return sample


@pytest.mark.parametrize(
    ("name", "stamp_ns"),
    [
        ("1750000000100000000.jpg", 1750000000100000000),
        ("0.png", 0),
        ("frame-12.jpg", 4),
        ("12345678901234567890.jpg", 4),  # no stamp has 20 digits
    ],
)
def test_a_name_of_digits_is_a_stamp(name: str, stamp_ns: int) -> None:
    sample = PictureSample.of_file(np.str_(f"/there/{name}"), number=4)
    assert (sample.frame.stamp_ns, sample.frame.number) == (stamp_ns, 4)
    assert sample.answer is None


def test_the_request_is_the_edge_nodes(tmp_path: Path) -> None:
    (tmp_path / "17.jpg").write_bytes(JPEG + b"\0\0")
    request = seen(tmp_path / "17.jpg").request(UPLOAD)
    assert request.picture == JPEG  # as it is, without what follows its end
    assert (request.request_id, request.stamp_ns, request.why) == ("s/4", 17, "hard")
    assert (request.trust, request.bundle_version, request.classes_hash) == (0.25, 7, "abc")
    assert request.payload == len(JPEG)


@pytest.mark.parametrize("answer", [{"answer": None}, {"decision": None}], ids=["f", "miner"])
def test_nothing_goes_up_before_f_and_a_miner_have_seen_it(
    tmp_path: Path, answer: dict[str, None]
) -> None:
    sample = seen(tmp_path / "17.jpg", **answer)
    if "answer" in answer:
        sample.answer = None
    with pytest.raises(ValueError, match=r"frame 17 goes to the cloud before .*mining_mode"):
        sample.request(UPLOAD)
