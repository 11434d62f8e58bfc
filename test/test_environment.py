"""The shell environment of `make`: nothing of another ROS gets in."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".venv").is_dir(), reason="no .venv: ROS comes from elsewhere here")
def test_another_ros_in_the_shell_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "rclpy").mkdir()
    (tmp_path / "rclpy" / "__init__.py").write_text("raise ImportError('the other ROS')")
    poisoned = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "LD_LIBRARY_PATH": str(tmp_path),
        "AMENT_PREFIX_PATH": str(tmp_path),
        "RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp",
    }
    code = "import rclpy; rclpy.init(); print(rclpy.get_rmw_implementation_identifier())"
    done = subprocess.run(
        ["bash", "-eu", "-c", f"source requirements/environment.bash; python -c '{code}'"],  # noqa: S607
        cwd=ROOT,
        env=poisoned,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "rmw_fastrtps_cpp"
