"""How a replay was run: the part of a report that another run is pinned by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laecips_cloud.class_scorers.semantic_network import NETWORK
from laecips_cloud.plugins import options_of
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engines import precision_of
from laecips_edge.core.routing.policy import Policy
from laecips_edge.core.routing.threshold_control import ThresholdControl

from laecips_eval.bags import Bag
from laecips_eval.reports.report import (
    AskedNetwork,
    PlayedBag,
    PlayedRun,
    ReportError,
    RunSetup,
    UsedBundle,
)

LIVE, OFFLINE = "live", "offline"
_CHUNK = 2**20
_STORAGE = (".mcap", ".db3")


@dataclass(frozen=True, kw_only=True)
class EdgeSettings:
    """The edge node's parameters that decide what comes out of a frame.

    Attributes:
        policy: name of the miner.
        delta: threshold in [0, 1]; below 0: the bundle's manifest has it.
        latency_budget_s: seconds that a mean answer may take, which steers delta; 0: delta stands.
        most_hard: largest share of the frames that a budget may call hard.
        audit_rate: share of the easy frames that is uploaded too.
        seed: of the audits.
        engine: name of the inference engine.
        providers: its execution providers.
        threads: its threads.
        jpeg_quality: of pictures that the robot encodes for the way up.
        forward_jpeg: the camera's own JPEG goes up where there is one.
        send_scores: f's scores travel with the picture.
    """

    policy: str = "laecips"
    delta: float = -1.0
    latency_budget_s: float = 0.0
    most_hard: float = 1.0
    audit_rate: float = 0.05
    seed: int = 0
    engine: str = "onnxruntime"
    providers: tuple[str, ...] = ("CPUExecutionProvider",)
    threads: int = 1
    jpeg_quality: int = 90
    forward_jpeg: bool = True
    send_scores: bool = False

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> EdgeSettings:
        """Picks them out of all parameters of the node; what is missing keeps its default."""
        found = {name: parameters[name] for name in cls.__dataclass_fields__ if name in parameters}
        if "providers" in found:
            found["providers"] = tuple(found["providers"])
        return cls(**found)

    def steering(self) -> ThresholdControl | None:
        """What holds delta to the latency budget; None where there is none."""
        if not self.latency_budget_s:
            return None
        return ThresholdControl(budget_s=self.latency_budget_s, most_hard=self.most_hard)

    def decider(self, bundle: Bundle) -> Policy:
        """The policy that these settings make of a bundle.

        Raises:
            ValueError: when the miner is unknown or has no threshold.
        """
        return Policy(
            self.policy,
            delta=None if self.delta < 0 else self.delta,
            manifest=bundle.manifest,
            audit_rate=self.audit_rate,
            seed=self.seed,
        )


def run_setup(
    *,
    mode: str,
    rate: float | None,
    bundle: Bundle,
    parameters: Mapping[str, Mapping[str, Any]],
) -> RunSetup:
    """The report's `setup`.

    Args:
        mode: `LIVE` or `OFFLINE`.
        rate: speed against the recording, None offline.
        bundle: what ran.
        parameters: of the nodes, by node name; `edge` decides.

    Raises:
        EngineError: the edge's engine or provider is not here.
    """
    settings = EdgeSettings.from_parameters(parameters["edge"])
    return RunSetup(
        mode=mode,
        rate=rate,
        policy=settings.policy,
        delta=settings.decider(bundle).delta,
        engine=settings.engine,
        precision=precision_of(settings.engine, settings.providers),
        bundle=UsedBundle(
            path=str(bundle.path),
            name=bundle.manifest.name,
            version=bundle.manifest.version,
            hash=bundle_hash(bundle),
        ),
        network=asked_network(parameters.get("cloud", {})),
        parameters={name: dict(values) for name, values in parameters.items()},
    )


def asked_network(cloud: Mapping[str, Any]) -> AskedNetwork | None:
    """Path and SHA-256 of the network whose opinion the cloud asks; None where it asks none.

    Args:
        cloud: parameters of the cloud node.
    """
    options = options_of(cloud.get("scorer_options", ()))
    model = Path(options.get("model", "")).expanduser()
    file = model / NETWORK if model.is_dir() else model
    if "model" not in options or not file.is_file():
        return None
    return AskedNetwork(path=str(model), hash=hashlib.sha256(file.read_bytes()).hexdigest())


def describe_bag(bag: Bag) -> PlayedBag:
    """The report's `bag`."""
    return PlayedBag(
        path=str(bag.path), name=bag.path.stem, topic=bag.image_topic, hash=bag_hash(bag.path)
    )


def bundle_hash(bundle: Bundle) -> str:
    """SHA-256 of a bundle: of its manifest, which has those of all other files."""
    return hashlib.sha256(bundle.manifest.to_json().encode()).hexdigest()


def bag_hash(path: Path) -> str:
    """SHA-256 of what a bag stores, whether it is named by its folder or by its only file."""
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in _STORAGE)
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def require_same_classes(bag: Bag, bundle: Bundle) -> None:
    """Checks that a bag's truth can score a bundle's answers.

    Raises:
        ValueError: when the two know other classes; names the first that differs.
    """
    known, has = bundle.manifest.classes, bag.classes
    if has and tuple(has) != tuple(known):
        raise ValueError(
            f"{bag.path} has truth for the classes {', '.join(has)}; bundle {bundle.path} knows "
            f"{', '.join(known)}: choose the bundle that was trained for this bag"
        )


def require_same_run(live: PlayedRun, *, bag: PlayedBag, bundle: Bundle) -> None:
    """Checks that a live report is of this bag and this bundle, and was computed as here.

    Raises:
        ReportError: when it is of others, or this machine computes in another precision.
        EngineError: its engine or provider is not here.
    """
    if live.bag.hash != bag.hash:
        raise ReportError(
            f"the live report is of bag {live.bag.path}, which is not {bag.path}: "
            "replay the same bag, or name another report"
        )
    if live.setup.bundle.hash != bundle_hash(bundle):
        raise ReportError(
            f"the live report is of bundle {live.setup.bundle.path}, which is not "
            f"{bundle.path}: give the same bundle, or name another report"
        )
    network = live.setup.network
    if network != asked_network(live.setup.parameters.get("cloud", {})):
        raise ReportError(
            f"the live report's cloud asked another network at {network.path if network else ''}"
            " than there is now: put that back, or replay live again"
        )
    edge = EdgeSettings.from_parameters(live.setup.parameters["edge"])
    precision = precision_of(edge.engine, edge.providers)
    if live.setup.precision != precision:
        raise ReportError(
            f"the live report was computed in {live.setup.precision}; here {edge.engine} "
            f"computes in {precision}, so the two cannot agree: replay offline where it was made, "
            "or replay live again here"
        )
