"""Updates that must not run, on one running edge node: told in one line, and nothing changes."""

import itertools
import resource
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from edge_robot import Robot
from laecips_edge.core.bundle.bundle import Bundle, write_bundle
from laecips_edge.core.signing.signing_key import SigningKey
from made_bundles import nudged, one_class, variant, with_nan
from model_server import LATE_S, ModelServer, Request, Response
from processes import Peer
from updated_robot import Player, kept, start

from laecips_msgs.msg import ModelReport

pytestmark = pytest.mark.system

NAMESPACE = "/strict"
NUMBERS = itertools.count(2)
KEY = SigningKey.new()


def signed_for(sha256: str, key: SigningKey = KEY, until: int = LATE_S) -> str:
    return key.sign(sha256, until=until).to_text()


class Setup:
    """A robot of version 1, its trainer, and bundles that are made as a test wants them."""

    def __init__(
        self, robot: Robot, server: ModelServer, base: Bundle, store: Path, folder: Path
    ) -> None:
        self.robot = robot
        self.server = server
        self.base = base
        self.store = store
        self.player = Player(robot)
        self._folder = folder

    def make(self, **changes: object) -> Bundle:
        """The next version, like the base but for `changes`."""
        version = next(NUMBERS)
        return variant(self.base, self._folder / str(version), version, **changes)  # type: ignore[arg-type]

    def with_graph(self, graph: bytes) -> Bundle:
        version = next(NUMBERS)
        return write_bundle(
            self._folder / str(version),
            manifest=replace(self.base.manifest, version=version),
            graph_f=graph,
            graph_h=self.base.graph_h,
            weights_f=self.base.weights("f"),
            weights_h=self.base.weights("h"),
            agreement=[],
        )

    def version(self) -> int:
        """That answers frames now."""
        return self.player.play()


@pytest.fixture(scope="module")
def shared(
    domain: int, peer: Peer, tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Setup]:
    store = tmp_path_factory.mktemp("store")
    with (
        start(
            domain, tiny_bundle, store, NAMESPACE, update_keys=f'["{KEY.public.hex()}"]'
        ) as process,
        ModelServer(domain, NAMESPACE, KEY) as server,
    ):
        robot = Robot(peer, process, namespace=NAMESPACE)
        robot.wait_until_active()
        yield Setup(robot, server, tiny_bundle, store, tmp_path_factory.mktemp("made"))


@pytest.fixture
def setup(shared: Setup) -> Iterator[Setup]:
    shared.server.reply = shared.server.good
    shared.server.requests.clear()
    yield shared
    assert "Traceback" not in shared.robot.process.log()
    shared.player.check_that_none_is_lost()


MAKE: dict[str, tuple[Callable[[Setup], Bundle], str]] = {
    "NaN": (
        lambda it: it.make(weights_f=with_nan(it.base.weights("f")), answers=False),
        "weights: f.",
    ),
    "NaN in h": (
        lambda it: it.make(weights_h=with_nan(it.base.weights("h")), answers=False),
        "is not finite everywhere; train it again",
    ),
    "other classes": (
        lambda it: it.make(classes=("belt", "part", "screw", "dent")),
        "made for other classes",
    ),
    "other line": (lambda it: it.make(name="big"), "of the bundle line 'big', this robot runs"),
    "modality": (
        lambda it: it.make(modality="rgbd", mean=(0.5,) * 4, std=(0.5,) * 4),
        "manifest: modality 'rgbd', this node is subscribed for 'rgb'",
    ),
    "graph": (lambda it: it.with_graph(b"garbage"), "onnxruntime: cannot assemble the network"),
    "graph of h": (lambda it: it.with_graph(it.base.graph_h), "onnxruntime: "),
    "self-test": (
        lambda it: it.make(weights_f=one_class(it.base), answers=False),
        "on agreement frame 0",
    ),
    "no threshold": (
        lambda it: it.make(thresholds={"spp": 0.5}),
        "manifest has no threshold for it",
    ),
}


@pytest.mark.parametrize("case", MAKE)
def test_a_bundle_that_cannot_run_is_refused(setup: Setup, case: str) -> None:
    make, reason = MAKE[case]
    before = setup.version()
    bundle = make(setup)
    setup.server.offer(bundle)
    version = bundle.manifest.version
    report = setup.server.report(version, ModelReport.REFUSED, setup.robot.process)
    assert reason in report.reason
    assert "\n" not in report.reason
    assert report.running == before == setup.version()
    assert version not in kept(setup.store, setup.base)


