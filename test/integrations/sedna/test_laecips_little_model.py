"""What Sedna's edge worker reads its pictures from; test_upstream.py runs it in Sedna."""

import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "integrations/sedna/laecips_little_model.py"


@pytest.mark.parametrize("url", ["/no/such/stream", "99"])
def test_a_camera_that_is_not_there_is_no_stream_that_has_ended(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKEND_TYPE", "ONNX")  # the script sets it
    video = runpy.run_path(str(SCRIPT))["video"]
    with pytest.raises(ValueError, match=f"VIDEO_URL {url}: cannot be opened; mount the camera"):
        video(url)
