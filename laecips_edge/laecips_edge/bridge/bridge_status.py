"""What a bridge says of itself: the fields of its status, and the level of its diagnostics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laecips_edge.bridge.bridge_settings import BridgeSettings
from laecips_edge.bridge.clouds import Clouds
from laecips_edge.bridge.frame_keeper import FrameKeeper
from laecips_edge.bridge.health import BridgeHealth, assess
from laecips_edge.bridge.model_relay import ModelRelay
from laecips_edge.bridge.report_relay import ReportRelay
from laecips_edge.core.certificates.certificate import utc_now
from laecips_edge.core.certificates.reloaded_credentials import ReloadedCredentials
from laecips_edge.core.frame.health.health import Level


@dataclass(frozen=True, kw_only=True)
class BridgeParts:
    """The parts of a bridge at one moment; None for what does not exist in its state.

    Attributes:
        settings: its settings.
        certificates: the robot's certificate and key.
        clouds: the addresses of the cloud.
        models: the relay of model updates.
        keeper: the spool.
        reports: the relay of reports on model updates.
    """

    settings: BridgeSettings
    certificates: ReloadedCredentials | None
    clouds: Clouds | None
    models: ModelRelay | None
    keeper: FrameKeeper
    reports: ReportRelay | None = None

    def fields(self) -> dict[str, Any]:
        """Return the fields of laecips_msgs/BridgeStatus but its header and state."""
        certificates, models, reports = self.certificates, self.models, self.reports
        own = certificates.current().own if certificates is not None else None
        days_left = own.days_left(utc_now()) if own is not None else 0.0
        fields: dict[str, Any] = {
            "robot": own.name if own is not None else "",
            "model_reports_waiting": reports.waiting if reports is not None else 0,
            "addresses": list(self.settings.addresses),
            "model_bytes_down": models.bytes if models is not None else 0,
            "certificate_days_left": round(days_left, 1),
        }
        return fields | self._of_clouds() | self.keeper.counts()

    def health(self, state: str, failure: str) -> tuple[Level, str]:
        """Return level and message of the diagnostics.

        Args:
            state: label of the lifecycle state.
            failure: why the last transition failed; empty if it succeeded.
        """
        clouds, certificates = self.clouds, self.certificates
        preferred = next(iter(clouds.all), None) if clouds is not None else None
        current = clouds.current if clouds is not None else None
        return assess(
            BridgeHealth(
                state=state,
                failure=failure,
                trouble=clouds.trouble if clouds is not None else "",
                spare=current.address if current is not None and current is not preferred else "",
                preferred=preferred.trouble if preferred is not None else "",
                spool=self.keeper.trouble,
                late=self.keeper.late,
                certificate=(
                    certificates.warning(utc_now(), days=self.settings.warn.certificate_days)
                    if certificates is not None
                    else ""
                ),
                insecure=self.settings.insecure,
            )
        )

    def _of_clouds(self) -> dict[str, Any]:
        clouds = self.clouds
        if clouds is None:
            return {}
        current, every = clouds.current, clouds.all
        fields = clouds.counts() | {
            "address": current.address if current is not None else "",
            "trouble": clouds.trouble,
            "addresses": [cloud.address for cloud in every],
            "circuits": [str(cloud.circuit) for cloud in every],
        }
        if not every:
            return fields
        shown = current or every[0]
        return fields | {
            "link_round_trip_ms": shown.link.round_trip_ms.value,
            "frame_round_trip_ms": shown.transport.round_trip_ms.value,
            "bytes_per_s": shown.transport.bytes_per_s.value,
        }
