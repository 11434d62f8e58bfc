"""The cloud node: answers the service `segment_hard_frame`.

A request goes through `_answer` here, which has its own callback group so that the status is still
published, and then `hard_frames/service.py`: loaded models, `fusion/assisted_inference.py`, replay
buffer.
"""

import shutil
import socket
import sys
import traceback
from typing import Any

import cv2
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer
from laecips_edge.core.repeated_lines import RepeatedLines
from laecips_edge.ros import qos
from laecips_edge.ros.bounded_callback_group import BoundedCallbackGroup
from laecips_edge.ros.level_log import log_at
from laecips_edge.ros.lifecycle import ManagedNode, run
from laecips_edge.ros.messages.hard_frame import answer_message, request_of
from laecips_edge.ros.status_publisher import StatusPublisher
from rclpy.service import Service

from laecips_cloud.hard_frames.assembly import hard_frame_service
from laecips_cloud.hard_frames.cloud_settings import MAX_BATCH, CloudSettings
from laecips_cloud.hard_frames.counters import CloudCounters
from laecips_cloud.hard_frames.health import CloudHealth, assess
from laecips_cloud.hard_frames.log_news import KeepingWatch
from laecips_cloud.hard_frames.service import HardFrameService
from laecips_cloud.hard_frames.warn_settings import CloudWarnSettings
from laecips_cloud.replay_buffer.schema import ReplayBufferError
from laecips_msgs.msg import CloudStatus
from laecips_msgs.srv import SegmentHardFrame

STATUS_PERIOD_S = 1.0
FORGET_PERIOD_S = 60.0
DAY_NS = 86400 * 10**9

WAITING = 10
"""Depth of the requests' queue, in ROS; a full queue drops its oldest request."""


class CloudNode(ManagedNode):
    """The managed node `cloud`.

    docs/topics-and-parameters.md lists its topics, services and parameters.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__("cloud", **options)
        self._service: HardFrameService | None = None
        self._server: Service | None = None
        self._counters = CloudCounters()
        self._keeping = KeepingWatch()
        self._refusals = RepeatedLines()
        self.parameters.declare(CloudSettings)
        # Requests have their own group: SAM may take minutes for a frame.
        self._requests = BoundedCallbackGroup()
        self._status = StatusPublisher(self, CloudStatus)
        self.create_timer(STATUS_PERIOD_S, self._publish_status, clock=self.steady_clock)
        self.create_timer(FORGET_PERIOD_S, self._forget, clock=self.steady_clock)

    def configure(self) -> None:
        """Load bundles and mask generator, open the replay buffer, create the service."""
        settings = self.parameters.read(CloudSettings)
        cv2.setNumThreads(settings.threads)
        self._service = service = hard_frame_service(
            settings,
            now_ns=lambda: self.get_clock().now().nanoseconds,
            on_failure=self._log_failure,
        )
        self._forget()
        # One batch runs while the next one gathers; further requests wait undecoded.
        batch = service.inference.max_batch
        self._requests.running.most = 1 if batch == 1 else 2 * batch
        self._server = self.create_service(
            SegmentHardFrame,
            "segment_hard_frame",
            self._answer,
            qos_profile=qos.reliable(depth=max(WAITING, self._requests.running.most)),
            callback_group=self._requests,
        )
        frames, size = service.buffer.totals()
        self.get_logger().info(
            f"f of versions {', '.join(map(str, service.models.versions))}, "
            f"{settings.engine_line(service.models.device)}, masks by {settings.mask_generator}, "
            f"classes by {settings.class_scorer}, batches of up to {batch}, "
            f"replay buffer {service.buffer.path} with {frames} frames, {size} bytes"
        )

    def activate(self) -> None:
        """Start to answer requests, with counters at zero."""
        self._counters = CloudCounters()

    def deactivate(self) -> None:
        """Do nothing: `_answer` reads the state and refuses later requests; running ones end."""

    def release(self) -> None:
        """Wait for the running requests, then drop the networks and close the replay buffer."""
        if self._server is not None:
            # To send an answer after its service is destroyed would end the process.
            self._requests.running.most = 0
            self._requests.wait_until_idle()
            self.destroy_service(self._server)
        if self._service is not None:
            self._service.buffer.close()
        self._server = self._service = None

    def _answer(
        self, request: SegmentHardFrame.Request, response: SegmentHardFrame.Response
    ) -> SegmentHardFrame.Response:
        # Another thread may release the service at the same time: read the attribute once.
        service, counters = self._service, self._counters
        if service is None or self.state != "active":
            answer = HardFrameAnswer(
                status=AnswerStatus.UNAVAILABLE,
                message=f"{self.get_fully_qualified_name()} is {self.state}: activate it",
            )
        else:
            answer = service.answer(request_of(request))
        counters.count(answer)
        log = self.get_logger()
        refused = answer.status != AnswerStatus.OK
        if refused and self._refusals.is_new(answer.message, of=request.robot):
            log.warning(f"request of {request.robot!r} refused: {answer.message}")
        if (news := self._keeping.news(answer)) is not None:
            log_at(log, *news)
        return answer_message(response, answer, request.header)

    def _forget(self) -> None:
        """Remove the frames that are older than `retention_days`."""
        service, days = self._service, self.parameters["retention_days"]
        if service is None or not days:
            return
        try:
            gone = service.buffer.forget(self.get_clock().now().nanoseconds - round(days * DAY_NS))
        except ReplayBufferError as error:  # tried again later; requests report the bad disk too
            self.get_logger().error(f"frames older than {days:g} days are still kept: {error}")
            return
        if gone:
            self.get_logger().info(
                f"{gone} frames older than {days:g} days removed from the replay buffer"
            )

    def _log_failure(self, error: Exception) -> None:
        self.get_logger().error("".join(traceback.format_exception(error)))

    def _publish_status(self) -> None:
        state, service = self.state, self._service
        trouble, totals, free = self._counters.trouble, (0, 0), None
        if service is not None:
            try:
                totals = service.buffer.totals()
                free = shutil.disk_usage(service.buffer.path.parent).free
            except (ReplayBufferError, OSError) as error:
                trouble = str(error)
        fields: dict[str, Any] = {
            "state": state,
            "bundle_versions": list(service.models.versions) if service is not None else [],
            "mask_generator": self.parameters["mask_generator"],
            "class_scorer": self.parameters["class_scorer"],
            "buffer_frames": totals[0],
            "buffer_bytes": totals[1],
        }
        counted = self._counters.fields()
        health = CloudHealth(
            state=state,
            failure=self.failure,
            trouble=trouble,
            requests=int(counted["requests"]),
            refused_share=self._counters.refused_share(),
            refusal=self._counters.refusal,
            free_bytes=free,
            warn=self.parameters.read(CloudWarnSettings, within="warn."),
        )
        self._status.publish(fields | counted, assess(health), hardware_id=socket.gethostname())


def main() -> int:
    """Run the node until SIGINT or SIGTERM; return the exit status."""
    # Most threads, started as needed: one for each running request, one for all other callbacks.
    return run(CloudNode, threads=2 * MAX_BATCH + 1)


if __name__ == "__main__":
    sys.exit(main())
