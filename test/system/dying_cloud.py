"""The cloud node, but it dies by SIGKILL between keeping a frame and answering it."""

import os
import signal
import sys

from laecips_cloud.hard_frames import assembly
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame

from laecips_cloud import cloud_node


class DyingBuffer(ReplayBuffer):
    """Keeps one frame, for good."""

    def append(self, frame: ReplayFrame) -> ReplayFrame:
        super().append(frame)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("a dead process goes on")


if __name__ == "__main__":
    assembly.ReplayBuffer = DyingBuffer  # type: ignore[misc]
    sys.exit(cloud_node.main())
