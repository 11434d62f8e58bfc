"""Edge model, miner and cloud model, called in the order in which Sedna calls them."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_eval.offline_replay.replay import replay_offline
from laecips_eval.scoring.measures.agreement import compare
from laecips_joint.cloud_model import CloudModel
from laecips_joint.edge_model import EdgeModel
from laecips_joint.frame_metrics import frame_rows
from laecips_joint.miners import MINERS
from laecips_joint.picture_sample import PictureSample

if TYPE_CHECKING:
    from laecips_edge.core.bundle.bundle import Bundle


CORNER = "0,0 0.4,0 0.4,0.4 0,0.4"


def inferred(
    frames: Any, bundle: Bundle, miner: str, *, edge: Any = (), **cloud: Any
) -> list[list[Any]]:
    """The results of Sedna's joint inference in the mode inference-then-mining."""
    edge_model = EdgeModel(bundle=str(bundle.path), **dict(edge))
    cloud_model = CloudModel(bundles=[str(bundle.path)], **cloud)
    mining = MINERS[miner]()
    results = []
    for number, path in enumerate(frames.pictures):
        sample = PictureSample.of_file(path, number=number)
        edge = edge_model.predict(sample)
        answer, answered = deepcopy(edge), None
        hard = mining(answer)
        if hard:
            answered = cloud_model.inference(sample, post_process=None, mining_mode="any")
            answer = deepcopy(answered)
        results.append([hard, answer, edge, answered])
    cloud_model.cleanup()
    return results


@pytest.mark.parametrize(
    ("miner", "policy", "parameters"),
    [
        ("LaecipsH", "laecips", {}),
        ("LaecipsCloudOnly", "cloud", {}),
        ("LaecipsH", "laecips", {"privacy.polygons": [CORNER]}),
    ],
    ids=["h", "cloud", "privacy"],
)
def test_each_frame_ends_as_in_a_replay(
    frames: Any, tiny_bundle: Bundle, miner: str, policy: str, parameters: dict[str, Any]
) -> None:
    asked = {"policy": policy, "audit_rate": 0.0, **parameters}
    board = replay_offline(
        frames.bag,
        bundle=tiny_bundle,
        edge=EdgeSettings.from_parameters(asked),
        cloud=CloudSettings(),
    )
    replayed = board.rows()
    results = inferred(frames, tiny_bundle, miner, edge=parameters)
    rows = list(frame_rows(frames.truth, results))
    agreement = compare(rows, replayed)
    assert agreement.complete, str(agreement)
    assert agreement.compared == len(frames.pictures)
    for name in ("stamp_ns", "source", "hard", "delta", "bytes_up", "bytes_down", "iou", "version"):
        assert [getattr(row, name) for row in rows] == [getattr(row, name) for row in replayed]
    assert {row.source for row in rows} == ({"edge", "cloud"} if miner == "LaecipsH" else {"cloud"})


def test_parameters_of_the_cloud_node(frames: Any, tiny_bundle: Bundle, tiny_teacher: Any) -> None:
    asked = {"class_scorer": "onnx", "scorer_options": [f"model={tiny_teacher}"]}
    own = inferred(frames, tiny_bundle, "LaecipsCloudOnly")
    other = inferred(frames, tiny_bundle, "LaecipsCloudOnly", **asked)
    pairs = zip(own, other, strict=True)
    assert any((one[1].label_map != two[1].label_map).any() for one, two in pairs)


def test_one_bundle() -> None:
    with pytest.raises(ValueError, match="bundles names 0 bundles: name the one"):
        CloudModel()
