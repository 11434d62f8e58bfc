"""Every request gets its answer: a label map that is on disk, or a status and one line."""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.class_scorers import (
    ClassScorer,
    ClassScorerError,
    EdgeScores,
    create_class_scorer,
)
from laecips_cloud.fusion.assisted_inference import AssistedInference
from laecips_cloud.hard_frames.loaded_models import LoadedModels
from laecips_cloud.hard_frames.service import HardFrameService
from laecips_cloud.mask_generators import MaskGenerator, create_mask_generator
from laecips_cloud.mask_generators.none import NoMasks
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_cloud.training.data.labelled_frames import UNLABELLED
from laecips_cloud.training.online.lessons import lesson_of
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.image_messages import decode_compressed, encode_jpeg
from laecips_edge.core.image.run_lengths import encode_runs
from laecips_edge.core.inference.scores import scores_at, softmax
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.link import wire
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest

NOW_NS = 1_700_000_000_000_000_000
CLASSES = 4


@pytest.fixture(scope="module")
def models(tiny_bundle: Bundle, next_bundle: Bundle) -> LoadedModels:
    return LoadedModels([tiny_bundle.path, next_bundle.path])


@pytest.fixture
def buffer(buffer_path: Path, models: LoadedModels) -> Iterator[ReplayBuffer]:
    it = ReplayBuffer(buffer_path, classes=models.classes)
    yield it
    it.close()


@pytest.fixture
def failures() -> list[Exception]:
    return []


@pytest.fixture
def service_with(
    models: LoadedModels, buffer: ReplayBuffer, failures: list[Exception]
) -> Callable[..., HardFrameService]:
    """Makes services; graph segmentation and f's own scores unless others are given."""

    def make(
        generator: MaskGenerator | None = None,
        scorer: ClassScorer | None = None,
        kept_in: ReplayBuffer = buffer,
        keep_required: bool = True,
    ) -> HardFrameService:
        return HardFrameService(
            models=models,
            inference=AssistedInference(
                generator or create_mask_generator("graph"),
                scorer or create_class_scorer("edge", classes=models.classes),
            ),
            buffer=kept_in,
            now_ns=lambda: NOW_NS,
            on_failure=failures.append,
            keep_required=keep_required,
        )

    return make


@pytest.fixture
def service(service_with: Callable[..., HardFrameService]) -> HardFrameService:
    return service_with()


@pytest.fixture
def frame(jpeg: bytes, tiny_bundle: Bundle) -> HardFrameRequest:
    return HardFrameRequest(
        request_id="robot/1",
        robot="robot",
        stamp_ns=5,
        picture=jpeg,
        picture_format="jpeg",
        depth=b"",
        bundle_version=1,
        classes_hash=tiny_bundle.manifest.classes_hash,
        why="hard",
        trust=0.25,
        scores=b"",
    )


def label_map_of(answer: HardFrameAnswer, shape: tuple[int, int] = (90, 140)) -> np.ndarray:
    return wire.decode_label_map(answer.label_map, shape, CLASSES)


def test_the_answer_is_f_by_the_robots_version(
    service: HardFrameService, frame: HardFrameRequest, models: LoadedModels, jpeg: bytes
) -> None:
    answer = service.answer(frame)
    assert (answer.status, answer.message, answer.repeated) == (AnswerStatus.OK, "", False)
    rgb = decode_compressed(jpeg)
    logits = models.find(1).logits(rgb)
    scorer = create_class_scorer("edge", classes=models.classes)
    expected = AssistedInference(create_mask_generator("graph"), scorer)(
        rgb, lambda: scores_at(logits, (90, 140))
    )
    np.testing.assert_array_equal(label_map_of(answer), expected.label_map)
    assert answer.confidence_map == wire.encode_confidence_map(expected.confidence_map)
    assert answer.bundle_version == 1
    times = answer.times
    assert min(times.decode, times.scores, times.masks, times.fusion, times.store) > 0


