"""Memory of an edge node while it fetches, tests and swaps in another pair.

Both pairs are in memory from the loading of the new one until its trial is over.
"""

from __future__ import annotations

import array
import hashlib
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import psutil
from laecips_edge.core.bundle.bundle import MANIFEST, Bundle, write_bundle
from laecips_edge.core.inference.engines import precision_of
from laecips_edge.core.link.model_update import ModelOffer
from laecips_edge.ros import qos
from laecips_edge.ros.messages.model_update import offer_message

from laecips_eval.benchmarks.edge_node.drivers import Drivers, driven_node
from laecips_eval.benchmarks.edge_node.scene_picture import scene_picture
from laecips_eval.benchmarks.edge_node.speed import SIZES
from laecips_msgs.msg import ModelUpdate
from laecips_msgs.srv import GetModel

HZ: Final = 10.0
WATCH_FRAMES: Final = 30
_PATIENCE_S: Final = 60.0


class MemoryRow(NamedTuple):
    """One engine and size of pictures; megabytes are 10^6 bytes.

    Attributes:
        engine: name of the engine.
        precision: precision of its computation.
        picture: columns x rows.
        before_mb: resident memory of the process after its first answers.
        peak_mb: the largest since its start, a swap included.
        after_mb: when the trial of the new pair is over.
        shared_mb: of these, shared memory of DDS through which images travel.
    """

    engine: str
    precision: str
    picture: str
    before_mb: float
    peak_mb: float
    after_mb: float
    shared_mb: float


def run(
    bundle: Path, *, engines: Sequence[str], sizes: Sequence[tuple[int, int]] = SIZES
) -> list[MemoryRow]:
    """Measure an edge node for each engine and size.

    Args:
        bundle: the bundle's folder.
        engines: engine names, as for `create_engine`.
        sizes: rows and columns of the pictures.

    Raises:
        ValueError: the bundle or an engine cannot be used.
        OSError: the node ends, answers nothing, or does not take the other pair.
    """
    with tempfile.TemporaryDirectory() as folder:
        other = _next_version(Bundle.load(bundle), Path(folder) / "next")
        return [_measured(bundle, other, engine, size) for engine in engines for size in sizes]


def _next_version(bundle: Bundle, path: Path) -> Bundle:
    """Write the same networks as another version."""
    manifest, version = bundle.manifest, bundle.manifest.version
    return write_bundle(
        path,
        manifest=replace(manifest, version=version + 1, parent=version),
        graph_f=bundle.graph_f,
        graph_h=bundle.graph_h,
        weights_f=bundle.weights("f"),
        weights_h=bundle.weights("h"),
        agreement=bundle.agreement(),
    )


def _measured(bundle: Path, other: Bundle, engine: str, size: tuple[int, int]) -> MemoryRow:
    # Without a limit of the rate: how long the fetching takes does not matter here.
    parameters: dict[str, Any] = {"watch_frames": WATCH_FRAMES, "update_rate_limit": 0}
    picture = scene_picture(other, size)
    with driven_node(bundle, picture, engine=engine, **parameters) as (process, drivers):
        before = process.memory_info().rss
        _offer(drivers, other)
        _drive(drivers, process, other.manifest.version)
        now = process.memory_info()
        return MemoryRow(
            engine=engine,
            precision=precision_of(engine),
            picture=f"{size[1]} x {size[0]}",
            before_mb=before / 1e6,
            peak_mb=_peak(process.pid) / 1e6,
            after_mb=now.rss / 1e6,
            shared_mb=_status(process.pid, "RssShmem") / 1e6,
        )


def _drive(drivers: Drivers, process: psutil.Process, version: int) -> None:
    """Send pictures until the trial of a version is over."""
    give_up_s = time.monotonic() + _PATIENCE_S
    answered = 0
    # The node judges after the frames that it watches, on another thread: give it a few more.
    while answered < WATCH_FRAMES + HZ:
        drivers.send()
        drivers.spin(1 / HZ)
        answered = sum(answer.version == version for answer in drivers.answers)
        if process.status() == psutil.STATUS_ZOMBIE or time.monotonic() > give_up_s:
            raise OSError("the edge node does not take another pair: see its log above")


def _offer(drivers: Drivers, bundle: Bundle) -> None:
    """Stand for the trainer: announce a bundle and serve its files."""

    def give(request: GetModel.Request, response: GetModel.Response) -> GetModel.Response:
        data = (bundle.path / request.file).read_bytes()
        piece = data[request.offset : request.offset + request.length]
        response.size, response.data = len(data), array.array("B", piece)
        return response

    manifest, files = bundle.manifest, (MANIFEST, *bundle.files)
    offer = ModelOffer(
        name=manifest.name,
        version=manifest.version,
        parent=manifest.parent or 0,
        classes_hash=manifest.classes_hash,
        manifest_sha256=hashlib.sha256((bundle.path / MANIFEST).read_bytes()).hexdigest(),
        bytes=sum((bundle.path / name).stat().st_size for name in files),
    )
    node = drivers.node
    node.create_service(GetModel, "get_model", give)
    announced = node.create_publisher(ModelUpdate, "model_update", qos.latched())
    announced.publish(offer_message(offer, stamp=node.get_clock().now().to_msg()))


def _peak(pid: int) -> int:
    """Return the largest resident memory of a process so far, in bytes."""
    return _status(pid, "VmHWM")


def _status(pid: int, name: str) -> int:
    """Return a size that Linux keeps of a process, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        field, _, value = line.partition(":")
        if field == name:
            return int(value.split()[0]) * 1024
    raise OSError(f"/proc/{pid}/status has no {name}: the process has ended")
