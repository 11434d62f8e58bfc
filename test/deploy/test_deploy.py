"""What deploy/ names exists: files, nodes, launch files, arguments, parameters, ports, volumes.

Linters say whether a file is well-formed (`make lint-deploy`), none of them what it refers to.
"""

import argparse
import fnmatch
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from deployed_files import (
    COMPOSE,
    DEPLOY,
    DOCKERFILES,
    ENTRYPOINT,
    MANIFESTS,
    PROFILES,
    ROOT,
    UNITS,
    documents,
    found_under,
    instructions,
    place,
    started,
)
from laecips_cloud.gateway.gateway_settings import GatewaySettings
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_edge.commands import state
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.settings import Settings
from laecips_edge.launching.arguments import ARGUMENTS

NODES = {"/edge", "/bridge", "/cloud", "/gateway", "/trainer"}
SETTINGS: dict[str, type[Settings]] = {"edge": EdgeSettings, "cloud": CloudSettings}
PORT = int(GatewaySettings().address.rpartition(":")[2])
COMMANDS = list(started())


def command_id(command: tuple[str, list[str]]) -> str:
    return f"{Path(command[0]).name}:{' '.join(command[1])[:60]}"


def test_all_of_it_is_found() -> None:
    assert len(DOCKERFILES) == 3
    assert len(COMPOSE) == 4
    assert len(UNITS) == 2
    assert len(COMMANDS) > 20


@pytest.mark.parametrize(
    "path", [*DOCKERFILES, ROOT / "integrations" / "sedna" / "Dockerfile"], ids=place
)
def test_an_image_copies_what_is_there_and_not_ignored(path: Path) -> None:
    allowed = [
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    for key, rest in instructions(path):
        if key == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), f"COPY {source}"
                top = [Path(*Path(source).parts[: n + 1]) for n in range(len(Path(source).parts))]
                assert any(
                    fnmatch.fnmatch(str(each), pattern) for each in top for pattern in allowed
                ) or any(pattern.startswith(f"{source}/") for pattern in allowed), source


@pytest.mark.parametrize("path", DOCKERFILES, ids=place)
def test_an_image_runs_as_the_user_that_shared_memory_asks_for(path: Path) -> None:
    users = [rest for key, rest in instructions(path) if key == "USER"]
    assert users == ["1000:1000"]


