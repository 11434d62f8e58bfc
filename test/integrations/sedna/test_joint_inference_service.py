"""The service description for Sedna: what it names is there."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from laecips_joint.miners import MINERS

HERE = Path(__file__).resolve().parents[3] / "integrations" / "sedna"


@pytest.fixture
def documents() -> dict[str, Any]:
    text = (HERE / "joint_inference_service.yaml").read_text(encoding="utf-8")
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def test_the_miner_is_one_of_ours(documents: dict[str, Any]) -> None:
    mining = documents["JointInferenceService"]["spec"]["edgeWorker"]["hardExampleMining"]
    MINERS[mining["name"]](**{each["key"]: each["value"] for each in mining["parameters"]})
    # Sedna writes them as texts into an environment variable.
    assert all(isinstance(each["value"], str) for each in mining["parameters"])


@pytest.mark.parametrize("worker", ["edgeWorker", "cloudWorker"])
def test_a_worker(documents: dict[str, Any], worker: str) -> None:
    spec = documents["JointInferenceService"]["spec"][worker]
    assert spec["model"]["name"] == documents["Model"]["metadata"]["name"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    (script,) = container["args"]
    assert (HERE / script).is_file()
    mounted = {each["name"] for each in container["volumeMounts"]}
    assert mounted == {each["name"] for each in pod["volumes"]}


def test_the_model_is_a_file_of_the_bundle(documents: dict[str, Any]) -> None:
    # Of a folder Sedna would mount the folder above and look for a file named by itself.
    assert Path(documents["Model"]["spec"]["url"]).name == "manifest.json"


def test_a_worker_in_an_image_finds_sedna_and_our_packages(tmp_path: Path) -> None:
    """In a folder laid out as the image's, with a worker that says what it is started with."""
    for name in ("integrations/sedna", "integrations/laecips_joint", "sedna"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "integrations" / "sedna" / "it.py").write_text("import sys; print(*sys.path[:4])")
    script = tmp_path / "integrations" / "sedna" / "worker.sh"
    script.write_text((HERE / "worker.sh").read_text())
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": "/of/the/image"}
    done = subprocess.run(
        ["/bin/bash", str(script), "it.py"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    folders = [str(Path(each).resolve()) for each in done.stdout.split()]
    places = ("integrations/sedna", "integrations/laecips_joint", "sedna")
    assert folders == [*(str(tmp_path / place) for place in places), "/of/the/image"]
