"""The bag player: publishes a bag's pictures unchanged and on time, as a camera would."""

from __future__ import annotations

import array
import itertools
import sys
import time
from pathlib import Path

import rclpy
from builtin_interfaces.msg import Time
from laecips_edge.core.settings import SettingError
from laecips_edge.ros.parameters import Parameters
from laecips_edge.ros.qos import reliable
from laecips_edge.ros.signals import StopSignals
from rclpy.duration import Duration
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CompressedImage, Image

from laecips_eval.bags import BagError, open_bag
from laecips_eval.bags.pictures import BagFrame, CompressedPicture
from laecips_eval.drift.drifted_bag import DriftedBag
from laecips_eval.drift.recipe import DriftError, read_recipe
from laecips_eval.player.pace import Pace
from laecips_eval.player.player_settings import PlayerSettings
from laecips_msgs.msg import PlayedFrame

_POLL_S = 0.05
_CLOCK_PERIOD_S = 0.01
_LAST_WORDS_S = 3.5


class NobodyListens(OSError):  # noqa: N818 - the name says what is wrong
    """A topic has too few subscribers at the end of the wait; the message names the topic."""


class Stopped(Exception):  # noqa: N818 - not an error
    """The process received a stop signal."""


class PlayerNode(Node):
    """A node that plays one bag.

    Publishes `image` (sensor_msgs/Image) or `image/compressed` (sensor_msgs/CompressedImage),
    as the bag has them, with the recorded header; `~/played` (laecips_msgs/PlayedFrame) after each
    picture; and `/clock` if `publish_clock` is set.
    """

    def __init__(self, *, stop: Future) -> None:
        """Open the bag.

        Args:
            stop: done once the process receives a stop signal.

        Raises:
            BagError: the bag does not exist or has no pictures.
            DriftError: the drift cannot be read or does not fit the bag.
            SettingError: a parameter is invalid.
        """
        super().__init__("player")
        self._stopping = stop
        self._settings = settings = self._read_settings()
        self._bag = open_bag(settings.bag, settings.bag_topic or None)
        if settings.drift:
            self._bag = DriftedBag(self._bag, read_recipe(Path(settings.drift)))
        if not len(self._bag):
            raise BagError(f"{self._bag.path}: {self._bag.image_topic} has no pictures")
        self._image = self._image_publisher()
        self._played = self.create_publisher(PlayedFrame, "~/played", reliable(depth=100))
        self._clock_publisher = (
            self.create_publisher(Clock, "/clock", reliable(depth=1))
            if settings.publish_clock
            else None
        )
        self._spinner = SingleThreadedExecutor()
        self._spinner.add_node(self)

    def play(self) -> int:
        """Wait for the subscribers, play the bag once, and return the number of played pictures.

        Raises:
            NobodyListens: the subscribers are not there in time.
            BagError: the bag is damaged.
            Stopped: the process received a stop signal.
        """
        frames = self._bag.frames()
        first = next(frames)
        self._wait_for_subscribers(first)
        rate = self._settings.rate
        self.get_logger().info(
            f"playing {len(self._bag)} pictures of {self._bag.path} on {self._image.topic_name} "
            f"at {rate} x"
        )
        pace = Pace(rate=rate, first_stamp_ns=first.stamp_ns, start_ns=time.monotonic_ns())
        index = 0
        # The generator reads the next picture from disk before it is due.
        for index, frame in enumerate(itertools.chain([first], frames)):
            jumped_ns = pace.jumped_ns
            self._wait_until_due(pace, frame.stamp_ns)
            if jump_ns := pace.jumped_ns - jumped_ns:
                self.get_logger().warning(
                    f"picture {index}: its stamp is {jump_ns / 1e9:+.1f} s from where the others "
                    "lead; played one interval after the one before"
                )
            self._publish(index, frame)
        self._let_the_last_one_arrive(pace)
        return index + 1

    def _read_settings(self) -> PlayerSettings:
        parameters = Parameters(self)
        parameters.declare(PlayerSettings)
        parameters.warn_of_undeclared()
        parameters.require_valid()
        return parameters.read(PlayerSettings)

    def _image_publisher(self) -> Publisher:
        if self._bag.kind == "compressed":
            return self.create_publisher(CompressedImage, "image/compressed", reliable())
        return self.create_publisher(Image, "image", reliable())

    def _wait_for_subscribers(self, first: BagFrame) -> None:
        wanted = [
            (self._image, self._settings.image_subscribers),
            (self._played, self._settings.played_subscribers),
        ]
        limit_s = self._settings.wait_limit_s
        limit = time.monotonic() + limit_s
        for publisher, count in wanted:
            # This counts matched subscribers only, not those with an incompatible QoS.
            while publisher.get_subscription_count() < count:
                if time.monotonic() > limit:
                    found = publisher.get_subscription_count()
                    raise NobodyListens(
                        f"{publisher.topic_name} has {found} of {count} subscribers after "
                        f"{limit_s:.0f} s: is the node that listens there active, in this "
                        "namespace, with this image_transport?"
                    )
                self._publish_clock(first.stamp_ns)
                self._spin(_POLL_S)

    def _wait_until_due(self, pace: Pace, stamp_ns: int) -> None:
        while (wait_s := (pace.due_ns(stamp_ns) - time.monotonic_ns()) / 1e9) > 0:
            if self._clock_publisher is not None:
                self._publish_clock(pace.stamp_at_ns(time.monotonic_ns()))
                wait_s = min(wait_s, _CLOCK_PERIOD_S)
            self._spin(wait_s)
        self._spin(0.0)

    def _publish(self, index: int, frame: BagFrame) -> None:
        message = _message(frame)
        self._publish_clock(frame.stamp_ns)
        played = PlayedFrame(header=message.header, index=index, total=len(self._bag))
        played.monotonic_ns = time.monotonic_ns()
        self._image.publish(message)
        self._played.publish(played)

    def _publish_clock(self, stamp_ns: int) -> None:
        if self._clock_publisher is not None:
            self._clock_publisher.publish(Clock(clock=_time(stamp_ns)))

    def _let_the_last_one_arrive(self, pace: Pace) -> None:
        """Wait one more frame interval, then until all messages are acknowledged."""
        self._spin(pace.last_interval_ns / 1e9)
        # Fast DDS notices a delivery only at its next heartbeat, up to 3 s later.
        for publisher in (self._image, self._played):
            publisher.wait_for_all_acked(Duration(seconds=_LAST_WORDS_S))

    def _spin(self, seconds: float) -> None:
        self._spinner.spin_until_future_complete(self._stopping, timeout_sec=seconds)
        if self._stopping.done():
            raise Stopped


