"""f without training, over the frames that a trained f has answered."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_eval.bags import Bag, BagWriter, Legend, open_bag
from laecips_eval.offline_replay.untrained import score_untrained
from laecips_eval.scoring.answers import PublishedAnswer
from laecips_eval.scoring.scoreboard import Scoreboard
from made_bundles import variant
from trainer_robot import ColourFrames

FRAMES = 8
EDGE = EdgeSettings()


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Bundle) -> Bag:
    path = tmp_path_factory.mktemp("bags") / "colours"
    manifest = tiny_bundle.manifest
    legend = Legend(classes=manifest.classes, palette=manifest.palette)
    with BagWriter(path, legend=legend, rate_hz=10) as writer:
        for frame in ColourFrames(FRAMES, seed=6):
            writer.add(encode_jpeg(frame.image, 90), encode_png(frame.label))
    return open_bag(path)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Bundle) -> Bundle:
    """A second version that says something else: its f has the classes in another order."""
    weights = tiny_bundle.weights("f")
    turned = weights | {"logits.conv.weight": weights["logits.conv.weight"][::-1].copy()}
    return variant(tiny_bundle, tmp_path_factory.mktemp("two") / "2", 2, weights_f=turned)


@pytest.fixture(scope="module")
def ran(bag: Bag, tiny_bundle: Bundle, other: Bundle) -> Callable[..., Scoreboard]:
    """A run with the second version from a frame on; some answers may be lost."""

    def it(*, swap_at: int, lost: tuple[int, ...] = (), first_version: int = 1) -> Scoreboard:
        board = Scoreboard(
            classes=tiny_bundle.manifest.classes,
            segments=bag.segments,
            total=FRAMES,
            first_version=first_version,
        )
        truth = bag.truth()
        pairs = {
            version: (Segmenter(bundle), EDGE.policy_for(bundle.manifest))
            for version, bundle in ((1, tiny_bundle), (2, other))
        }
        for index, frame in enumerate(bag.frames()):
            version = 1 if index < swap_at else 2
            segmenter, policy = pairs[version]
            prediction = segmenter.predict(frame.rgb())
            decision = policy.decide(prediction.logits, h=segmenter.trust, stamp_ns=frame.stamp_ns)
            board.add_played(frame.stamp_ns, index=index)
            board.add_label_map_now(frame.stamp_ns, prediction.label_map, truth.get(frame.stamp_ns))
            if index in lost:
                continue
            board.add_answer(
                PublishedAnswer(
                    stamp_ns=frame.stamp_ns,
                    source="edge",
                    trust=decision.trust,
                    delta=decision.delta,
                    hard=False,
                    audit=False,
                    version=version,
                )
            )
        return board

    return it


@pytest.mark.parametrize(
    ("swap_at", "lost", "asked"),
    [
        (FRAMES, (), []),
        (5, (), [5, 6, 7]),
        (0, (), list(range(FRAMES))),
        # Nobody knows which version has answered it.
        (FRAMES, (2,), [2]),
        (6, (1, 7), [1, 6, 7]),
    ],
)
def test_only_frames_of_a_trained_version_are_computed(
    ran: Callable[..., Scoreboard],
    bag: Bag,
    tiny_bundle: Bundle,
    monkeypatch: pytest.MonkeyPatch,
    swap_at: int,
    lost: tuple[int, ...],
    asked: list[int],
) -> None:
    board = ran(swap_at=swap_at, lost=lost)
    seen: list[np.ndarray] = []
    told: list[tuple[int, int]] = []
    predict = Segmenter.predict

    def spy(segmenter: Segmenter, rgb: np.ndarray) -> object:
        seen.append(rgb)
        return predict(segmenter, rgb)

    monkeypatch.setattr(Segmenter, "predict", spy)
    score_untrained(
        board,
        bag,
        bundle=tiny_bundle,
        edge=EDGE,
        progress=lambda done, total: told.append((done, total)),
    )
    pictures = [frame.rgb() for frame in bag.frames()]
    assert len(seen) == len(asked)
    for picture, index in zip(seen, asked, strict=True):
        np.testing.assert_array_equal(picture, pictures[index])
    assert told == [(number + 1, len(asked)) for number in range(len(asked))]
    assert board.stamps_of_trained() == []


@pytest.mark.parametrize("swap_at", [0, 5])
def test_its_figures_are_those_of_a_run_that_never_swapped(
    ran: Callable[..., Scoreboard], bag: Bag, tiny_bundle: Bundle, swap_at: int
) -> None:
    learnt, plain = ran(swap_at=swap_at), ran(swap_at=FRAMES)
    assert learnt.measured().miou.edge_untrained.dataset is None
    score_untrained(learnt, bag, bundle=tiny_bundle, edge=EDGE)
    score_untrained(plain, bag, bundle=tiny_bundle, edge=EDGE)
    for row, other in zip(learnt.rows(), plain.rows(), strict=True):
        assert row.iou_untrained == other.iou_untrained == other.iou_now
        assert row.trust_untrained == pytest.approx(other.trust, abs=1e-6)
    assert any(row.iou_now != row.iou_untrained for row in learnt.rows())
    untrained = learnt.measured().miou.edge_untrained
    assert untrained == plain.measured().miou.edge_untrained
    assert untrained == plain.measured().miou.edge_only
    assert untrained != learnt.measured().miou.edge_only


def test_a_run_that_does_not_ask_for_it_pays_nothing(
    ran: Callable[..., Scoreboard], bag: Bag, tmp_path: Path
) -> None:
    class Nowhere(Bundle):
        """A bundle that cannot run."""

    board = ran(swap_at=FRAMES)
    score_untrained(board, bag, bundle=Nowhere.__new__(Nowhere), edge=EDGE)
    assert board.stamps_of_trained() == []
