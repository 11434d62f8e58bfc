"""The benchmark job: what its files name is registered. `test_upstream.py` runs it in Ianvs."""

import importlib.util
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import yaml
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_joint.picture_sample import PictureSample

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT / "integrations" / "ianvs"
ALGORITHMS = sorted((HERE / "algorithms").glob("*.yaml"))


def content(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def modules_of(path: Path) -> dict[str, Any]:
    return {each["type"]: each for each in content(path)["algorithm"]["modules"]}


class NamesOnly:
    """Stands in for the class factory of Sedna, which is not installed: keeps what it is given."""

    def __init__(self) -> None:
        self.registered: dict[tuple[str, str], Any] = {}

    def register_cls(self, t_cls: Any, type_name: str = "general", alias: str = "") -> Any:
        assert (type_name, alias) not in self.registered, "would override silently"
        self.registered[type_name, alias] = t_cls
        return t_cls

    def register(self, type_name: str = "general", alias: str = "") -> Any:
        return lambda t_cls: self.register_cls(t_cls, type_name, alias)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Any]:
    """What the module registers, by type and name."""
    factory = NamesOnly()
    kinds = types.SimpleNamespace(GENERAL="general", HEM="hard_example_mining", UTD="unseen")
    stand_in = types.ModuleType("sedna.common.class_factory")
    vars(stand_in).update(ClassFactory=factory, ClassType=kinds)
    for name in ("sedna", "sedna.common"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    spec = importlib.util.spec_from_file_location("laecips_ianvs", HERE / "laecips_ianvs.py")
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return factory.registered


@pytest.mark.parametrize("path", ALGORITHMS, ids=lambda path: path.stem)
def test_an_algorithm_names_what_is_registered(
    path: Path, registered: dict[tuple[str, str], Any]
) -> None:
    modules = modules_of(path)
    assert modules.keys() == {
        *("dataset_processor", "edgemodel", "cloudmodel", "hard_example_mining")
    }
    for kind, module in modules.items():
        factory_type = kind if kind == "hard_example_mining" else "general"
        assert (factory_type, module["name"]) in registered
        assert module["url"] == "./integrations/ianvs/laecips_ianvs.py"
        parameters = {
            name: value["values"]
            for parameter in module.get("hyperparameters", ())
            for name, value in parameter.items()
        }
        # An AppealNet's f is its own.
        bundle = parameters.pop("bundle", None)
        own = path.stem == "appealnet" and kind == "edgemodel"
        assert bundle == (["./out/ianvs/appealnet"] if own else None)
        assert parameters in ({}, {"params_file": ["./integrations/ianvs/parameters.yaml"]})


def test_each_miner_has_its_algorithm(registered: dict[tuple[str, str], Any]) -> None:
    used = sorted(modules_of(path)["hard_example_mining"]["name"] for path in ALGORITHMS)
    assert used == sorted(name for kind, name in registered if kind == "hard_example_mining")
    assert ("unseen", "LaecipsUnseenSamples") in registered
    job = content(HERE / "benchmarkingjob.yaml")["benchmarkingjob"]
    listed = {each["name"]: ROOT / each["url"] for each in job["test_object"]["algorithms"]}
    assert listed == {path.stem: path for path in ALGORITHMS}


def test_the_metrics_of_job_and_test_environment(registered: dict[tuple[str, str], Any]) -> None:
    environment = content(HERE / "testenv.yaml")["testenv"]
    names = [each["name"] for each in environment["metrics"]]
    job = content(HERE / "benchmarkingjob.yaml")["benchmarkingjob"]
    assert job["rank"]["selected_dataitem"]["metrics"] == names
    assert all(("general", name) in registered for name in names)
    # Ianvs takes the mode from here alone; in any other place it is ignored.
    assert environment["hard_example_mining_mode"] == "inference-then-mining"


def test_the_edge_model_tells_sedna_where_it_lies(
    registered: dict[tuple[str, str], Any], tiny_bundle: Bundle
) -> None:
    registered["general", "LaecipsEdgeModel"](bundle=str(tiny_bundle.path))
    where = os.environ["model_path"]  # noqa: SIM112 (its name in Sedna)
    assert where == str(tiny_bundle.path / "manifest.json")
    assert os.environ["BACKEND_TYPE"] == "ONNX"


def test_the_edge_model_of_an_appealnet_answers_with_what_its_miner_asks(
    registered: dict[tuple[str, str], Any], tiny_bundle: Bundle, tiny_appealnet: Bundle, frames: Any
) -> None:
    mining = registered["hard_example_mining", "LaecipsAppealNet"]()
    file = HERE / "parameters.yaml"
    answers = []
    for bundle in (tiny_appealnet, tiny_bundle):
        model = registered["general", "LaecipsEdgeModel"](
            params_file=str(file), bundle=str(bundle.path)
        )
        model.load()
        answers.append(
            [model.predict(PictureSample.of_file(picture)) for picture in frames.pictures]
        )
    delta = tiny_appealnet.manifest.thresholds["appealnet"]
    hard = [mining(answer) for answer in answers[0]]
    assert hard == [answer.prediction.q <= delta for answer in answers[0]]
    assert len(set(hard)) == 2
    with pytest.raises(ValueError, match="the bundle's f has no predictor head; give a bundle of"):
        registered["hard_example_mining", "LaecipsAppealNet"]()(answers[1][0])


def test_its_parameters_are_those_of_the_nodes() -> None:
    for node, settings in (("edge", EdgeSettings), ("cloud", CloudSettings)):
        values = content(HERE / "parameters.yaml")[node]["ros__parameters"]
        assert set(values) <= set(settings.declared())
        settings.from_parameters(values)


def test_it_needs_neither_ros_nor_torch() -> None:
    code = (
        "import sys\n"
        "from laecips_joint import cloud_model, frame_metrics, picture_index, unseen_samples\n"
        "print({'rclpy', 'torch', 'ament_index_python', 'sensor_msgs'} & set(sys.modules))"
    )
    path = os.pathsep.join([str(ROOT / "integrations" / "laecips_joint"), *sys.path])
    environment = {**os.environ, "PYTHONPATH": path}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "set()", done.stderr