def _message(frame: BagFrame) -> Image | CompressedImage:
    payload = frame.payload
    message: Image | CompressedImage
    if isinstance(payload, CompressedPicture):
        message = CompressedImage(format=payload.format)
    else:
        message = Image(
            height=payload.height,
            width=payload.width,
            encoding=payload.encoding,
            is_bigendian=payload.is_bigendian,
            step=payload.step,
        )
    # Of all types that rclpy accepts here, it copies an array of bytes fastest.
    message.data = array.array("B", payload.data)
    message.header.stamp = _time(frame.stamp_ns)
    message.header.frame_id = frame.frame_id
    return message


def _time(stamp_ns: int) -> Time:
    return Time(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9)


def main() -> int:
    """Play one bag; return 0 after the bag or a stop signal, 1 after an error."""
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    with StopSignals() as stop:
        node = None
        try:
            node = PlayerNode(stop=stop.future)
            played = node.play()
            node.get_logger().info(f"played {played} pictures")
            return 0
        except Stopped:
            return 0
        except (BagError, DriftError, NobodyListens, SettingError) as error:
            rclpy.logging.get_logger("player").fatal(str(error))
            return 1
        finally:
            if node is not None:
                node.destroy_node()
            rclpy.try_shutdown()


if __name__ == "__main__":
    sys.exit(main())