def test_nothing_is_learnt_from_what_the_robot_has_blanked(
    service: HardFrameService, frame: HardFrameRequest, buffer: ReplayBuffer
) -> None:
    blanked = np.zeros((90, 140), np.uint8)
    blanked[:40, :50] = 1
    coded = wire.encode_label_map(blanked)
    answer = service.answer(replace(frame, blanked=coded))
    there = blanked.astype(bool)
    assert (label_map_of(answer)[there] == 255).all()
    assert (label_map_of(answer)[~there] < CLASSES).all()
    kept = buffer.find(frame.request_id)
    assert kept is not None
    lesson = lesson_of(kept, classes=CLASSES, min_confidence=0.0)
    assert np.array_equal(lesson.label == UNLABELLED, there)


def test_a_blanking_of_another_size_is_refused(
    service: HardFrameService, frame: HardFrameRequest
) -> None:
    answer = service.answer(
        replace(frame, blanked=wire.encode_label_map(np.ones((9, 9), np.uint8)))
    )
    assert answer.status is AnswerStatus.BAD_REQUEST
    assert answer.message.startswith("blanked: label map:")


def test_another_version_has_another_answer(
    service: HardFrameService, frame: HardFrameRequest
) -> None:
    first = service.answer(frame)
    second = service.answer(replace(frame, request_id="robot/2", bundle_version=2))
    assert second.bundle_version == 2
    assert (label_map_of(first) != label_map_of(second)).any()


def test_what_is_kept_is_what_was_answered(
    service: HardFrameService, frame: HardFrameRequest, buffer: ReplayBuffer
) -> None:
    answer = service.answer(replace(frame, why="audit"))
    assert buffer.find("robot/1") == ReplayFrame(
        request_id="robot/1",
        robot="robot",
        stamp_ns=5,
        received_ns=NOW_NS,
        bundle_version=1,
        why="audit",
        trust=0.25,
        picture=frame.picture,
        depth=b"",
        label_map=answer.label_map,
        confidence_map=answer.confidence_map,
    )


def test_the_same_request_again_gets_the_same_answer(
    service: HardFrameService, frame: HardFrameRequest, buffer: ReplayBuffer
) -> None:
    first = service.answer(frame)
    again = service.answer(replace(frame, picture=b"gone"))
    assert again.repeated
    assert (again.label_map, again.confidence_map) == (first.label_map, first.confidence_map)
    assert again.times.masks == 0
    assert buffer.totals()[0] == 1


def test_the_robots_scores_spare_the_cloud_f(
    service: HardFrameService, frame: HardFrameRequest, models: LoadedModels, rgb: np.ndarray
) -> None:
    certain = np.zeros((CLASSES, 24, 32), np.float32)
    certain[2] = 1
    answer = service.answer(replace(frame, scores=wire.encode_scores(certain), bundle_version=77))
    assert (answer.status, answer.bundle_version) == (AnswerStatus.OK, 77)
    assert (label_map_of(answer) == 2).all()


def test_the_robots_scores_agree_with_f_run_here(
    service: HardFrameService, frame: HardFrameRequest, tiny_bundle: Bundle, jpeg: bytes
) -> None:
    robot = Segmenter(tiny_bundle)
    scores = wire.encode_scores(softmax(robot.logits(decode_compressed(jpeg))))
    here = service.answer(frame)
    sent = service.answer(replace(frame, request_id="robot/2", scores=scores))
    # Scores travel in 256 steps and are up-sampled after the softmax.
    assert (label_map_of(here) == label_map_of(sent)).mean() > 0.95


def _png_scores(classes: int, height: int, width: int) -> bytes:
    return wire.encode_scores(np.full((classes, height, width), 1 / classes, np.float32))


