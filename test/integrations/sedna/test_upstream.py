"""Both workers as processes on Sedna's own library, with its REST interface between them."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import pytest
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_eval.offline_replay.replay import replay_offline
from laecips_eval.scoring.frame_log import checksum

if TYPE_CHECKING:
    from laecips_edge.core.bundle.bundle import Bundle

HERE = Path(__file__).resolve().parents[3] / "integrations" / "sedna"
START_S = 60.0


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[str]) -> None:
    """Wait until a service answers."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (an address of ours)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{url} does not answer after {START_S:g} s")


@pytest.mark.slow
@pytest.mark.parametrize("cloud_is_there", [True, False], ids=["cloud", "no-cloud"])
def test_each_frame_gets_an_answer(
    upstream: Any, tmp_path: Path, frames: Any, tiny_bundle: Bundle, cloud_is_there: bool
) -> None:
    library = upstream.folder / "sedna" / "lib"
    if not library.is_dir():
        pytest.skip(f"{upstream.folder} has no sedna/ (integrations/ianvs/README.md)")
    port = free_port()
    environment = upstream.environment(
        library,
        MODEL_URL=str(tiny_bundle.path / "manifest.json"),
        BIG_MODEL_BIND_IP="127.0.0.1",
        BIG_MODEL_BIND_PORT=str(port),
        BIG_MODEL_IP="127.0.0.1",
        BIG_MODEL_PORT=str(port),
        HEM_NAME="LaecipsH",
        HEM_PARAMETERS='[{"key": "delta", "value": "-1"}]',
        PICTURES=str(Path(frames.pictures[0]).parent),
        OUTPUT=str(tmp_path / "label_maps"),
    )
    big = None
    if cloud_is_there:
        big = subprocess.Popen(
            [upstream.python, str(HERE / "laecips_big_model.py")],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        if big is not None:
            wait_for(f"http://127.0.0.1:{port}/sedna", big)
        little = subprocess.run(
            [upstream.python, str(HERE / "laecips_little_model.py")],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        if big is not None:
            big.terminate()
            big.wait(30)
    assert little.returncode == 0, little.stderr[-2000:]
    board = replay_offline(
        frames.bag,
        bundle=tiny_bundle,
        edge=EdgeSettings(audit_rate=0.0),
        cloud=CloudSettings(),
    )
    for row in board.rows():
        label_map = cv2.imread(
            str(tmp_path / "label_maps" / f"{row.stamp_ns}.png"), cv2.IMREAD_UNCHANGED
        )
        expected = row.checksum if cloud_is_there else row.checksum_now
        assert checksum(label_map) == expected
        source = "edge_fallback" if row.hard and not cloud_is_there else row.source
        assert f"frame {row.stamp_ns}: {source} in" in little.stderr
