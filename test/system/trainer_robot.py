"""A trainer in a process of its own, what it learns from, and a robot that listens to it."""

import hashlib
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_cloud.training.data.frame_folder import write_frame_folder
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_edge.core.bundle.bundle import MANIFEST
from laecips_edge.core.image.image_messages import encode_jpeg
from laecips_edge.core.link import wire
from laecips_edge.ros import qos
from processes import Peer, RosProcess, until

from laecips_msgs.msg import ModelReport, ModelUpdate, TrainerStatus
from laecips_msgs.srv import Adapt, GetModel

CLASSES = ("belt", "part", "screw", "scratch")
PALETTE = ((90, 90, 90), (60, 120, 200), (220, 180, 60), (220, 60, 60))
SIZE = (96, 128)
TRAINER = "laecips_cloud.trainer_node"

PATIENCE_S = 240.0
"""How long a tiny training may take on a busy machine."""

NICE = max(1, os.getpriority(os.PRIO_PROCESS, 0))
"""Of the worker: not below these tests if they have stepped back themselves."""

QUICK = {
    "training.steps": 30,
    "training.learning_rate": 0.01,
    "training.relit": 0.0,
    "training.rehearsal_relit": 0.0,
    "training.frozen": 0,
    "training.mix": 1.0,
    "training.miner_steps": 2,
    "training.max_source_loss": 1.0,
    "training.max_class_loss": 1.0,
    "max_buffer": 20,
    "min_frames": 10,
    "calm_buffer": 0,
    "nice": NICE,
}
"""A training of seconds, of frames whose classes are told by colour: in the light that they have.
From weights that have learnt nothing it cannot but get further; whether the next one does is for
the gate to say.
"""


class ColourFrames:
    """Frames of the tiny bundle's classes, told by their colour; implements LabelledFrames."""

    classes, palette = CLASSES, PALETTE

    def __init__(self, count: int, *, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        self._frames = [_draw(f"{seed}-{i}", random) for i in range(count)]

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, index: int, /) -> LabelledFrame:
        return self._frames[index]


