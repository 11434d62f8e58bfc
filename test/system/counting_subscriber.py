"""A process that counts best-effort images: says `ready`, then how many came so far."""

import sys

from laecips_edge.ros import qos
from laecips_edge.ros.lifecycle import run
from rclpy.node import Node
from sensor_msgs.msg import Image


class CountingSubscriber(Node):
    """Subscribes to `image`."""

    def __init__(self) -> None:
        super().__init__("counter")
        self._count = 0
        self.create_subscription(Image, "image", self._receive, qos.sensor_data(depth=100))
        print("ready", flush=True)

    def _receive(self, image: Image) -> None:
        assert len(image.data) == image.step * image.height
        self._count += 1
        print(f"{self._count} images", flush=True)


def main() -> int:
    """Run the node until it is asked to end."""
    return run(CountingSubscriber)


if __name__ == "__main__":
    sys.exit(main())