def test_a_robots_image_has_no_torch_and_no_other_package() -> None:
    text = (DEPLOY / "docker" / "robot.Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"requirements/(\S+\.txt)", text)) == {"robot.txt", "openvino.txt"}
    assert "torch" not in (ROOT / "requirements" / "robot.txt").read_text(encoding="utf-8")
    sources = {
        each.split("/")[0]
        for key, rest in instructions(DEPLOY / "docker" / "robot.Dockerfile")
        if key == "COPY" and not rest.startswith("--from")
        for each in rest.split()[:-1]
    }
    assert sources == {
        *("laecips_msgs", "laecips_edge", "config", "requirements", "deploy"),
        "laecips_bringup",  # the shipped bundle
    }


@pytest.mark.parametrize("command", COMMANDS, ids=command_id)
def test_a_command_can_be_started(command: tuple[str, list[str]]) -> None:
    words = command[1]
    words = words[1:] if words[0] == ENTRYPOINT else words
    if words[:2] == ["laecips", "state"]:
        parser = argparse.ArgumentParser()
        state.add_arguments(parser)
        assert set(parser.parse_args(words[2:]).nodes) <= NODES
    elif words[:2] == ["ros2", "launch"]:
        package, launch_file, *arguments = words[2:]
        assert (ROOT / package / "launch" / launch_file).is_file()
        given = {each.partition(":=")[0] for each in arguments if not each.startswith("$")}
        assert given <= {each.name for each in ARGUMENTS}
        for value in re.findall(r"params_file:=/opt/laecips/(\S+)", " ".join(arguments)):
            assert (DEPLOY / pattern_free(value)).is_file()
    else:
        assert words[:2] == ["ros2", "run"]
        if words[2].startswith("laecips"):
            assert f"    {words[3]} = " in (ROOT / words[2] / "setup.cfg").read_text()


def pattern_free(value: str) -> str:
    """A file name with compose's defaults filled in, and the robots' config map."""
    (robots,) = documents(DEPLOY / "kubernetes" / "robot" / "kustomization.yaml")
    literals = robots["configMapGenerator"][0]["literals"]
    by_name = dict(each.split("=", 1) for each in literals)
    value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    return re.sub(r"\$\((\w+)\)", lambda found: by_name[found[1].lower()], value)


@pytest.mark.parametrize("path", PROFILES, ids=place)
def test_a_profile_has_parameters_of_its_node(path: Path) -> None:
    (document,) = documents(path)
    ((section, content),) = document.items()
    node = section.removeprefix("/**/")
    flat: dict[str, object] = {}
    for name, value in content["ros__parameters"].items():
        nested = value if isinstance(value, dict) else {"": value}
        flat |= {f"{name}.{inner}".rstrip("."): each for inner, each in nested.items()}
    defaults = SETTINGS[node]().as_parameters()
    assert flat.keys() <= defaults.keys()
    SETTINGS[node].from_parameters(defaults | flat)
    same = [name for name, value in flat.items() if value == defaults[name]]
    assert same == [], "a profile says what differs"


def test_the_gateways_port_is_the_same_everywhere() -> None:
    texts = [path for path in DEPLOY.rglob("*") if path.is_file()]
    ports = {
        found
        for path in texts
        for found in re.findall(r"\b50\d{3}\b", path.read_text(encoding="utf-8"))
    }
    assert ports == {str(PORT)}


@pytest.mark.parametrize("path", MANIFESTS, ids=place)
def test_a_kustomization_names_files_that_exist(path: Path) -> None:
    for document in documents(path):
        if document["kind"] in ("Kustomization", "Component"):
            for key in ("resources", "components"):
                assert all((path.parent / each).exists() for each in document.get(key, []))
            for patch in document.get("patches", []):
                assert "path" not in patch or (path.parent / patch["path"]).is_file()


@pytest.mark.parametrize("name", ["robot/daemonset.yaml", "datacentre/deployment.yaml"])
def test_a_pod_mounts_what_it_has_asks_its_nodes_and_runs_as_no_root(name: str) -> None:
    (document,) = documents(DEPLOY / "kubernetes" / name)
    pod = document["spec"]["template"]["spec"]
    volumes = {each["name"] for each in pod["volumes"]}
    mounted = {mount["name"] for mount in found_under(pod, "volumeMounts") for mount in mount}
    assert mounted == volumes
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 1000
    for container in pod["containers"]:
        assert "limits" in container["resources"]
        if container["name"] != "camera":
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert {"readinessProbe", "livenessProbe"} <= container.keys()
            # A node that waits for an operator answers, and is not started anew.
            for probe in {"livenessProbe", "startupProbe"} & container.keys():
                assert "--alive" in container[probe]["exec"]["command"]


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize(
    ("folder", "images"),
    [
        ("datacentre", {"laecips-cloud:0.1.0-cpu"}),
        ("datacentre-nvidia", {"laecips-cloud:0.1.0-cuda"}),
        ("robot", {"laecips-robot:0.1.0", "laecips-camera:0.1.0"}),
    ],
)
def test_every_container_has_an_image_of_the_registry_that_was_set(
    folder: str, images: set[str], tmp_path: Path
) -> None:
    shutil.copytree(DEPLOY / "kubernetes", tmp_path / "kubernetes")
    for path in (tmp_path / "kubernetes").rglob("kustomization.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace("newName: registry.example.org", "newName: own.example.net/acme")
        )
    rendered = subprocess.run(
        ["kubectl", "kustomize", tmp_path / "kubernetes" / folder],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = re.findall(r"\bimage: (\S+)", rendered)
    assert {f"own.example.net/acme/{each}" for each in images} == set(found)
