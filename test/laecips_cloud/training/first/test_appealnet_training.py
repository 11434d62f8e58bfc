"""From a pair to the bundle of an AppealNet."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.training.data.drifted_views import View
from laecips_cloud.training.data.labelled_frames import LabelledFrames
from laecips_cloud.training.first import appealnet_training as appealnet_training_module
from laecips_cloud.training.first.appealnet_training import AppealNetTraining, appealnet_training
from laecips_edge.core.bundle.bundle import Bundle, write_bundle
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.routing.policy import Policy
from made_bundles import variant

ToyFrames = Callable[..., LabelledFrames]
SETTINGS = AppealNetTraining(steps=2, batch=2, variants=1)


def right_here_and_there(image: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """A cloud that is better than f on some pictures alone."""
    return np.asarray((image[..., 0] > 120) + 2 * (image[..., 2] > 120), np.uint8)


@pytest.fixture
def frames(toy_frames: ToyFrames, tiny_bundle: Bundle) -> LabelledFrames:
    """Held-out frames of the tiny bundle's classes."""
    made = toy_frames(count=6, size=(96, 128))
    made.classes = tiny_bundle.manifest.classes  # type: ignore[misc]
    made.palette = tiny_bundle.manifest.palette  # type: ignore[misc]
    return made


@pytest.mark.slow
def test_a_bundle_that_tests_itself_and_decides(
    frames: LabelledFrames, tiny_bundle: Bundle, tiny_appealnet: Bundle, tmp_path: Path
) -> None:
    lines: list[str] = []
    outcome = appealnet_training(
        tiny_bundle,
        frames,
        settings=SETTINGS,
        assist=right_here_and_there,
        path=tmp_path / "appealnet",
        progress=lines.append,
    )
    bundle = Bundle.load(tmp_path / "appealnet")
    manifest = bundle.manifest
    assert manifest.architecture == "appealnet"
    assert bundle.graph_f == tiny_appealnet.graph_f != tiny_bundle.graph_f
    assert set(outcome.miners) == {"laecips", "spp", "sm", "mess", "eiou", "appealnet"}
    assert set(manifest.thresholds) == {*outcome.miners, "random"}
    assert manifest.training["appeal_beta"] > 0
    assert manifest.training["frames"] == 3
    segmenter = Segmenter(bundle)
    segmenter.self_test()
    answer = segmenter.predict(frames[0].image)
    decision = Policy("appealnet", manifest=manifest).decide(
        answer.logits, h=segmenter.trust, stamp_ns=0, q=answer.q
    )
    assert decision.trust == answer.q
    before, after = tiny_bundle.weights("h"), bundle.weights("h")
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert "f and its head are trained for 2 steps" in lines[1]


@pytest.mark.slow
@pytest.mark.parametrize(("folds", "taught"), [(3, 5), (0, 3)])
def test_where_h_has_learnt_from_folds_it_learns_from_their_frames_too(
    toy_frames: ToyFrames,
    frames: LabelledFrames,
    tiny_bundle: Bundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    folds: int,
    taught: int,
) -> None:
    of_folds = {**tiny_bundle.manifest.training, "folds": folds}
    pair = variant(tiny_bundle, tmp_path / "pair", 1, training=of_folds)
    learnt = toy_frames(count=2, size=(96, 128), seed=9)
    seen: list[np.ndarray] = []

    def train(network: object, loss: list[float], view: Callable[[int], View], **_: object) -> None:
        seen.extend(view(number).image for number in range(len(loss)))

    monkeypatch.setattr(appealnet_training_module, "train_appealnet", train)
    outcome = appealnet_training(
        pair,
        frames,
        learnt=learnt,
        settings=SETTINGS,
        assist=right_here_and_there,
        path=tmp_path / "appealnet",
    )
    assert outcome.bundle.manifest.training["frames"] == taught
    plain = [*(frames[i] for i in range(3)), *(learnt[i] for i in range(taught - 3))]
    assert len(seen) == 2 * taught  # each as it is, and a drifted view
    for number, frame in enumerate(plain):
        assert np.array_equal(seen[2 * number], frame.image)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"architecture": "unet"}, "f is unet on rgb; AppealNet's head reads"),
        ({"tiles": (1, 2)}, "f takes tiles, and AppealNet judges whole frames"),
        ({"classes": ("a", "b", "c", "d")}, "made for other classes than the frames"),
    ],
)
def test_a_pair_that_cannot_become_one(
    frames: LabelledFrames,
    tiny_bundle: Bundle,
    tmp_path: Path,
    changes: dict[str, object],
    message: str,
) -> None:
    other = write_bundle(
        tmp_path / "pair",
        manifest=replace(tiny_bundle.manifest, **changes),  # type: ignore[arg-type]
        graph_f=tiny_bundle.graph_f,
        graph_h=tiny_bundle.graph_h,
        weights_f=tiny_bundle.weights("f"),
        weights_h=tiny_bundle.weights("h"),
        agreement=[],
    )
    with pytest.raises(ValueError, match=message):
        appealnet_training(
            other,
            frames,
            settings=SETTINGS,
            assist=right_here_and_there,
            path=tmp_path / "appealnet",
        )


def test_settings_out_of_range_are_named() -> None:
    for name, value in (("steps", 0), ("batch", 0), ("minutes", 0.0), ("variants", -1)):
        with pytest.raises(ValueError, match=f"AppealNet: {name} is {value}"):
            AppealNetTraining(**{name: value})  # type: ignore[arg-type]
