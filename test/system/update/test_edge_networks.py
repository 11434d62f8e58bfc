"""Each kind of f in a robot's life: trained, exported, run, trained again, promoted, exchanged.

Of RFNet, other tests say the same; U-Net differs from it in its layers alone.
"""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from edge_robot import Robot
from laecips_cloud.training.data.label_check import count_labels
from laecips_cloud.training.first.first_training import first_training
from laecips_cloud.training.first.settings import FirstTraining
from laecips_cloud.training.online.lessons import Lesson
from laecips_cloud.training.online.online_training import Source, Update, train_update
from laecips_cloud.training.online.settings import OnlineTraining
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.scores import label_map_of
from model_server import ModelServer
from processes import Peer
from trainer_robot import SIZE, ColourFrames
from updated_robot import WATCHED, Player, start

from laecips_msgs.msg import ModelReport

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

SMP = pytest.param(
    "smp:linknet/tu-mobilenetv3_small_100",
    None,
    marks=pytest.mark.skipif(
        importlib.util.find_spec("segmentation_models_pytorch") is None,
        reason="segmentation-models-pytorch is not installed",
    ),
)
FIRST = FirstTraining(
    input_size=SIZE, miner_width=0.125, folds=2, steps=30, fold_share=0.1, miner_steps=6, variants=1
)
ONLINE = OnlineTraining(
    steps=20,
    batch=4,
    learning_rate=2e-3,
    mix=1.0,
    miner_steps=2,
    # Nothing can be forgotten that counts here.
    max_source_loss=1.0,
    max_class_loss=1.0,
)


def taught(architecture: str, width: float | None, path: Path) -> Bundle:
    outcome = first_training(
        ColourFrames(8),
        ColourFrames(6, seed=1),
        settings=replace(FIRST, network=architecture, width=width),
        assist=lambda image, logits: label_map_of(logits, (image.shape[0], image.shape[1])),
        path=path,
        checkpoints=path.with_name("kept"),
        name="colours",
    )
    return outcome.bundle


def taught_again(parent: Bundle, path: Path) -> Update:
    return train_update(
        parent,
        [Lesson(frame, 1.0) for frame in ColourFrames(10, seed=2)],
        Source(
            rehearsal=list(ColourFrames(3, seed=3)),
            pixels=count_labels(frame.label for frame in ColourFrames(3, seed=3))[:4],
            held_out=list(ColourFrames(3, seed=4)),
            first=np.zeros(4),
            best_miou=0.1,
            parent_miou=0.1,
        ),
        path=path,
        version=2,
        trigger="frames",
        settings=ONLINE,
    )


@pytest.mark.parametrize(("architecture", "width"), [("ddrnet", 0.25), SMP])
def test_it_learns_is_promoted_and_exchanged(
    domain: int, peer: Peer, tmp_path: Path, architecture: str, width: float | None
) -> None:
    torch.set_num_threads(1)
    first = taught(architecture, width, tmp_path / "1")
    assert first.manifest.architecture == architecture
    update = taught_again(first, tmp_path / "2")
    assert update.verdict.promoted, update.verdict.reason
    manifest = update.bundle.manifest
    assert (manifest.architecture, manifest.stride) == (architecture, first.manifest.stride)
    namespace = f"/{architecture.partition(':')[0]}"
    with (
        # Every frame is easy: h has hardly learnt here, and a trial watches it, too.
        start(domain, first, tmp_path / "store", namespace, delta=0.0) as process,
        ModelServer(domain, namespace) as server,
    ):
        robot = Robot(peer, process, namespace=namespace)
        robot.wait_until_active()
        player = Player(robot)
        player.play(WATCHED)
        server.offer(update.bundle)
        player.play_until(lambda: player.versions[-1] == 2, "version 2")
        player.play_until_kept(2)
        player.check_that_none_is_lost()
        report = server.report(2, ModelReport.SWAPPED, process)
        assert (report.running, report.reason) == (2, "")
        files = {request.file for request in server.requests}
        # The robot has the parent: what changed is enough, and the trainer's pictures, once.
        assert files == {
            *("manifest.json", "weights.delta", "agreement.safetensors"),
            "pictures.safetensors",
        }
