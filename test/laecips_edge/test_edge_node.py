"""The edge node in this process: what its parameters may become while it is configured."""

import gc
import socket
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference import auto_engine
from laecips_edge.core.inference.engine_probe import ProbedEngine
from laecips_edge.core.inference.probed_engines import ProbedEngines
from laecips_edge.edge_node import EdgeNode
from processes import claim_domain
from rclpy.context import Context
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter


@pytest.fixture
def configured(tiny_bundle: Bundle, tmp_path: Path) -> Iterator[Callable[..., EdgeNode]]:
    """`configured(**parameters)`: a node that is not spun, inactive."""
    with ExitStack() as stack, claim_domain() as domain:

        def make(**parameters: Any) -> EdgeNode:
            context = Context()
            context.init(args=[], domain_id=domain)
            stack.callback(context.try_shutdown)
            values = {
                "bundle": str(tiny_bundle.path),
                "model_store": str(tmp_path),
                "engine": "onnxruntime",
            } | parameters
            node = EdgeNode(
                context=context,
                parameter_overrides=[
                    Parameter(name, value=value) for name, value in values.items()
                ],
            )
            stack.callback(node.destroy_node)
            stack.callback(node.close)
            assert node.trigger_configure() == TransitionCallbackReturn.SUCCESS
            return node

        yield make


def test_a_robot_without_a_name_is_called_by_its_host(
    configured: Callable[..., EdgeNode], tmp_path: Path
) -> None:
    """Two robots of one cloud, each on a machine of its own, must not share a name."""
    assert configured().parameters["robot"] == socket.gethostname()
    assert (tmp_path / socket.gethostname()).is_dir()
    assert configured(robot="walker").parameters["robot"] == "walker"


def test_what_is_changed_acts_on_the_policy(configured: Callable[..., EdgeNode]) -> None:
    node = configured()
    values = [Parameter("delta", value=0.25), Parameter("audit_rate", value=0.5)]
    assert node.set_parameters_atomically(values).successful
    policy = node._running.current.policy
    assert (policy.delta, policy.audit_rate) == (0.25, 0.5)
    assert node.set_parameters([Parameter("delta", value=-1.0)])[0].successful
    assert node._running.current.policy.delta == 0.5  # the bundle's own


@pytest.mark.parametrize(
    ("parameters", "delta", "reason"),
    [
        ({"latency_budget_s": 0.5}, 0.25, "delta: 0.25: latency_budget_s steers delta; leave it"),
        ({"upload_budget": 0.5}, 0.25, "delta: 0.25: upload_budget steers delta; leave it"),
        # The bundle has no threshold for it.
        (
            {"policy": "random", "delta": 0.25},
            -1.0,
            "delta: policy 'random': the bundle's",
        ),
    ],
)
def test_a_delta_that_does_not_fit_is_refused_from_the_configuration_on(
    configured: Callable[..., EdgeNode], parameters: dict[str, Any], delta: float, reason: str
) -> None:
    node = configured(**parameters)
    before = node.parameters["delta"], node._running.current.policy.delta
    (result,) = node.set_parameters([Parameter("delta", value=delta)])
    assert not result.successful
    assert result.reason.startswith(reason)
    assert (node.parameters["delta"], node._running.current.policy.delta) == before


def test_cleaned_up_it_has_no_networks(configured: Callable[..., EdgeNode]) -> None:
    """They hang in cycles, for which Python's own collection may come hours later."""
    node = configured()
    assert node.trigger_activate() == TransitionCallbackReturn.SUCCESS
    networks = weakref.ref(node._running.current.segmenter)
    gc.disable()
    try:
        assert node.trigger_deactivate() == TransitionCallbackReturn.SUCCESS
        assert node.trigger_cleanup() == TransitionCallbackReturn.SUCCESS
        assert networks() is None
    finally:
        gc.enable()


def test_at_the_next_start_the_fastest_engine_runs_at_once(
    configured: Callable[..., EdgeNode],
    tiny_bundle: Bundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("openvino")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(auto_engine, "LEAST_AGREEMENT", 0.97)  # its weights are random
    found = [
        ProbedEngine(name="onnxruntime", precision="fp32", ms=40.0, agreement=1.0),
        ProbedEngine(name="openvino", precision="fp32", ms=20.0, agreement=1.0),
    ]
    kept = ProbedEngines(providers=("CPUExecutionProvider",), threads=1)
    kept.write(tiny_bundle.manifest, found)
    assert configured(engine="auto")._running.current.segmenter.engine == "openvino"
