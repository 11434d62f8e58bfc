"""What the trainer says: `~/status`, `/diagnostics` and the latched `model_update`."""

from __future__ import annotations

import socket
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from laecips_edge.ros import qos
from rclpy.node import Node

from laecips_cloud.model_files import Offered
from laecips_cloud.model_ledger import Fate, Ledger
from laecips_cloud.trainer_health import Health, assess
from laecips_msgs.msg import ModelUpdate, TrainerStatus


class TrainerTopics:
    """Publishers of the status.

    Args:
        node: whose status it is.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._status = node.create_publisher(TrainerStatus, "~/status", qos.reliable())
        self._diagnostics = node.create_publisher(DiagnosticArray, "/diagnostics", qos.reliable())

    def publish(self, fields: dict[str, Any], health: Health) -> None:
        """Publishes both.

        Args:
            fields: of TrainerStatus, all but the header.
            health: what the level and line of the diagnostics go by.
        """
        stamp = self._node.get_clock().now().to_msg()
        status = TrainerStatus(**fields)
        status.header.stamp = stamp
        self._status.publish(status)
        level, line = assess(health)
        diagnostics = DiagnosticArray(
            status=[
                DiagnosticStatus(
                    level=bytes([level]),
                    name=self._node.get_fully_qualified_name(),
                    message=line,
                    hardware_id=socket.gethostname(),
                    values=[KeyValue(key=key, value=str(fields[key])) for key in fields],
                )
            ]
        )
        diagnostics.header.stamp = stamp
        self._diagnostics.publish(diagnostics)


def ledger_fields(ledger: Ledger) -> dict[str, Any]:
    """The fields of TrainerStatus that the ledger knows."""
    judged = ledger.entries.get(ledger.judged)
    newest = ledger.entries.get(ledger.in_training)
    gone = Fate.ROLLED_BACK, Fate.WITHDRAWN
    promoted = Fate.PROMOTED, Fate.REMOVED, *gone
    return {
        "training": bool(newest) and not ledger.paused,
        "paused": ledger.paused,
        "parent": newest.parent if newest is not None else ledger.parent,
        "offered": ledger.offered,
        "ordered": ledger.ordered,
        "pinned": ledger.pinned,
        "last_version": ledger.judged,
        "last_promoted": judged is not None and judged.fate in promoted,
        "last_reason": judged.reason if judged is not None else "",
        "promoted": ledger.count(*promoted),
        "refused": ledger.count(Fate.REFUSED),
        "rolled_back": ledger.count(*gone),
        "last_training_s": judged.train_s if judged is not None else 0.0,
    }


def update_of(offer: Offered) -> ModelUpdate:
    """The announcement of what is offered, without its stamp."""
    manifest = offer.manifest
    return ModelUpdate(
        name=manifest.name,
        version=manifest.version,
        parent=manifest.parent or 0,
        classes_hash=manifest.classes_hash,
        manifest_sha256=offer.manifest_sha256,
        bytes=offer.bytes,
        ordered=offer.ordered,
    )