BAD = [
    ({"request_id": ""}, AnswerStatus.BAD_REQUEST, "request_id: empty; give each frame"),
    (
        {"request_id": "x" * 257},
        AnswerStatus.BAD_REQUEST,
        "request_id: 257 characters; at most 256",
    ),
    ({"robot": "x" * 257}, AnswerStatus.BAD_REQUEST, "robot: 257 characters"),
    ({"trust": float("nan")}, AnswerStatus.BAD_REQUEST, "confidence: nan; it is h of the frame"),
    (
        {"deadline_s": -1.0},
        AnswerStatus.BAD_REQUEST,
        "deadline_s: -1.0; give the seconds that the robot waits",
    ),
    ({"deadline_s": float("nan")}, AnswerStatus.BAD_REQUEST, "deadline_s: nan"),
    ({"trust": 1.5}, AnswerStatus.BAD_REQUEST, "confidence: 1.5"),
    ({"picture": b""}, AnswerStatus.BAD_REQUEST, "image: format 'jpeg': no data"),
    (
        {"picture": b"GIF89a"},
        AnswerStatus.BAD_REQUEST,
        "image: format 'jpeg': neither JPEG nor PNG",
    ),
    ({"depth": b"junk"}, AnswerStatus.BAD_REQUEST, "depth: neither JPEG nor PNG"),
    (
        {"depth": wire.encode_depth(np.ones((5, 7), np.uint16))},
        AnswerStatus.BAD_REQUEST,
        "depth: is 5 x 7, must be 90 x 140",
    ),
    (
        {"bundle_version": 9},
        AnswerStatus.UNKNOWN_VERSION,
        "no f of version 9 here, only 1, 2; add its bundle to the cloud or send scores",
    ),
    (
        {"classes_hash": "5ad0beef5ad0beef"},
        AnswerStatus.BAD_REQUEST,
        "classes_hash: '5ad0beef5ad0beef' of the robot's bundle, but this cloud's is ",
    ),
    (
        {"classes_hash": "", "scores": b"of whatever classes"},
        AnswerStatus.BAD_REQUEST,
        "(belt, part, screw, scratch); give both bundles of the same classes",
    ),
    ({"scores": b"junk"}, AnswerStatus.BAD_REQUEST, "scores: of no known coding"),
    (
        {"scores": _png_scores(3, 25, 32)},
        AnswerStatus.BAD_REQUEST,
        "scores: 75 rows are not a multiple of 4 classes",
    ),
    (
        {"scores": _png_scores(4, 12, 16)},
        AnswerStatus.BAD_REQUEST,
        "scores: [4, 12, 16], f of version 1 gives [4, 24, 32]; send what it gave",
    ),
    (
        {"scores": encode_runs(np.zeros((4 * 24, 32), np.uint8))},
        AnswerStatus.BAD_REQUEST,
        "scores: a pixel has none",
    ),
]


@pytest.mark.parametrize(("changes", "status", "message"), BAD, ids=[case[2] for case in BAD])
def test_a_request_that_cannot_be_read(
    changes: dict,
    status: AnswerStatus,
    message: str,
    service: HardFrameService,
    frame: HardFrameRequest,
    buffer: ReplayBuffer,
    failures: list[Exception],
) -> None:
    answer = service.answer(replace(frame, **changes))
    assert answer.status == status
    assert message in answer.message
    assert "\n" not in answer.message
    assert (answer.label_map, answer.confidence_map) == (b"", b"")
    assert buffer.totals() == (0, 0)
    assert failures == []
    assert service.answer(frame).status == AnswerStatus.OK


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_truncated_jpeg(share: float, service: HardFrameService, frame: HardFrameRequest) -> None:
    answer = service.answer(
        replace(frame, picture=frame.picture[: int(len(frame.picture) * share)])
    )
    assert answer.status == AnswerStatus.BAD_REQUEST
    assert re.match("image: .*truncated after [0-9]+ bytes: send the whole file", answer.message)


def test_a_picture_that_would_eat_the_memory(
    service: HardFrameService, frame: HardFrameRequest
) -> None:
    huge = encode_jpeg(np.zeros((4000, 4000, 3), np.uint8), 10)
    answer = service.answer(replace(frame, picture=huge))
    assert answer.status == AnswerStatus.BAD_REQUEST
    assert "is 4000 x 4000, 16.0 megapixels, and at most 8.4 are taken" in answer.message