def _draw(name: str, random: np.random.Generator) -> LabelledFrame:
    blocks = random.integers(0, len(CLASSES), (3, 4)).astype(np.uint8)
    label = blocks.repeat(SIZE[0] // 3, axis=0).repeat(SIZE[1] // 4, axis=1)
    noise = random.normal(0, 8, (*SIZE, 3))
    image = np.clip(np.array(PALETTE)[label] + noise, 0, 255).astype(np.uint8)
    return LabelledFrame(name, image, label)


def write_source(path: Path, count: int = 12) -> Path:
    """A folder of source frames."""
    write_frame_folder(ColourFrames(count, seed=7), path)
    return path


def replay_frame(frame: LabelledFrame, *, label: np.ndarray | None = None) -> ReplayFrame:
    """A frame as the cloud keeps it; F's answer is the truth unless another is given."""
    answer = frame.label if label is None else label
    return ReplayFrame(
        request_id=f"robot/{frame.name}",
        robot="robot",
        stamp_ns=time.time_ns(),
        received_ns=time.time_ns(),
        bundle_version=1,
        why="hard",
        trust=0.25,
        picture=encode_jpeg(frame.image, 95),
        depth=b"",
        label_map=wire.encode_label_map(answer),
        confidence_map=wire.encode_confidence_map(np.full(SIZE, 255, np.uint8)),
    )


def fill(path: Path, frames: Iterable[LabelledFrame], *, wrong: bool = False) -> None:
    """Puts frames into a replay buffer; `wrong`: all of them are the first class all over."""
    buffer = ReplayBuffer(path, classes=CLASSES)
    for frame in frames:
        label = np.zeros(SIZE, np.uint8) if wrong else None
        buffer.append(replay_frame(frame, label=label))
    buffer.close()


def trainer_process(domain: int, **parameters: Any) -> RosProcess:
    """A trainer with quick trainings; paths may be Paths."""
    return RosProcess(TRAINER, domain, parameters=QUICK | parameters)


class Listener:
    """Hears what a trainer says, and speaks to it.

    Args:
        peer: The test's node.
        process: The trainer's.
    """

    def __init__(self, peer: Peer, process: RosProcess) -> None:
        self.peer = peer
        self.process = process
        self.statuses: list[TrainerStatus] = peer.subscribe(TrainerStatus, "/trainer/status")
        self.updates: list[ModelUpdate] = peer.subscribe(
            ModelUpdate, "/model_update", qos.latched()
        )
        self._diagnostics: list[DiagnosticArray] = peer.subscribe(DiagnosticArray, "/diagnostics")
        self._reports = peer.publisher(ModelReport, "/model_report", qos.latched(depth=20))

    def wait_until(self, state: str) -> None:
        """Until the node is in a lifecycle state."""
        until(lambda: self.peer.state("/trainer") == state, process=self.process, what=state)

    def wait_for(self, what: str, **fields: Any) -> TrainerStatus:
        """Until a status that comes from now on has these values; numbers: at least."""
        seen = len(self.statuses)

        def matches(status: TrainerStatus) -> bool:
            return all(getattr(status, name) == value for name, value in fields.items())

        until(
            lambda: any(matches(status) for status in self.statuses[seen:]),
            timeout=PATIENCE_S,
            process=self.process,
            what=f"{what}: {fields}",
        )
        return next(status for status in self.statuses[seen:] if matches(status))

    def wait_for_offer(self, version: int, *, ordered: bool = False) -> ModelUpdate:
        """Until a version is what was announced last."""
        until(
            lambda: (
                self.updates
                and (self.updates[-1].version, self.updates[-1].ordered) == (version, ordered)
            ),
            timeout=PATIENCE_S,
            process=self.process,
            what=f"offer of version {version}",
        )
        return self.updates[-1]

    def wait_for_diagnosis(self, level: bytes, text: str) -> None:
        """Until the diagnostics have this level and say this."""

        def said() -> bool:
            if not self._diagnostics:
                return False
            newest = self._diagnostics[-1].status[0]
            return newest.level == level and text in newest.message

        until(said, process=self.process, what=f"diagnostics with {text!r}")

    def adapt(self, command: int, version: int = 0) -> Adapt.Response:
        """An operator's order, given once."""
        self.peer._client(Adapt, "/trainer/adapt")
        self.peer.state("/trainer")  # see `Peer.change_state`
        request = Adapt.Request(command=command, version=version)
        return self.peer.call(Adapt, "/trainer/adapt", request, again=False)

    def report(self, version: int, outcome: int, reason: str) -> None:
        """What became of an update on a robot."""
        self._reports.publish(
            ModelReport(robot="robot", version=version, outcome=outcome, reason=reason)
        )

    def ask(self, version: int, file: str, offset: int = 0, length: int = 1 << 30) -> Any:
        """The answer to a request for a piece of a file."""
        request = GetModel.Request(version=version, file=file, offset=offset, length=length)
        return self.peer.call(GetModel, "/get_model", request)

    def fetch(self, version: int, file: str) -> bytes:
        """A whole file, in pieces."""
        data = b""
        while True:
            response = self.ask(version, file, len(data))
            assert (response.status, response.message) == (GetModel.Response.OK, "")
            data += bytes(response.data)
            if len(data) == response.size:
                return data

    def fetch_bundle(self, update: ModelUpdate) -> dict[str, Any]:
        """All files of an offer, their hashes compared; the manifest."""
        manifest = self.fetch(update.version, MANIFEST)
        assert hashlib.sha256(manifest).hexdigest() == update.manifest_sha256
        content: dict[str, Any] = json.loads(manifest)
        size = len(manifest)
        for name, digest in content["files"].items():
            data = self.fetch(update.version, name)
            assert hashlib.sha256(data).hexdigest() == digest
            size += len(data)
        assert size == update.bytes
        return content


def worker_pids(process: RosProcess) -> list[int]:
    """Workers of a trainer's process that live."""
    found = []
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        children = task / "children"
        text = children.read_text(encoding="utf-8") if children.is_file() else ""
        found += [int(pid) for pid in text.split() if _is_worker(int(pid))]
    return found


def _is_worker(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"laecips_cloud.trainer.worker" in command


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split(")")[1].split()[0] == "Z"
