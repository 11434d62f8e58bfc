"""Filling the table of frames with real networks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.metrics import frame_iou
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.codecs import decode_rgb, encode_jpeg, encode_png
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.routing.miners import create_miner
from laecips_eval.bags import Bag, BagError, BagWriter, Legend, Segment, open_bag
from laecips_eval.experiments.miners.measure import (
    RANKING,
    Deployment,
    contents_hash,
    measure,
    table_of,
)

RNG = np.random.default_rng(3)
PICTURES = [
    encode_jpeg(RNG.integers(0, 256, (6, 8, 3), np.uint8).repeat(16, axis=0).repeat(16, axis=1), 95)
    for _ in range(3)
]
TRUTHS = [RNG.integers(0, 4, (6, 8), np.uint8).repeat(16, axis=0).repeat(16, axis=1)] * 3


def written(path: Path, bundle: Bundle, *, truths: int = 3) -> Bag:
    legend = Legend(
        bundle.manifest.classes,
        bundle.manifest.palette,
        [Segment("whole", 0, 3)],
        [Segment("glare", 1, 2)],
    )
    with BagWriter(path, legend=legend) as bag:
        for place, picture in enumerate(PICTURES):
            bag.add(picture, encode_png(TRUTHS[place]) if place < truths else None)
    return open_bag(path)


def test_a_row_says_what_f_cloud_and_policies_make_of_a_frame(
    tmp_path: Path, tiny_bundle: Bundle, tiny_teacher: Path
) -> None:
    bag = written(tmp_path / "bag", tiny_bundle)
    table = measure(bag, Deployment.of(tiny_bundle.path, tiny_teacher), seed=5)
    segmenter = Segmenter(tiny_bundle)
    for place, picture in enumerate(PICTURES):
        prediction = segmenter.predict(decode_rgb(picture))
        assert table.f_iou[place] == pytest.approx(
            frame_iou(prediction.label_map, TRUTHS[place], 4)
        )
        for name in RANKING:
            assert table.scores[name][place] == pytest.approx(
                create_miner(name, seed=5).trust(
                    prediction.logits, h=segmenter.trust, stamp_ns=int(table.stamps_ns[place])
                )
            )
    assert set(RANKING) == {"laecips", "spp", "sm", "mess", "eiou", "random"}
    assert list(table.segments) == ["whole"] * 3
    assert list(table.disturbances) == ["", "glare", ""]
    assert np.abs(table.gain).max() > 0


def test_a_teacher_is_not_asked_again_for_another_pair(
    tmp_path: Path, tiny_bundle: Bundle, tiny_appealnet: Bundle, tiny_teacher: Path
) -> None:
    bag = written(tmp_path / "bag", tiny_bundle)
    first = measure(bag, Deployment.of(tiny_bundle.path, tiny_teacher))
    asked = measure(bag, Deployment.of(tiny_appealnet.path, tiny_teacher))
    nobody = Deployment.of(tiny_appealnet.path, tmp_path / "nowhere")
    taken = measure(bag, nobody, answered=first)
    for column in ("f_intersections", "f_unions", "cloud_intersections", "cloud_unions"):
        np.testing.assert_array_equal(getattr(taken, column), getattr(asked, column))
    assert {name: score.tolist() for name, score in taken.scores.items()} == {
        name: score.tolist() for name, score in asked.scores.items()
    }
    with pytest.raises(ValueError, match="the table with F's answers is of other frames"):
        measure(bag, nobody, every=2, answered=first)


def test_an_f_with_a_predictor_head_has_one_score_more(
    tmp_path: Path, tiny_appealnet: Bundle, tiny_teacher: Path
) -> None:
    bag = written(tmp_path / "bag", tiny_appealnet)
    table = measure(bag, Deployment.of(tiny_appealnet.path, tiny_teacher))
    assert set(table.scores) == {*RANKING, "appealnet"}
    segmenter = Segmenter(tiny_appealnet)
    qs = [segmenter.predict(decode_rgb(picture)).q for picture in PICTURES]
    assert table.scores["appealnet"].tolist() == qs


def test_a_table_is_measured_once(tmp_path: Path, tiny_bundle: Bundle, tiny_teacher: Path) -> None:
    bag = written(tmp_path / "bag", tiny_bundle)
    cache, deployment = tmp_path / "cache", Deployment.of(tiny_bundle.path, tiny_teacher)
    first = table_of(bag, deployment, cache=cache)
    (path,) = cache.iterdir()
    before = path.stat().st_mtime_ns
    again = table_of(bag, deployment, cache=cache)
    assert path.stat().st_mtime_ns == before
    np.testing.assert_array_equal(first.gain, again.gain)
    # Another seed of `random`, another F, another bag: other tables.
    table_of(bag, deployment, cache=cache, seed=1)
    table_of(
        bag,
        replace(deployment, cloud=replace(deployment.cloud, mask_generator="graph")),
        cache=cache,
    )
    other = tmp_path / "other"
    manifest = tiny_bundle.manifest
    with BagWriter(other, legend=Legend(manifest.classes, manifest.palette)) as made:
        made.add(PICTURES[0], encode_png(TRUTHS[0]))
    table_of(open_bag(other), deployment, cache=cache)
    assert len(list(cache.iterdir())) == 4


def test_a_relative_path_does_not_hide_another_teacher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_bundle: Bundle
) -> None:
    monkeypatch.chdir(tmp_path)
    teacher = Path("teacher")
    teacher.mkdir()
    (teacher / "network.onnx").write_bytes(b"first")
    said = [Deployment.of(tiny_bundle.path, teacher).fingerprint()]
    (teacher / "network.onnx").write_bytes(b"second")
    said += [Deployment.of(tiny_bundle.path, teacher).fingerprint()]
    said += [Deployment.of(tiny_bundle.path, teacher / "network.onnx").fingerprint()]
    (teacher / "network.onnx").write_bytes(b"third")
    said += [Deployment.of(tiny_bundle.path, teacher / "network.onnx").fingerprint()]
    assert len(set(said)) == 4


def test_every_frame_needs_truth(tmp_path: Path, tiny_bundle: Bundle, tiny_teacher: Path) -> None:
    bag = written(tmp_path / "bag", tiny_bundle, truths=2)
    with pytest.raises(BagError, match="picture 2 has no truth; choose a bag with truth"):
        measure(bag, Deployment.of(tiny_bundle.path, tiny_teacher))


def test_the_hash_of_a_folder_is_that_of_its_files(tmp_path: Path) -> None:
    for name, text in (("one", "a"), ("two", "a"), ("three", "b")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(text)
    one, two, three = (contents_hash(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two != three