def test_a_buffer_that_takes_no_more(
    models: LoadedModels,
    buffer_path: Path,
    frame: HardFrameRequest,
    failures: list[Exception],
    service_with: Callable[..., HardFrameService],
) -> None:
    with_room_for_nothing = ReplayBuffer(
        buffer_path.with_name("small.sqlite"), classes=models.classes, max_bytes=10
    )
    service = service_with(kept_in=with_room_for_nothing)
    answer = service.answer(frame)
    assert answer.status == AnswerStatus.UNAVAILABLE
    assert "does not fit into max_bytes 10; raise max_bytes" in answer.message
    assert answer.label_map == b""
    with_room_for_nothing.close()
    assert "is closed" in service.answer(frame).message
    assert failures == []


class Broken:
    """A mask generator that fails, as one on a GPU does when the memory is gone."""

    def generate(self, rgb: np.ndarray) -> None:
        raise RuntimeError("CUDA out of memory\nand more lines")


def test_a_mask_generator_that_fails(
    buffer: ReplayBuffer,
    frame: HardFrameRequest,
    failures: list[Exception],
    service_with: Callable[..., HardFrameService],
) -> None:
    answer = service_with(generator=Broken()).answer(frame)
    assert answer.status == AnswerStatus.UNAVAILABLE
    assert answer.message == (
        "the cloud failed with RuntimeError: CUDA out of memory and more lines; see its log"
    )
    assert [type(failure) for failure in failures] == [RuntimeError]
    assert buffer.totals() == (0, 0)


TABLE = "outputs: [a, b, c]\nclasses: {belt: [a], part: [b], screw: [c], scratch: [], unknown: []}"


class OfItsOwnMind:
    """A scorer that does not ask f: all is of class 2."""

    def score(self, rgb: np.ndarray, edge: EdgeScores) -> np.ndarray:
        scores = np.zeros((CLASSES, *rgb.shape[:2]), np.float32)
        scores[2] = 1
        return scores


