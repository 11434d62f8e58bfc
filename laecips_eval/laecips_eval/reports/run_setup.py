"""The settings of a replay, as the report keeps them to repeat or compare a run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from laecips_cloud.class_scorers.semantic_network import NETWORK
from laecips_cloud.plugins import options_of
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.inference.engines import precision_of

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


def run_setup(
    *,
    mode: str,
    rate: float | None,
    bundle: Bundle,
    parameters: Mapping[str, Mapping[str, Any]],
) -> RunSetup:
    """Return the report's `setup`.

    Args:
        mode: `LIVE` or `OFFLINE`.
        rate: replay speed as a multiple of real time; None offline.
        bundle: the bundle that the run began with.
        parameters: parameters of the nodes, by node name; policy, delta and engine are those of
            `edge`.

    Raises:
        SettingError: a parameter of the edge node is invalid.
        EngineError: its engine or provider is not installed.
    """
    settings = EdgeSettings.from_parameters(parameters["edge"])
    return RunSetup(
        mode=mode,
        rate=rate,
        policy=settings.policy,
        delta=settings.policy_for(bundle.manifest).delta,
        engine=settings.first_engine,
        precision=precision_of(settings.first_engine, settings.providers),
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
    """Return path and SHA-256 of the network of the cloud's class scorer; None without one.

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
    """Return the report's `bag`."""
    return PlayedBag(
        path=str(bag.path),
        name=bag.path.stem,
        topic=bag.image_topic,
        hash=bag_hash(bag.path),
        drift=bag.drift,
    )


def held_out_trust(bundle: Bundle, edge: EdgeSettings) -> Sequence[float]:
    """Return the quantiles of a pair's trust on held-out frames; empty where h is not asked.

    Args:
        bundle: the pair.
        edge: the robot's settings; only the policy `laecips` trusts h.
    """
    return bundle.manifest.quantiles if edge.policy == "laecips" else ()


def bundle_hash(bundle: Bundle) -> str:
    """Return the SHA-256 of a bundle's manifest, which holds those of all other files."""
    return hashlib.sha256(bundle.manifest.to_json().encode()).hexdigest()


def bag_hash(path: Path) -> str:
    """Return the SHA-256 of a bag's storage files; `path` is the bag's folder or its only file."""
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
    """Check that a bag's truth has the classes of a bundle.

    Raises:
        ValueError: the classes differ; the message names both lists.
    """
    known, has = bundle.manifest.classes, bag.classes
    if has and tuple(has) != tuple(known):
        raise ValueError(
            f"{bag.path} has truth for the classes {', '.join(has)}; bundle {bundle.path} knows "
            f"{', '.join(known)}: choose the bundle that was trained for this bag"
        )


def _drift(bag: PlayedBag) -> str:
    return "another drift" if bag.drift else "no drift"


def require_same_run(live: PlayedRun, *, bag: PlayedBag, bundle: Bundle) -> None:
    """Check that a live report has this bag and bundle, and the same precision as this machine.

    Raises:
        ReportError: bag, drift, bundle, network or precision differ.
        SettingError: a parameter of its edge node is invalid here.
        EngineError: its engine or provider is not installed.
    """
    if live.bag.hash != bag.hash:
        raise ReportError(
            f"the live report is of bag {live.bag.path}, which is not {bag.path}: "
            "replay the same bag, or name another report"
        )
    if live.bag.drift != bag.drift:
        raise ReportError(
            f"the live run was played under {_drift(live.bag)}, this replay under {_drift(bag)}: "
            "give the same file with --perturb, or name another report"
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
    precision = precision_of(edge.first_engine, edge.providers)
    if live.setup.precision != precision:
        raise ReportError(
            f"the live report was computed in {live.setup.precision}; here {edge.first_engine} "
            f"computes in {precision}, so the two cannot agree: replay offline where it was made, "
            "or replay live again here"
        )
