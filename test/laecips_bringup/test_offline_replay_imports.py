"""An offline replay without training or sam runs where neither ROS nor torch is installed."""

import subprocess
import sys
import textwrap
from pathlib import Path

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_eval.bags import BagWriter, Legend

WITHOUT_ROS_AND_TORCH = textwrap.dedent(
    """
    import sys

    BLOCKED = {
        "rclpy", "torch", "builtin_interfaces", "diagnostic_msgs", "laecips_msgs",
        "lifecycle_msgs", "rcl_interfaces", "rosgraph_msgs", "sensor_msgs", "std_msgs",
    }

    class Blocker:
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] in BLOCKED:
                raise ModuleNotFoundError(f"{name} is blocked")

    sys.meta_path.insert(0, Blocker())
    from laecips_edge.cli import main

    sys.exit(main(sys.argv[1:]))
    """
)


def test_it_imports_neither_ros_nor_torch(tiny_bundle: Bundle, tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    with BagWriter(bag, legend=Legend(), rate_hz=10) as writer:
        for frame in tiny_bundle.agreement():
            writer.add(encode_jpeg(frame.rgb, 90), None)
    where = ["--bundle", str(tiny_bundle.path), "--out", str(tmp_path)]
    command = ["replay", str(bag), "--offline", "--delta", "1", *where]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_ROS_AND_TORCH, *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "offline.json").is_file()
    rows = (tmp_path / "offline.csv").read_text(encoding="utf-8").splitlines()
    assert sum(",cloud," in row for row in rows) > 0  # the cloud's side ran too