def test_a_scorer_that_does_not_ask_spares_the_cloud_f(
    service_with: Callable[..., HardFrameService],
    frame: HardFrameRequest,
    models: LoadedModels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    run = models.find(1).logits
    monkeypatch.setattr(models.find(1), "logits", lambda *args: asked.append(1) or run(*args))
    answer = service_with(scorer=OfItsOwnMind()).answer(frame)
    assert answer.status == AnswerStatus.OK
    assert (label_map_of(answer) == 2).all()
    assert asked == []
    assert service_with().answer(replace(frame, request_id="robot/2")).status == AnswerStatus.OK
    assert asked == [1]


def test_a_blend_hears_the_robots_scores(
    service_with: Callable[..., HardFrameService],
    frame: HardFrameRequest,
    models: LoadedModels,
    save_network: Callable[..., Path],
) -> None:
    """f is sure of class 2, the network of class 0: who has more weight is believed."""
    model = str(save_network(weight=np.zeros((3, 3)), bias=[9, 0, 0], table=TABLE))
    certain = np.zeros((CLASSES, 24, 32), np.float32)
    certain[2] = 1
    sent = replace(frame, scores=wire.encode_scores(certain))
    for weight, label in (("0.4", 2), ("0.6", 0)):
        options = {"model": model, "cloud_weight": weight}
        scorer = create_class_scorer("blend", options, classes=models.classes)
        answer = service_with(scorer=scorer).answer(replace(sent, request_id=weight))
        assert (label_map_of(answer) == label).all()


def test_bad_scores_of_a_robot_are_its_fault_whoever_asks_for_them(
    service_with: Callable[..., HardFrameService],
    frame: HardFrameRequest,
    models: LoadedModels,
    save_network: Callable[..., Path],
    failures: list[Exception],
) -> None:
    options = {"model": str(save_network(table=TABLE)), "cloud_weight": "1"}
    service = service_with(scorer=create_class_scorer("blend", options, classes=models.classes))
    answer = service.answer(replace(frame, scores=b"junk"))
    assert (answer.status, failures) == (AnswerStatus.BAD_REQUEST, [])
    assert answer.message.startswith("scores: of no known coding")


def test_a_scorer_that_has_no_answer(
    service_with: Callable[..., HardFrameService],
    frame: HardFrameRequest,
    models: LoadedModels,
    buffer: ReplayBuffer,
    failures: list[Exception],
    save_network: Callable[..., Path],
) -> None:
    """A real network whose answer is finite for most pictures, and not for a black one."""
    from onnx import helper  # noqa: PLC0415 (not for every session)

    path = save_network(
        weight=np.eye(3) * 10,
        bias=[-1.0] * 3,
        after=[helper.make_node("Sqrt", ["conv"], ["scores"])],
        table=f"{TABLE}\ninput: {{mean: [0, 0, 0], std: [1, 1, 1]}}",
    )
    scorer = create_class_scorer("onnx", {"model": str(path)}, classes=models.classes)
    service = service_with(NoMasks(), scorer)
    black, grey = (
        replace(
            frame,
            request_id=f"robot/{value}",
            picture=encode_jpeg(np.full((90, 140, 3), value, np.uint8), 90),
        )
        for value in (0, 128)
    )
    for _ in range(2):  # it was not kept, so that it may be sent again
        answer = service.answer(black)
        assert answer.status == AnswerStatus.UNAVAILABLE
        assert answer.message == (
            f"class scorer: {path}: its answer is not finite; "
            "check its weights and the table's input"
        )
        assert (answer.label_map, answer.confidence_map) == (b"", b"")
        assert answer.bundle_version == 1
        assert buffer.totals() == (0, 0)
    assert failures == []
    assert service.answer(grey).status == AnswerStatus.OK
    assert buffer.totals()[0] == 1


@pytest.mark.parametrize(
    ("keep_required", "deadline_s", "answered"),
    [(False, 2.0, True), (True, 2.0, False), (False, 0.0, False)],
    ids=["best effort", "required", "for teaching"],
)
def test_answers_go_on_without_the_replay_buffer(
    service_with: Callable[..., HardFrameService],
    frame: HardFrameRequest,
    tmp_path: Path,
    models: LoadedModels,
    keep_required: bool,
    deadline_s: float,
    answered: bool,
) -> None:
    """A frame for which no robot waits is sent to be kept: to say OK would lose it."""
    path = tmp_path / "replay.sqlite"
    with closing(ReplayBuffer(path, classes=models.classes, max_bytes=1)) as small:
        service = service_with(kept_in=small, keep_required=keep_required)
        answer = service.answer(replace(frame, deadline_s=deadline_s))
        assert small.totals() == (0, 0)
    reason = "does not fit into max_bytes 1"
    if answered:
        assert (answer.status, answer.message) == (AnswerStatus.OK, "")
        assert reason in answer.unkept
        assert label_map_of(answer).shape == (90, 140)
    else:
        assert (answer.status, answer.unkept) == (AnswerStatus.UNAVAILABLE, "")
        assert reason in answer.message


class Tired:
    """A scorer of somebody else, whose message has lines."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def score(self, rgb: np.ndarray, edge: EdgeScores) -> np.ndarray:
        raise self._error


@pytest.mark.parametrize(
    ("error", "message", "unforeseen"),
    [
        (ClassScorerError("its queue\nis full"), "class scorer: its queue is full", 0),
        (
            MemoryError("no room"),
            "the cloud failed with MemoryError: no room; see its log",
            1,
        ),
    ],
)
def test_a_scorer_that_fails(
    error: Exception,
    message: str,
    unforeseen: int,
    service_with: Callable[..., HardFrameService],
    frame: HardFrameRequest,
    buffer: ReplayBuffer,
    failures: list[Exception],
) -> None:
    answer = service_with(scorer=Tired(error)).answer(frame)
    assert (answer.status, answer.message) == (AnswerStatus.UNAVAILABLE, message)
    assert len(failures) == unforeseen
    assert buffer.totals() == (0, 0)


class Short:
    """A scorer whose answer does not fit the picture."""

    def score(self, rgb: np.ndarray, edge: EdgeScores) -> np.ndarray:
        return edge()[:, 1:]


def test_a_scorer_whose_answer_does_not_fit(
    service_with: Callable[..., HardFrameService],
    frame: HardFrameRequest,
    buffer: ReplayBuffer,
    failures: list[Exception],
) -> None:
    answer = service_with(scorer=Short()).answer(frame)
    assert answer.status == AnswerStatus.UNAVAILABLE
    assert "scores of (89, 140) do not fit masks of (90, 140)" in answer.message
    assert len(failures) == 1
    assert buffer.totals() == (0, 0)


def until(condition: Callable[[], bool]) -> None:
    """Polls; what never comes is seen by the test's time limit."""
    while not condition():
        time.sleep(0.001)


class Counting:
    """A scorer that takes several pictures, all of class 2, and tells how many each time."""

    def __init__(self, before: Callable[[int], None] = lambda size: None) -> None:
        self.sizes: list[int] = []
        self._before = before

    def prepare_batches(self, most: int) -> int:
        return most

    def score(self, rgb: np.ndarray, edge: EdgeScores) -> np.ndarray:
        return self.score_batch([rgb], [edge])[0]

    def score_batch(self, pictures: list[np.ndarray], edges: list[EdgeScores]) -> list[np.ndarray]:
        self._before(len(pictures))
        self.sizes.append(len(pictures))
        return [edge() for edge in edges]


def test_ten_robots_at_once_share_runs(
    models: LoadedModels,
    buffer: ReplayBuffer,
    service: HardFrameService,
    frame: HardFrameRequest,
    failures: list[Exception],
) -> None:
    """Each gets what it would get alone; one with a bad picture costs the others nothing."""

    def wait_for_the_others(size: int) -> None:
        if not scorer.sizes:  # all but the one whose picture is bad
            until(lambda: len(inference._scoring._waiting) == 9 - size)

    scorer = Counting(wait_for_the_others)
    inference = AssistedInference(
        create_mask_generator("graph"), scorer, max_batch=4, batch_window_s=60.0
    )
    assert inference.max_batch == 4
    busy = HardFrameService(
        models=models,
        inference=inference,
        buffer=buffer,
        now_ns=lambda: NOW_NS,
        on_failure=failures.append,
    )
    frames = [replace(frame, request_id=f"robot/{n}", bundle_version=1 + n % 2) for n in range(10)]
    frames[3] = replace(frames[3], scores=b"junk")  # told apart in the run
    frames[4] = replace(frames[4], picture=b"junk")  # told apart before it
    with ThreadPoolExecutor(len(frames)) as pool:
        answers = list(pool.map(busy.answer, frames))
    assert failures == []
    assert max(scorer.sizes) == 4
    # Four, unless the bad scores were among them: then what is left is another run or their half.
    assert max(answer.batch for answer in answers) >= 2
    assert buffer.totals()[0] == 8
    for asked, answer in zip(frames, answers, strict=True):
        if asked in (frames[3], frames[4]):
            assert answer.status == AnswerStatus.BAD_REQUEST
            continue
        alone = service.answer(replace(asked, request_id=f"{asked.request_id}/alone"))
        assert (answer.status, answer.label_map) == (AnswerStatus.OK, alone.label_map)


def test_a_robot_that_waits_no_longer_costs_no_run(
    service_with: Callable[..., HardFrameService], frame: HardFrameRequest, buffer: ReplayBuffer
) -> None:
    scorer = Counting()
    answer = service_with(scorer=scorer).answer(replace(frame, deadline_s=1e-6))
    assert answer.status == AnswerStatus.UNAVAILABLE
    assert answer.message.startswith(
        "too late: the robot waits 1e-06 s for an answer, and its turn"
    )
    assert (scorer.sizes, buffer.totals()) == ([], (0, 0))
    assert (
        service_with(scorer=scorer).answer(replace(frame, deadline_s=60.0)).status
        == AnswerStatus.OK
    )
