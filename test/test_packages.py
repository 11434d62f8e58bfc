"""The package.xml files (complete, licensed, the umbrella the union of the five) and the pins."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml
from catkin_pkg.package_version import get_forthcoming_label
from catkin_pkg.packages import find_packages

ROOT = Path(__file__).resolve().parents[1]
PARTS = ["laecips_msgs", "laecips_edge", "laecips_cloud", "laecips_eval", "laecips_bringup"]
DEPENDENCIES = [
    "buildtool_depend",
    "build_depend",
    "build_export_depend",
    "depend",
    "exec_depend",
    "test_depend",
]


def package(name: str = "") -> ET.Element:
    """The root element of one package.xml; the umbrella's without a name."""
    return ET.parse(ROOT / name / "package.xml").getroot()


def dependencies(root: ET.Element) -> set[str]:
    """Every key that rosdep is asked for, our own packages left out."""
    keys = {element.text or "" for kind in DEPENDENCIES for element in root.findall(kind)}
    return {key for key in keys if key not in PARTS}


@pytest.mark.parametrize("name", ["", *PARTS])
def test_format_and_licence(name: str) -> None:
    root = package(name)
    assert root.get("format") == "3"
    assert root.findtext("license") == "Apache-2.0"
    assert root.findtext("export/build_type") == "ament_cmake"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").lstrip().startswith("Apache License")


def test_all_have_one_version() -> None:
    """`laecips --version` says that of one of them for all."""
    said = {package(name).findtext("version") for name in ("", *PARTS)}
    for path in ROOT.glob("laecips_*/setup.cfg"):
        said |= set(re.findall(r"^version = (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(said) == 1


def test_umbrella_is_the_union_of_the_parts() -> None:
    union = set().union(*(dependencies(package(name)) for name in PARTS))
    own = {"ament_cmake_pytest", "python3-pytest", "python3-hypothesis"}
    assert dependencies(package()) - own == union


def test_a_robot_installs_two_packages_and_nothing_for_screens_or_reports() -> None:
    own = {"laecips_msgs", "laecips_edge"}
    needed: set[str] = set()
    for name in own:
        root = package(name)
        needed |= dependencies(root)
        parts = {each.text for kind in DEPENDENCIES for each in root.findall(kind)} & set(PARTS)
        assert parts <= own
    assert needed >= {"rclpy", "launch_ros", "python3-grpcio"}
    unwanted = ("rviz", "matplotlib", "rich", "pytest", "hypothesis", "jinja2", "psutil", "torch")
    assert not [key for key in needed if any(name in key for name in unwanted)]


def test_a_robot_has_the_configuration_that_its_launch_files_lay_over_the_defaults() -> None:
    text = (ROOT / "laecips_edge" / "CMakeLists.txt").read_text(encoding="utf-8")
    shipped = re.findall(r"\$\{config\}/([\w.]+)", text)
    assert set(shipped) == {
        *("edge.yaml", "bridge.yaml", "robot.yaml"),
        *("fastdds.xml", "fastdds_small.xml"),
    }
    assert all((ROOT / "config" / name).is_file() for name in shipped)


def test_every_part_can_be_selected_where_the_sources_lie() -> None:
    """The root is a package, and colcon looks for no packages below one."""
    verbs = yaml.safe_load((ROOT / "colcon_defaults.yaml").read_text(encoding="utf-8"))
    assert {"build", "test", "list"} <= set(verbs)
    for options in verbs.values():
        assert options == {"base-paths": PARTS}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert makefile.count("--base-paths . ") == len(re.findall(r"\$\(COLCON\) \w", makefile)) == 2


def test_bloom_finds_one_package_and_its_changelog() -> None:
    """It looks for no packages below a package either."""
    found = {path: each.name for path, each in find_packages(str(ROOT)).items()}
    assert found == {".": "laecips"}
    changelog = (ROOT / "CHANGELOG.rst").read_text(encoding="utf-8")
    assert get_forthcoming_label(changelog) == "Forthcoming"


def test_the_umbrella_has_no_files_that_a_part_built_alone_would_lack() -> None:
    assert "install(" not in (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    for name in PARTS:
        text = (ROOT / name / "CMakeLists.txt").read_text(encoding="utf-8")
        for folders in re.findall(r"install\(DIRECTORY ([^)]+?) DESTINATION", text):
            assert all((ROOT / name / folder).is_dir() for folder in folders.split())


@pytest.mark.parametrize("name", PARTS)
def test_every_message_package_that_is_imported_is_declared(name: str) -> None:
    declared = dependencies(package(name))
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / name).rglob("*.py"))
    for key in (
        "rclpy",
        "rcl_interfaces",
        "lifecycle_msgs",
        "diagnostic_msgs",
        "sensor_msgs",
        "std_msgs",
        "rosgraph_msgs",
        "builtin_interfaces",
        "ament_index_python",
    ):
        if f"from {key}" in sources or f"import {key}" in sources:
            assert key in declared, f"{name} imports {key}; its package.xml does not say so"


@pytest.mark.parametrize("name", PARTS)
def test_every_python_package_that_rosdep_has_is_declared(name: str) -> None:
    declared = dependencies(package(name))
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / name).rglob("*.py"))
    for module, key in (
        ("numpy", "python3-numpy"),
        ("cv2", "python3-opencv"),
        ("yaml", "python3-yaml"),
        ("grpc", "python3-grpcio"),
        ("google.protobuf", "python3-protobuf"),
        ("cryptography", "python3-cryptography"),
        ("PIL", "python3-pil"),
        ("rich", "python3-rich"),
        ("psutil", "python3-psutil"),
        ("matplotlib", "python3-matplotlib"),
        ("jinja2", "python3-jinja2"),
        ("pydantic", "python3-pydantic"),
    ):
        if re.search(rf"^\s*(from|import) {module}\b", sources, re.MULTILINE):
            assert key in declared, f"{name} imports {module}; its package.xml does not say {key}"


@pytest.mark.parametrize("name", PARTS)
def test_arrows_between_packages_go_one_way(name: str) -> None:
    needed = {e.text for kind in DEPENDENCIES for e in package(name).findall(kind)} & set(PARTS)
    assert needed <= set(PARTS[: PARTS.index(name)])


def pins(name: str) -> dict[str, str]:
    """Versions by package of one file in requirements/."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["robot.txt", "cloud.txt"])
def test_beside_apt_the_same_versions_run_as_in_the_lock(name: str) -> None:
    found, lock = pins(name), pins("lock.txt")
    assert found
    older = {"ml_dtypes"}  # for apt's numpy
    assert {key: value for key, value in found.items() if key not in older}.items() <= lock.items()
