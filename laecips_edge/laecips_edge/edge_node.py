"""The node on the robot: one label map for each image, with the cloud's help for hard frames.

A frame passes `frame/pipeline.py` (its camera's thread), then `core/frame/router.py` (inference
thread: decode, f, h, decision), then `frame/publishers.py`. For a hard frame the router asks the
cloud, whose answers have a thread of their own. On a third thread `update/model_link.py` brings a
newer pair (f, h) into `core/frame/running_pair.py`.
"""

import gc
import socket
import sys
from dataclasses import replace
from typing import Any

import cv2
from rclpy.client import Client
from rclpy.parameter import Parameter

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.counters import FALLBACKS, FrameCounters, FrameOutcome
from laecips_edge.core.frame.edge_settings import FROM_MANIFEST, EdgeSettings
from laecips_edge.core.frame.frame_history import FrameHistory
from laecips_edge.core.frame.health.health import EdgeHealth
from laecips_edge.core.frame.health.log_news import CloudWatch
from laecips_edge.core.frame.health.warn_settings import EdgeWarnSettings
from laecips_edge.core.frame.running_pair import RunningPair
from laecips_edge.core.inference.auto_engine import AutoEngine
from laecips_edge.core.malloc_arenas import give_back, share_arenas
from laecips_edge.core.robot_name import usual_robot_name
from laecips_edge.core.routing.policy import NEVER_UPLOADS, Policy
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from laecips_edge.core.update.model_store import ModelStore
from laecips_edge.core.update.starting_pair import open_store, starting_pair
from laecips_edge.frame.camera import CameraChannel, image_topic
from laecips_edge.frame.node_status import Snapshot, StatusTopics
from laecips_edge.frame.pipeline import Pipeline
from laecips_edge.frame.pipeline_status import status_of
from laecips_edge.ros.dedicated_thread import DedicatedThread
from laecips_edge.ros.level_log import log_at
from laecips_edge.ros.lifecycle import ManagedNode, run
from laecips_edge.update.engine_switch import EngineSwitch
from laecips_edge.update.model_link import ModelLink
from laecips_msgs.srv import SegmentHardFrame

STATUS_PERIOD_S = 1.0


