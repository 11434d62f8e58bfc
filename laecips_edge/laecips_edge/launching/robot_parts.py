"""The parts of a launch file that run on a robot: arguments in, nodes out. No `launch` needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from laecips_edge.core.bundle.bundle import MANIFEST
from laecips_edge.core.certificates.certificate import CertificateError, load_credentials
from laecips_edge.core.inference.engine_settings import AUTO
from laecips_edge.core.signing.key_files import PUBLIC_FILE
from laecips_edge.launching.arguments import Values, present
from laecips_edge.launching.installed_files import shipped_bundle
from laecips_edge.launching.node_spec import NodeSpec, Parameters, Shared, filled, said
from laecips_edge.launching.robot_nodes import bridge, edge

BESIDE_A_BRIDGE = "robot.yaml"
"""File of `config/` for an edge node that asks a bridge."""


def edge_part(
    values: Values, shared: Shared, *, usual_robot: str = "", usual_keys: Sequence[str] = ()
) -> list[NodeSpec]:
    """Return the edge node.

    Args:
        values: the arguments by name.
        shared: settings common to all nodes.
        usual_robot: the robot's name where nothing says one.
        usual_keys: keys that must sign model updates, where nothing says them.

    Raises:
        ValueError: an argument names a file that is missing.
    """
    engine, shared = with_engine(values, shared, chooses=True)
    node = edge(
        image_topic=values["image_topic"],
        image_transport=values["image_transport"],
        cameras=values["cameras"],
        bundle=given_bundle(values),
        usual_bundle=usual_bundle(),
        robot=values.get("robot", ""),
        usual_robot=usual_robot,
        usual_keys=usual_keys,
        cloud_service=values.get("cloud_service", ""),
        parameters=engine,
        **shared,
    )
    return [node]


def robot_part(values: Values, shared: Shared) -> list[NodeSpec]:
    """Return the edge node and the bridge to its cloud.

    If the trainer's public key lies beside the certificates, it must sign model updates.
    """
    certificates = present(values, "certificates", "the folder that `laecips certs` has made")
    beside = bridge(address=values["cloud"], certificates=certificates, **shared)
    used = certificates or str(said("bridge", shared).get("certificates", ""))
    edge_shared: Shared = {**shared, "preset": BESIDE_A_BRIDGE}
    node = edge_part(values, edge_shared, usual_robot=_name_in(used), usual_keys=_keys_in(used))
    return [*node, beside]


def given_bundle(values: Values) -> str:
    """Return the bundle that the arguments name; empty if they name none.

    Raises:
        ValueError: it is not a bundle's folder.
    """
    what = "the folder of a model bundle"
    bundle = present(values, "bundle", what)
    if bundle and not (Path(bundle) / MANIFEST).is_file():
        raise ValueError(f"bundle: {bundle} has no {MANIFEST}: give {what}")
    return bundle


def usual_bundle() -> str:
    """Return the folder of the shipped bundle; empty on a robot that has none."""
    try:
        return str(shipped_bundle())
    except FileNotFoundError:
        return ""


def with_engine(
    values: Values, shared: Shared, *, chooses: bool = False
) -> tuple[Parameters, Shared]:
    """Return the parameter that an argument `engine` asks for, and what all nodes share with it.

    Args:
        values: the arguments by name.
        shared: settings common to all nodes.
        chooses: whether the node can choose an engine itself; others keep theirs then.
    """
    engine = values.get("engine", "")
    engine = "" if engine == AUTO and not chooses else engine
    return filled(engine=engine), {**shared, "engine": engine} if engine else shared


def _keys_in(certificates: str) -> list[str]:
    """Return the file of the trainer's public key beside a robot's certificates, if it is there."""
    key = Path(certificates).expanduser() / PUBLIC_FILE
    return [str(key)] if certificates and key.is_file() else []


def _name_in(certificates: str) -> str:
    """Return the robot's name in its certificate, which the cloud expects; empty if unreadable."""
    if not certificates:
        return ""
    try:
        return load_credentials(Path(certificates).expanduser(), "robot").own.name
    except (CertificateError, OSError):
        return ""  # the bridge says what is wrong with it
