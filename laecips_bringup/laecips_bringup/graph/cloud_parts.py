"""The parts of a launch file that run in a data centre, or beside it: arguments in, nodes out."""

from __future__ import annotations

from laecips_cloud.trainer.trainer_settings import TrainerSettings
from laecips_edge.launching.arguments import Values, is_true, present
from laecips_edge.launching.node_spec import NodeSpec, Shared, absolute, said
from laecips_edge.launching.robot_nodes import SERVICE
from laecips_edge.launching.robot_parts import (
    edge_part,
    given_bundle,
    usual_bundle,
    with_engine,
)

from laecips_bringup.graph import graph
from laecips_bringup.graph.installed_files import teacher_for


def gateway_part(values: Values, shared: Shared) -> list[NodeSpec]:
    """Return the gateway."""
    certificates = present(values, "certificates", "the folder that `laecips certs` has made")
    return [graph.gateway(address=values["listen"], certificates=certificates, **shared)]


def cloud_part(values: Values, shared: Shared) -> list[NodeSpec]:
    """Return the cloud node; with a trainer it has the trainer's library.

    Raises:
        ValueError: an argument names a file that is missing.
    """
    engine, shared = with_engine(values, shared)
    bundle, mine = given_bundle(values), said("cloud", shared)
    runs = bundle or next(iter(mine.get("bundles") or ()), "") or usual_bundle()
    return [
        graph.cloud(
            bundle=bundle,
            usual_bundle=usual_bundle(),
            teacher=teacher_for(runs, values["teacher"]),
            usual_library=_library(shared) if is_true(values.get("trainer", "")) else "",
            cloud_service=values.get("cloud_service", ""),
            parameters=engine,
            **shared,
        )
    ]


def trainer_part(values: Values, shared: Shared) -> list[NodeSpec]:
    """Return the trainer node; it reads the cloud's replay buffer.

    Raises:
        ValueError: an argument names a file that is missing.
    """
    engine, shared = with_engine(values, shared)
    node = graph.trainer(
        bundle=given_bundle(values),
        usual_bundle=usual_bundle(),
        source=present(values, "source", "a folder of labelled frames"),
        signing_key=present(values, "signing_key", "update.key of `laecips certs sign-key`"),
        usual_buffer=str(said("cloud", shared).get("buffer_path", "")),
        cloud_service=values.get("cloud_service", ""),
        parameters=engine,
        **shared,
    )
    return [node]


def wanted_trainer_part(values: Values, shared: Shared) -> list[NodeSpec]:
    """Return the trainer node; none where it is not wanted."""
    return trainer_part(values, shared) if is_true(values["trainer"]) else []


def fleet_part(values: Values, shared: Shared) -> list[NodeSpec]:
    """Return an edge node for each robot, in a namespace of its own; all ask one cloud.

    Raises:
        ValueError: no robot is named, or two have the same name.
    """
    robots = [name.strip("/ ") for name in values["robots"].split(",") if name.strip("/ ")]
    if not robots or len(set(robots)) < len(robots):
        raise ValueError(f"robots: {values['robots']!r}: give different names, as in r1,r2")
    cloud = shared["namespace"]
    service = values["cloud_service"] or f"{cloud.rstrip('/')}/{SERVICE}"
    nodes: list[NodeSpec] = []
    for robot in robots:
        its: Shared = {**shared, "namespace": absolute(robot, within=cloud)}
        nodes += edge_part({**values, "cloud_service": service}, its)
    return nodes


def _library(shared: Shared) -> str:
    return str(said("trainer", shared).get("library") or TrainerSettings().library)
