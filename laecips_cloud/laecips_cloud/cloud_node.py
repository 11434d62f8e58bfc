"""The node in the cloud: answers the service `segment_hard_frame`.

The way of a request: `_answer` here (its own callback group, so that status keeps flowing), then
`hard_frames/service.py`: loaded models, `fusion/assisted_inference.py`, replay buffer.
"""

import socket
import sys
import traceback
from typing import Any

import cv2
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer
from laecips_edge.ros import qos
from laecips_edge.ros.bounded_callback_group import BoundedCallbackGroup
from laecips_edge.ros.hard_frame_messages import answer_message, request_of
from laecips_edge.ros.lifecycle import ManagedNode, run
from laecips_edge.ros.status_publisher import StatusPublisher
from rclpy.service import Service

from laecips_cloud.hard_frames.assembly import hard_frame_service
from laecips_cloud.hard_frames.cloud_settings import MAX_BATCH, CloudSettings
from laecips_cloud.hard_frames.counters import CloudCounters
from laecips_cloud.hard_frames.health import CloudHealth, assess
from laecips_cloud.hard_frames.service import HardFrameService
from laecips_cloud.replay_buffer.schema import ReplayBufferError
from laecips_msgs.msg import CloudStatus
from laecips_msgs.srv import SegmentHardFrame

STATUS_PERIOD_S = 1.0
FORGET_PERIOD_S = 60.0
DAY_NS = 86400 * 10**9

WAITING = 10
"""Requests that may wait for their turn, as ROS has it; it drops the oldest of more."""


class CloudNode(ManagedNode):
    """See the module; docs/topics-and-parameters.md has topics and parameters."""

    def __init__(self, **options: Any) -> None:
        super().__init__("cloud", **options)
        self._service: HardFrameService | None = None
        self._server: Service | None = None
        self._counters = CloudCounters()
        self.parameters.declare(CloudSettings)
        # Requests have a group of their own: a frame may take SAM minutes.
        self._requests = BoundedCallbackGroup()
        self._status = StatusPublisher(self, CloudStatus)
        self.create_timer(STATUS_PERIOD_S, self._publish_status, clock=self.steady_clock)
        self.create_timer(FORGET_PERIOD_S, self._forget, clock=self.steady_clock)

    def configure(self) -> None:
        """Load bundles and mask generator, open the replay buffer, offer the service."""
        settings = self.parameters.read(CloudSettings)
        cv2.setNumThreads(settings.threads)
        self._service = service = hard_frame_service(
            settings,
            now_ns=lambda: self.get_clock().now().nanoseconds,
            on_failure=self._log_failure,
        )
        self._forget()
        # A batch at work and one that gathers; the rest waits its turn undecoded.
        batch = service.inference.max_batch
        self._requests.most = 1 if batch == 1 else 2 * batch
        self._server = self.create_service(
            SegmentHardFrame,
            "segment_hard_frame",
            self._answer,
            qos_profile=qos.reliable(depth=max(WAITING, self._requests.most)),
            callback_group=self._requests,
        )
        frames, size = service.buffer.totals()
        self.get_logger().info(
            f"f of versions {', '.join(map(str, service.models.versions))}, masks by "
            f"{settings.mask_generator}, classes by {settings.class_scorer}, batches of up to "
            f"{batch}, replay buffer {service.buffer.path} with {frames} frames, {size} bytes"
        )

    def activate(self) -> None:
        """Start to answer, and to count anew."""
        self._counters = CloudCounters()

    def deactivate(self) -> None:
        """Answer no more: the state says so to each request; one that is under way ends."""

    def release(self) -> None:
        """Let go of networks and masks, close the replay buffer, once all under way is answered."""
        if self._server is not None:
            # An answer that finds no service any more would end the process.
            self._requests.most = 0
            self._requests.wait_until_idle()
            self.destroy_service(self._server)
        if self._service is not None:
            self._service.buffer.close()
        self._server = self._service = None

    def _answer(
        self, request: SegmentHardFrame.Request, response: SegmentHardFrame.Response
    ) -> SegmentHardFrame.Response:
        # Another thread may release the service meanwhile: look at it once.
        service, counters = self._service, self._counters
        if service is None or self.state != "active":
            answer = HardFrameAnswer(
                status=AnswerStatus.UNAVAILABLE,
                message=f"{self.get_fully_qualified_name()} is {self.state}: activate it",
            )
        else:
            answer = service.answer(request_of(request))
        counters.count(answer)
        if answer.status != AnswerStatus.OK:
            self.get_logger().warning(
                f"request {request.request_id!r} of {request.robot!r} refused: {answer.message}",
                throttle_duration_sec=1.0,
            )
        return answer_message(response, answer, request.header)

    def _forget(self) -> None:
        """Let frames go that are older than they may be."""
        service, days = self._service, self.parameters["retention_days"]
        if service is None or not days:
            return
        try:
            gone = service.buffer.forget(self.get_clock().now().nanoseconds - round(days * DAY_NS))
        except ReplayBufferError as error:  # the next time, then; requests hear of a bad disk
            self.get_logger().error(f"frames older than {days:g} days are still kept: {error}")
            return
        if gone:
            self.get_logger().info(f"{gone} frames older than {days:g} days have left the buffer")

    def _log_failure(self, error: Exception) -> None:
        self.get_logger().error("".join(traceback.format_exception(error)))

    def _publish_status(self) -> None:
        state, service = self.state, self._service
        trouble, totals = self._counters.trouble, (0, 0)
        if service is not None:
            try:
                totals = service.buffer.totals()
            except ReplayBufferError as error:
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
            state=state, failure=self.failure, trouble=trouble, requests=int(counted["requests"])
        )
        self._status.publish(fields | counted, assess(health), hardware_id=socket.gethostname())


def main() -> int:
    """Run the node until it is asked to end."""
    # Threads come as they are needed: for as many requests as there may be, and the rest.
    return run(CloudNode, threads=2 * MAX_BATCH + 1)


if __name__ == "__main__":
    sys.exit(main())
