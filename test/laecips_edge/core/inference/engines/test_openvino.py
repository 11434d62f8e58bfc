import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from laecips_edge.core.inference.engines import create_engine

TELEMETRY = """
from pathlib import Path
Path(__file__).with_name("imported").touch()
raise ImportError
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("imported", "tells"),
    [("openvino", True), ("laecips_edge.core.inference.engines.openvino", False)],
    ids=["plain", "ours"],
)
def test_nothing_is_told_to_anyone(tmp_path: Path, imported: str, tells: bool) -> None:
    """A package in the place of the one that sends statistics says whether it was imported."""
    package = tmp_path / "openvino_telemetry"
    package.mkdir()
    (package / "__init__.py").write_text(TELEMETRY)
    path = os.pathsep.join([str(tmp_path), *sys.path])
    subprocess.run(
        [sys.executable, "-c", f"import {imported}"],
        check=True,
        env=os.environ | {"PYTHONPATH": path, "HOME": str(tmp_path)},
    )
    assert (package / "imported").exists() is tells
    assert {file.name for file in tmp_path.iterdir()} == {"openvino_telemetry"}


def test_no_thread_is_tied_to_a_core(summer) -> None:
    engine = create_engine("openvino", summer.SerializeToString(), {}, threads=2)
    engine.run({"x": np.ones((1, 64), np.float32)})
    for thread in Path("/proc/self/task").iterdir():
        assert os.sched_getaffinity(int(thread.name)) == os.sched_getaffinity(0)