class EdgeNode(ManagedNode):
    """The edge node; docs/topics-and-parameters.md lists its topics and parameters."""

    def __init__(self, **options: Any) -> None:
        super().__init__("edge", **options)
        self._running: RunningPair | None = None
        self._store: ModelStore | None = None
        self._models: ModelLink | None = None
        self._switch: EngineSwitch | None = None
        self._answers = DedicatedThread(self, "answers of the cloud")
        self._cloud: Client | None = None
        self._pipeline: Pipeline | None = None
        self._history = FrameHistory()
        self._cameras: list[CameraChannel] = []
        self.parameters.declare(EdgeSettings, checks={"delta": self._refuse_delta})
        self.parameters.on_change(self._change)
        self._status = StatusTopics(self, self._look)
        self._absence = CloudWatch()
        self.create_timer(STATUS_PERIOD_S, self._report, clock=self.steady_clock)

    def configure(self) -> None:
        """Load and test the bundle, create the topics of the answers and the service's client."""
        if not self.parameters["robot"]:
            name = usual_robot_name(self.get_namespace(), socket.gethostname())
            self.set_parameters([Parameter("robot", value=name)])
        settings = self.parameters.read(EdgeSettings)
        cv2.setNumThreads(settings.threads)  # OpenCV's default is every core
        base = Bundle.load(settings.path("bundle", what="the folder of a model bundle"))
        trusted = TrustedKeys.named(settings.update_keys)
        self._store = open_store(
            settings.model_store,
            robot=settings.robot,
            base=base,
            logger=self.get_logger(),
            trusted=trusted,
        )
        engines = AutoEngine(settings, self.get_logger().info)
        assemble = engines.assemble
        pair, before = starting_pair(self._store, base, assemble=assemble, logger=self.get_logger())
        self._running = running = RunningPair(pair, self._policy_for, before=before)
        manifest, delta = running.current.manifest, running.current.policy.delta
        labels = settings.findings.labels(manifest.classes)
        self._cameras = [
            CameraChannel(self, name, manifest=manifest, labels=labels, look=self._look)
            for name in settings.camera_names
        ]
        self._cloud = self.create_client(
            SegmentHardFrame, "segment_hard_frame", callback_group=self._answers.group
        )
        self._answers.start(self._cloud)
        if self._store is not None:
            self._models = ModelLink(
                node=self,
                parameters=self.parameters,
                store=self._store,
                running=running,
                history=self._history,
                assemble=assemble,
                threadless=settings.threads == 1 and engines.settled,
                superseded=self._superseded,
                trusted=trusted,
            )
        self.get_logger().info(
            f"bundle {manifest.name} version {manifest.version}: {len(manifest.classes)} classes, "
            f"policy {settings.policy} with delta {delta:g}, "
            + settings.engine_line(
                running.current.segmenter.device, engine=running.current.segmenter.engine
            )
        )
        give_back()  # what was needed to assemble the networks
        self._switch = EngineSwitch(engines=engines, running=running, logger=self.get_logger())
        self._switch.start()

    def activate(self) -> None:
        """Start the threads, then subscribe."""
        if self._running is None or self._cloud is None:
            raise RuntimeError("the node is not configured")
        settings = self.parameters.read(EdgeSettings)
        self._pipeline = pipeline = Pipeline(
            settings=settings,
            running=self._running,
            history=self._history,
            outputs={camera.name: camera.outputs for camera in self._cameras},
            client=self._cloud,
            on_idle=self._publish_if_settled,
            logger=self.get_logger(),
        )
        pipeline.start()
        measured = bool(settings.findings.classes) and settings.findings.measure
        for camera in self._cameras:
            camera.subscribe(
                pipeline,
                compressed=settings.image_transport == "compressed",
                with_depth=measured or self._running.current.manifest.modality == "rgbd",
                reliability=settings.reliability,
                clock=self.steady_clock,
            )
        if self._models is not None:
            self._models.start()
        self.get_logger().info(
            f"listening for {', '.join(camera.listens_to for camera in self._cameras)} "
            f"(reliability {settings.reliability}), "
            f"cloud at {self.resolve_service_name('segment_hard_frame')}"
        )

    def deactivate(self) -> None:
        """End the subscriptions, answer the received images, stop the threads."""
        for camera in self._cameras:
            camera.unsubscribe()
        if self._models is not None:
            self._models.stop()
        if self._pipeline is not None:
            self._pipeline.stop()
            for status in self._statuses:
                status.publish()

    def release(self) -> None:
        """Free networks and topics."""
        if self._switch is not None:
            self._switch.stop()
            self._switch = None
        if self._models is not None:
            self._models.destroy()
        if self._store is not None:
            self._store.close()
        self._pipeline = self._running = self._models = self._store = None
        self._history = FrameHistory()
        for camera in self._cameras:
            camera.destroy()
        self._cameras = []
        if self._cloud is not None:
            self._answers.stop()
            self.destroy_client(self._cloud)
            self._cloud = None
        gc.collect()  # the networks hang in cycles: pipeline and router, model link and updater
        give_back()

    @property
    def _statuses(self) -> list[StatusTopics]:
        """The node's status, and that of each named camera."""
        return [self._status, *(each.status for each in self._cameras if each.status is not None)]

    def _publish_if_settled(self) -> None:
        for status in self._statuses:
            status.publish_if_settled()

    def _report(self) -> None:
        cameras = self._cameras
        for camera in cameras:
            camera.review()
        now = self._status.publish()
        fallbacks = sum(now.fields[name] for name in FALLBACKS)
        news = [self._absence.news(now.health, fallbacks=fallbacks)]
        for camera in cameras:
            own = now if camera.status is None else camera.status.publish()
            news += camera.news(own.health)
        for each in news:
            if each is not None:
                log_at(self.get_logger(), *each)

    def _superseded(self) -> int:
        pipeline = self._pipeline
        streams = () if pipeline is None else pipeline.streams.values()
        return sum(each.counters.counts()[FrameOutcome.SUPERSEDED] for each in streams)

    def _policy_for(self, manifest: Manifest) -> Policy:
        """Return the policy for a bundle under the current parameters."""
        return self.parameters.read(EdgeSettings).policy_for(manifest)

    def _refuse_delta(self, delta: float) -> str | None:
        if self._running is None:
            return None  # `configure` checks it together with the other parameters
        settings = self.parameters.read(EdgeSettings)
        if delta != FROM_MANIFEST and settings.budgets:
            return f"{delta:g}: {settings.budgets[0]} steers delta; leave it at -1"
        try:
            replace(settings, delta=delta).policy_for(self._running.current.manifest)
        except ValueError as error:
            return str(error)
        return None

    def _change(self, values: dict[str, Any]) -> None:
        if self._pipeline is not None:
            self._pipeline.change(values)
        if self._models is not None:
            self._models.change(values)
        if self._running is not None and values.keys() & {"delta", "audit_rate"}:
            self._running.renew_policies()

    def _look(self, camera: str | None = None) -> Snapshot:
        """Return the status of a camera by its name; None: of the robot, all cameras together."""
        # Another thread may stop or free any of these meanwhile: read each attribute once.
        pipeline, running, state = self._pipeline, self._running, self.state
        fields: dict[str, Any] = {"state": state, "policy": self.parameters["policy"]}
        fields |= FrameCounters().counts()
        if running is not None:
            pair = running.current
            fields["bundle"] = pair.manifest.name
            fields["bundle_version"] = pair.manifest.version
            fields["delta"] = pair.policy.delta
        compressed = self.parameters["image_transport"] == "compressed"
        health = EdgeHealth(
            state=state,
            failure=self.failure,
            image_topic=image_topic(self, camera or "", compressed=compressed),
            cloud_wanted=fields["policy"] != NEVER_UPLOADS,
            warn=self.parameters.read(EdgeWarnSettings, within="warn."),
        )
        details: dict[str, Any] = {}
        if pipeline is not None:
            counted, details, health = status_of(pipeline, health, camera=camera)
            fields |= counted
        if running is not None:
            details["engine"] = running.current.segmenter.engine
        if camera is not None:
            health = health.of_camera
        elif self._cameras and self._cameras[0].name:
            health = health.of_robot
        return Snapshot(
            fields=fields, details=details, health=health, hardware_id=self.parameters["robot"]
        )


def main() -> int:
    """Run the node until SIGINT or SIGTERM; return its exit status."""
    share_arenas()
    return run(EdgeNode)


if __name__ == "__main__":
    sys.exit(main())
