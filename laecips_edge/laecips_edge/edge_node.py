"""The node on the robot: one label map for each image, with the cloud's help for hard frames.

A frame passes `_receive_image` here (executor's thread), then `core/frame/router.py` (inference
thread: decode, f, h, decision), then `frame/publishers.py`. For a hard frame the router asks the
cloud, whose answers have a thread of their own. On a third thread `update/model_link.py` brings a
newer pair (f, h) into `core/frame/running_pair.py`.
"""

import socket
import sys
from dataclasses import replace
from functools import partial
from typing import Any

import cv2
from rclpy.client import Client
from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.counters import FALLBACKS, FrameCounters, FrameOutcome
from laecips_edge.core.frame.edge_settings import FROM_MANIFEST, EdgeSettings
from laecips_edge.core.frame.frame_history import FrameHistory
from laecips_edge.core.frame.health import EdgeHealth
from laecips_edge.core.frame.log_news import CloudWatch, LossWatch, SilenceWatch
from laecips_edge.core.frame.running_pair import RunningPair
from laecips_edge.core.frame.warn_settings import EdgeWarnSettings
from laecips_edge.core.inference.auto_engine import AutoEngine
from laecips_edge.core.robot_name import usual_robot_name
from laecips_edge.core.routing.policy import NEVER_UPLOADS, Policy
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from laecips_edge.core.update.model_store import ModelStore
from laecips_edge.core.update.starting_pair import open_store, starting_pair
from laecips_edge.frame.camera_info import camera_info_topic
from laecips_edge.frame.finding_topics import FindingTopics
from laecips_edge.frame.image_input import ImageInput
from laecips_edge.frame.node_status import Snapshot, StatusTopics
from laecips_edge.frame.pipeline import Pipeline
from laecips_edge.frame.pipeline_status import status_of
from laecips_edge.frame.publishers import Publishers
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
        self._outputs: Publishers | None = None
        self._finding_topics: FindingTopics | None = None
        self._cloud: Client | None = None
        self._pipeline: Pipeline | None = None
        self._history = FrameHistory()
        self._inputs: list[ImageInput] = []
        self.parameters.declare(EdgeSettings, checks={"delta": self._refuse_delta})
        self.parameters.on_change(self._change)
        self._status = StatusTopics(self, self._look)
        self._silence = SilenceWatch()
        self._loss = LossWatch()
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
        self._outputs = Publishers(self, manifest)
        if labels := settings.findings.labels(manifest.classes):
            self._finding_topics = FindingTopics(self, labels)
        self._cloud = self.create_client(SegmentHardFrame, "segment_hard_frame")
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
        self._switch = EngineSwitch(engines=engines, running=running, logger=self.get_logger())
        self._switch.start()

    def activate(self) -> None:
        """Start the threads, then subscribe."""
        if self._running is None or self._outputs is None or self._cloud is None:
            raise RuntimeError("the node is not configured")
        settings = self.parameters.read(EdgeSettings)
        self._pipeline = Pipeline(
            settings=settings,
            running=self._running,
            history=self._history,
            publishers=self._outputs,
            finding_topics=self._finding_topics,
            client=self._cloud,
            on_idle=self._status.publish_if_settled,
            logger=self.get_logger(),
        )
        self._pipeline.start()
        kind = CompressedImage if self._compressed else Image
        listen = partial(
            ImageInput, self, reliability=settings.reliability, clock=self.steady_clock
        )
        self._inputs = [
            listen(kind, self._image_topic, self._receive_image, on_lost=self._pipeline.images.lost)
        ]
        measured = self._finding_topics is not None and settings.findings.measure
        if measured or self._running.current.manifest.modality == "rgbd":
            depth = self.resolve_topic_name("depth")
            self._inputs.append(listen(Image, depth, self._receive_depth))
        self.get_logger().info(self._what_it_listens_to())
        info = camera_info_topic(self, self.resolve_topic_name("image"))
        self._inputs.append(listen(CameraInfo, info, self._outputs.camera_info.hear))
        if self._models is not None:
            self._models.start()

    def deactivate(self) -> None:
        """End the subscriptions, answer the received images, stop the threads."""
        for each in self._inputs:
            each.destroy()
        self._inputs = []
        if self._models is not None:
            self._models.stop()
        if self._pipeline is not None:
            self._pipeline.stop()
            self._status.publish()

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
        if self._outputs is not None:
            self._outputs.destroy()
            self._outputs = None
        if self._finding_topics is not None:
            self._finding_topics.destroy()
            self._finding_topics = None
        if self._cloud is not None:
            self.destroy_client(self._cloud)
            self._cloud = None

    @property
    def _compressed(self) -> bool:
        return bool(self.parameters["image_transport"] == "compressed")

    @property
    def _image_topic(self) -> str:
        # As in image_transport, the compressed topic follows a remapping of the base topic.
        base = self.resolve_topic_name("image")
        return self.resolve_topic_name(f"{base}/compressed") if self._compressed else base

    def _receive_image(self, message: Image | CompressedImage) -> None:
        if self._pipeline is not None:
            self._pipeline.receive(message)

    def _receive_depth(self, message: Image) -> None:
        if self._pipeline is not None:
            self._pipeline.receive_depth(message)

    def _what_it_listens_to(self) -> str:
        topics = " and ".join(
            f"sensor_msgs/{each.kind.__name__} on {each.topic}" for each in self._inputs
        )
        return (
            f"listening for {topics} (reliability {self.parameters['reliability']}), "
            f"cloud at {self.resolve_service_name('segment_hard_frame')}"
        )

    def _report(self) -> None:
        for each in self._inputs:
            each.review()
        now = self._status.publish()
        fallbacks = sum(now.fields[name] for name in FALLBACKS)
        for news in (
            self._silence.news(now.health),
            self._loss.news(now.health),
            self._absence.news(now.health, fallbacks=fallbacks),
        ):
            if news is not None:
                log_at(self.get_logger(), *news)

    def _superseded(self) -> int:
        pipeline = self._pipeline
        return 0 if pipeline is None else pipeline.counters.counts()[FrameOutcome.SUPERSEDED]

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

    def _look(self) -> Snapshot:
        # Another thread may stop or free any of these meanwhile: read each attribute once.
        pipeline, running, state = self._pipeline, self._running, self.state
        fields: dict[str, Any] = {"state": state, "policy": self.parameters["policy"]}
        fields |= FrameCounters().counts()
        if running is not None:
            pair = running.current
            fields["bundle"] = pair.manifest.name
            fields["bundle_version"] = pair.manifest.version
            fields["delta"] = pair.policy.delta
        health = EdgeHealth(
            state=state,
            failure=self.failure,
            image_topic=self._image_topic,
            cloud_wanted=fields["policy"] != NEVER_UPLOADS,
            warn=self.parameters.read(EdgeWarnSettings, within="warn."),
        )
        details: dict[str, Any] = {}
        if pipeline is not None:
            counted, details, health = status_of(pipeline, health)
            fields |= counted
        if running is not None:
            details["engine"] = running.current.segmenter.engine
        return Snapshot(
            fields=fields, details=details, health=health, hardware_id=self.parameters["robot"]
        )


def main() -> int:
    """Run the node until SIGINT or SIGTERM; return its exit status."""
    return run(EdgeNode)


if __name__ == "__main__":
    sys.exit(main())
