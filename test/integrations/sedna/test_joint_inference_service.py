"""The service description for Sedna: what it names is there."""

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
    script = Path(container["command"][1])
    assert (HERE / script.name).is_file()
    mounted = {each["name"] for each in container["volumeMounts"]}
    assert mounted == {each["name"] for each in pod["volumes"]}


def test_the_model_is_a_file_of_the_bundle(documents: dict[str, Any]) -> None:
    # Of a folder Sedna would mount the folder above and look for a file named by itself.
    assert Path(documents["Model"]["spec"]["url"]).name == "manifest.json"
