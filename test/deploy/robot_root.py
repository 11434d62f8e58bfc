"""Build the files of the robot's image as a plain folder and start its node: `make robot-root`.

Where no container engine is at hand this runs what deploy/docker/robot.Dockerfile copies and makes.
ROS and what rosdep installs come from wheels in the place of apt; everything else is the image's:
its files, requirements/robot.txt, its build command, its entrypoint and its health check. Not shown
are apt, `ros2 launch`, the base image, the user, and arm64.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from deployed_files import DEPLOY, ENTRYPOINT, ROOT, instructions

FROM_APT = {
    "python3-cryptography": "cryptography",
    "python3-grpc-tools": "grpcio-tools",
    "python3-grpcio": "grpcio",
    "python3-numpy": "numpy",
    "python3-opencv": "opencv-contrib-python-headless",
    "python3-protobuf": "protobuf",
    "python3-yaml": "PyYAML",
}
"""rosdep's keys of the two packages, and the wheels that stand in for them."""

BUILD_TOOLS = ("cmake", "colcon-common-extensions", "empy", "lark-parser", "setuptools")
DOCKERFILE = DEPLOY / "docker" / "robot.Dockerfile"

SEE = """
import sys, time, numpy as np, rclpy
from sensor_msgs.msg import Image
rclpy.init()
node, maps = rclpy.create_node("camera"), []
camera = node.create_publisher(Image, "image", 1)
node.create_subscription(Image, "edge/label_map_now", maps.append, 1)
end = time.monotonic() + 120
while not maps and time.monotonic() < end:
    grey = np.full((240, 320, 3), 90, np.uint8)
    camera.publish(Image(height=240, width=320, encoding="rgb8", step=960, data=grey.tobytes()))
    rclpy.spin_once(node, timeout_sec=1.0)
assert maps, "no label map within 120 s"
print(f"label map of {maps[0].width}x{maps[0].height}, classes {sorted(set(maps[0].data))}")
"""


def main() -> int:
    """Build below the folder that the command line names, which is emptied, and start the node."""
    root = Path(sys.argv[1]).resolve()
    shutil.rmtree(root, ignore_errors=True)
    copy_files(root)
    prefix = root / "opt" / "laecips"
    make_environment(prefix)
    stand_in = root / "opt" / "ros" / "jazzy" / "setup.bash"
    stand_in.parent.mkdir(parents=True)
    stand_in.write_text(
        f'export AMENT_PREFIX_PATH="{prefix}/venv" CMAKE_PREFIX_PATH="{prefix}/venv"\n'
    )
    entrypoint = root / ENTRYPOINT.lstrip("/")
    entrypoint.write_text(entrypoint.read_text().replace("/opt/ros/", f"{root}/opt/ros/"))
    (build,) = [rest for key, rest in instructions(DOCKERFILE) if key == "RUN" and "colcon" in rest]
    build = build.replace("/opt/laecips", str(prefix)).replace("/opt/ros/", f"{root}/opt/ros/")
    run(["bash", "-eo", "pipefail", "-c", build], prefix / "source")
    shutil.rmtree(prefix / "source")  # the image's last stage has no sources
    return start(root, entrypoint)


def copy_files(root: Path) -> None:
    """Do what both stages copy from the repository."""
    folder = Path("/")
    for key, rest in instructions(DOCKERFILE):
        if key == "WORKDIR":
            folder = Path(rest)
        elif key == "COPY" and not rest.startswith("--from"):
            *sources, target = rest.split()
            for source in sources:
                to = root / str(folder / target).lstrip("/")
                if target.endswith("/"):
                    to = to / Path(source).name
                to.parent.mkdir(parents=True, exist_ok=True)
                given = ROOT / source
                if given.is_dir():
                    shutil.copytree(
                        given, to, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
                    )
                else:
                    shutil.copy2(given, to)


def make_environment(prefix: Path) -> None:
    """Make the image's Python environment; ROS and rosdep's packages come from the lock."""
    packages = "".join(
        (ROOT / name / "package.xml").read_text() for name in ("laecips_msgs", "laecips_edge")
    )
    keys = set(re.findall(r"depend>(python3-[\w-]+)<", packages))
    assert keys == FROM_APT.keys(), keys ^ FROM_APT.keys()
    lock = ROOT / "requirements" / "lock.txt"
    run([sys.executable, "-m", "venv", str(prefix / "venv")], prefix)
    pip = [str(prefix / "venv/bin/python"), "-m", "pip", "install", "--quiet", "-c", str(lock)]
    ros = re.findall(r"^ros-[\w-]+==\S+", lock.read_text(), re.MULTILINE)
    run([*pip, "--no-deps", *ros], prefix)
    run([*pip, *BUILD_TOOLS, *FROM_APT.values()], prefix)
    run([*pip, "-r", "requirements/robot.txt"], prefix / "source")
    fix = ROOT / "requirements" / "fix_ros_wheels.py"
    run([str(prefix / "venv/bin/python"), str(fix)], prefix)


def start(root: Path, entrypoint: Path) -> int:
    """Start the node, ask the image's health check, have one picture labelled, and stop it."""
    prefix = root / "opt" / "laecips"
    home = root / "var" / "lib" / "laecips"
    home.mkdir(parents=True)
    domain = {"ROS_DOMAIN_ID": "101", "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    os.environ |= {"HOME": str(home), **domain}
    inside = [str(entrypoint)]
    torch = subprocess.run(
        [*inside, "python3", "-c", "import torch"], capture_output=True, check=False
    )
    assert b"No module named 'torch'" in torch.stderr, torch.stderr
    node = subprocess.Popen(
        [
            *inside,
            str(prefix / "install/lib/laecips_edge/edge_node"),
            *("--ros-args", "--params-file", str(prefix / "profiles/x86_mini_pc.yaml")),
            *("-p", f"bundle:={prefix}/bundles/inspection"),
        ]
    )
    try:
        (health,) = [rest for key, rest in instructions(DOCKERFILE) if key == "HEALTHCHECK"]
        check = [*inside, *json.loads(health[health.index("[") :])[1:]]
        while subprocess.run(check, check=False).returncode:
            assert node.poll() is None, f"the node ended with {node.returncode}"
        run([*inside, "python3", "-c", SEE], root)
    finally:
        node.send_signal(signal.SIGINT)
        status = node.wait(60)
    size = sum(path.lstat().st_size for path in (prefix / "install").rglob("*"))
    print(f"the node ended with {status}; without torch; the workspace takes {size / 1e6:.1f} MB")
    return status


def run(command: list[str], folder: Path) -> None:
    """Run a command; its environment has no other ROS and no other Python packages."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    # Nothing of the environment that starts this; the last is how ROS's wheels know their own.
    for name in (
        *("PYTHONPATH", "LD_LIBRARY_PATH", "AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH"),
        "_ROS_WHEELS_BOOTSTRAP_COMPLETE",
    ):
        os.environ.pop(name, None)
    os.environ["ROS_DISTRO"] = "jazzy"
    sys.exit(main())