def test_it_is_not_fetched_twice_unless_ordered(setup: Setup) -> None:
    bundle = setup.make(weights_f=with_nan(setup.base.weights("f")), answers=False)
    version = bundle.manifest.version
    setup.server.offer(bundle)
    setup.server.report(version, ModelReport.REFUSED, setup.robot.process)
    for ordered, reason in ((False, "refused here before (weights: f."), (True, "weights: f.")):
        setup.server.reports.clear()
        setup.server.requests.clear()
        setup.server.offer(bundle, ordered=ordered)
        report = setup.server.report(version, ModelReport.REFUSED, setup.robot.process)
        assert report.reason.startswith(reason)
        assert bool(setup.server.requests) == ordered


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"version": 1}, "not newer than version"),
        ({"manifest_sha256": "0" * 64}, "manifest.json: sha256 is"),
        ({"manifest_sha256": "../../etc/passwd"}, "is not a sha256 in hex"),
        ({"bytes": 0}, "announced with 0 bytes"),
        ({"signature": ""}, "not signed: give the trainer the key"),
        ({"signature": "{}"}, "signature: must have the keys"),
        ({"signature": signed_for("0" * 64)}, "signed for another manifest (000000000000...)"),
        (
            {"manifest_sha256": "0" * 64, "signature": signed_for("0" * 64, until=1)},
            "its signature expired 1970-01-01",
        ),
        (
            {"manifest_sha256": "0" * 64, "signature": signed_for("0" * 64, SigningKey.new())},
            "which this robot does not trust (update_keys)",
        ),
    ],
)
def test_an_offer_that_does_not_hold_is_refused(
    setup: Setup, fields: dict[str, object], reason: str
) -> None:
    before = setup.version()
    bundle = setup.make()
    setup.server.offer(bundle, **fields)
    version = int(fields.get("version", bundle.manifest.version))  # type: ignore[call-overload]
    report = setup.server.report(version, ModelReport.REFUSED, setup.robot.process)
    assert reason in report.reason
    assert setup.version() == before


def flipped(response: Response) -> None:
    response.data[len(response.data) // 2] ^= 1


def truncated(response: Response) -> None:
    response.size -= 1
    if len(response.data) % 1024:
        response.data = response.data[:-1]


@pytest.mark.parametrize("spoil", [flipped, truncated])
def test_a_file_that_is_not_the_announced_one_is_refused(
    setup: Setup, spoil: Callable[[Response], None]
) -> None:
    before = setup.version()
    bundle = setup.make(weights_f=nudged(setup.base.weights("f"), seed=3))

    def reply(request: Request) -> Response:
        response = setup.server.good(request)
        if request.file == "weights.safetensors":
            spoil(response)
        return response

    setup.server.reply = reply
    setup.server.offer(bundle)
    version = bundle.manifest.version
    report = setup.server.report(version, ModelReport.REFUSED, setup.robot.process)
    assert report.reason.startswith("weights.safetensors: sha256 is")
    assert setup.version() == before


def test_an_offset_that_is_ignored_is_found_out(setup: Setup) -> None:
    bundle = setup.make(weights_f=nudged(setup.base.weights("f"), seed=4))

    def from_the_beginning(request: Request) -> Response:
        answer = setup.server.good(
            Request(version=request.version, file=request.file, length=request.length)
        )
        answer.data = answer.data[: max(0, answer.size - request.offset)]
        return answer

    setup.server.reply = from_the_beginning
    setup.server.offer(bundle)
    version = bundle.manifest.version
    report = setup.server.report(version, ModelReport.REFUSED, setup.robot.process)
    assert report.reason.startswith("weights.safetensors: sha256 is")


def more_than_asked(request: Request, response: Response) -> None:
    response.data = response.data * 2
    response.size = 2 * response.size


def too_large(request: Request, response: Response) -> None:
    response.size = 1 << 40


def of_another_size(request: Request, response: Response) -> None:
    response.size += request.offset


def empty(request: Request, response: Response) -> None:
    response.data = response.data[:0]


def refused(request: Request, response: Response) -> None:
    response.status = Response.UNAVAILABLE
    response.message = "not now:\ncopying"
    response.data = response.data[:0]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (more_than_asked, "get_model answers garbage: weights.safetensors: "),
        (too_large, "get_model answers garbage: weights.safetensors: has 1099511627776 bytes"),
        (of_another_size, "get_model answers garbage: weights.safetensors: has "),
        (empty, "get_model answers garbage: weights.safetensors: 0 bytes came for 65536"),
        (refused, "get_model, weights.safetensors: refused (4): not now: copying"),
    ],
)
def test_a_server_that_breaks_the_protocol_is_tried_again(
    setup: Setup, spoil: Callable[[Request, Response], None], reason: str
) -> None:
    before = setup.version()
    bundle = setup.make(weights_f=nudged(setup.base.weights("f"), seed=next(NUMBERS)))

    def reply(request: Request) -> Response:
        response = setup.server.good(request)
        if request.file == "weights.safetensors":
            spoil(request, response)
        return response

    setup.server.reply = reply
    setup.server.offer(bundle)
    version = bundle.manifest.version
    report = setup.server.report(version, ModelReport.FAILED, setup.robot.process)
    assert report.reason.startswith(reason)
    assert report.running == before == setup.version()
    setup.server.reply = setup.server.good
    setup.server.report(version, ModelReport.SWAPPED, setup.robot.process)
    setup.player.play_until_kept(version)


def test_a_disk_that_is_full_is_tried_again_and_nothing_is_fetched_twice(setup: Setup) -> None:
    bundle = setup.make(weights_f=nudged(setup.base.weights("f"), seed=5))
    version, pid = bundle.manifest.version, setup.robot.process.pid
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        setup.server.offer(bundle)
        report = setup.server.report(version, ModelReport.FAILED, setup.robot.process)
        assert "File too large" in report.reason
        assert setup.version() < version
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))
    report = setup.server.report(version, ModelReport.SWAPPED, setup.robot.process)
    offsets = [r.offset for r in setup.server.requests if r.file == "weights.safetensors"]
    assert 200_000 in offsets
    assert 0 not in offsets[offsets.index(200_000) :]
    setup.player.play_until_kept(version)
