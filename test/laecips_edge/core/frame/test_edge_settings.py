"""Settings of the edge node: what they become, and what does not go together."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from laecips_edge.core.frame.camera_settings import THE_ONLY
from laecips_edge.core.frame.edge_settings import RELIABILITIES, EdgeSettings
from laecips_edge.core.settings import SettingError
from laecips_edge.ros import qos


@dataclass(frozen=True)
class Manifest:
    thresholds: dict[str, float] = field(default_factory=lambda: {"laecips": 0.5, "sm": 0.25})


def test_they_are_picked_out_of_all_parameters() -> None:
    settings = EdgeSettings.from_parameters(
        {"policy": "spp", "delta": 0.25, "providers": ["X"], "use_sim_time": False}
    )
    assert settings == EdgeSettings(policy="spp", delta=0.25, providers=("X",))


@pytest.mark.parametrize(
    ("engine", "first"),
    [("auto", "onnxruntime"), ("onnxruntime", "onnxruntime"), ("openvino", "openvino")],
)
def test_where_nothing_chooses_auto_is_the_engine_of_fp32(engine: str, first: str) -> None:
    assert EdgeSettings(engine=engine).first_engine == first
    assert EdgeSettings().engine == "auto"


def test_what_publishers_may_be_asked_for_is_what_ros_knows() -> None:
    assert set(RELIABILITIES) == set(qos.RELIABILITIES)


@pytest.mark.parametrize(
    ("values", "delta"),
    [
        ({}, 0.5),
        ({"policy": "sm"}, 0.25),
        ({"policy": "sm", "delta": 0.125}, 0.125),
        ({"delta": 0.0}, 0.0),
        ({"delta": 1.0}, 1.0),
    ],
)
def test_the_policy_for_a_bundle(values: dict[str, Any], delta: float) -> None:
    policy = EdgeSettings(audit_rate=0.25, **values).policy_for(Manifest())  # type: ignore[arg-type]
    assert (policy.name, policy.delta) == (values.get("policy", "laecips"), delta)
    assert policy.audit_rate == 0.25


def test_a_bundle_without_a_threshold_for_the_policy() -> None:
    with pytest.raises(ValueError, match="'spp': the bundle's manifest has no threshold for it"):
        EdgeSettings(policy="spp").policy_for(Manifest())  # type: ignore[arg-type]


def test_what_is_steered() -> None:
    assert EdgeSettings().steering() is None
    assert EdgeSettings(policy="edge", delta=0.25).steering() is None
    assert EdgeSettings(latency_budget_s=0.5, most_hard=0.9).steering() is not None
    assert EdgeSettings(upload_budget=0.35).steering() is not None
    assert EdgeSettings(latency_budget_s=0.5, upload_budget=0.35).budgets == (
        "latency_budget_s",
        "upload_budget",
    )


def test_cameras_by_name() -> None:
    assert EdgeSettings().camera_names == (THE_ONLY,)
    settings = EdgeSettings(
        cameras=("front", "rear"), camera_priorities=("front=2",), camera_rates=("rear=0.5",)
    )
    assert settings.camera_names == ("front", "rear")
    assert (settings.priorities, settings.rates) == ({"front": 2.0}, {"rear": 0.5})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"delta": -0.5}, r"parameter delta: -0\.5 is neither in \[0, 1\] nor -1 \(the bundle's"),
        ({"delta": float("nan")}, "parameter delta: nan is neither"),
        ({"policy": "sp"}, "parameter policy: 'sp' is not known: use one of laecips, appealnet, "),
        ({"policy": "edge", "latency_budget_s": 0.5}, "latency_budget_s is 0.5: policy edge has"),
        ({"policy": "edge", "upload_budget": 0.5}, "upload_budget is 0.5: policy edge has no"),
        ({"upload_budget": 1.5}, "parameter upload_budget"),
        (
            {"delta": 0.25, "upload_budget": 0.5},
            "parameters delta and upload_budget are 0.25 and 0.5: give one of them",
        ),
        ({"cameras": ("a/b",)}, "parameter cameras: 'a/b' cannot be a part of a topic's name"),
        ({"camera_priorities": ("front=2",)}, "camera_priorities: 'front=2': no camera 'front'"),
        (
            {"cameras": ("front",), "camera_priorities": ("front=0",)},
            "camera_priorities: 'front=0' is out of range: give 0.01 to 100",
        ),
        (
            {"cameras": ("front",), "camera_rates": ("front=-1",)},
            "camera_rates: 'front=-1' is out of range: give 0 to 1000",
        ),
        ({"policy": "cloud", "latency_budget_s": 0.5}, "is 0.5: policy cloud has no threshold"),
        (
            {"delta": 0.25, "latency_budget_s": 0.5},
            "parameters delta and latency_budget_s are 0.25 and 0.5: give one of them",
        ),
    ],
)
def test_what_cannot_be(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        EdgeSettings(**values)
