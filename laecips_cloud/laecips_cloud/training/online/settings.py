"""Settings of the training while robots work; config/trainer.yaml describes each of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from laecips_edge.core.settings import Settings, setting

SEEDS: Final = 2**31
"""Number of seeds: they are 0 to SEEDS - 1."""

_fixed = partial(setting, changes="unconfigured")  # all act when the trainer is configured


@dataclass(frozen=True, kw_only=True)
class OnlineTraining(Settings):
    """The parameters `training.*`: how one update is trained and judged."""

    # f: the edge network.
    steps: int = _fixed(100, "Steps of f in one training.", minimum=1, maximum=100_000)
    # The frames have the size that robots run f at.
    batch: int = _fixed(2, "Whole frames in a step of f.", minimum=2, maximum=256)
    # Another light, lens and sensor, so that f works under the next drift too.
    relit: float = _fixed(
        0.7, "Share of the new frames that get another light.", minimum=0.0, maximum=1.0
    )
    rehearsal_relit: float = _fixed(
        0.7, "Share of the source frames that get another light.", minimum=0.0, maximum=1.0
    )
    # At 1 f predicts rare classes too often, which costs IoU.
    class_power: float = _fixed(
        0.25,
        "Exponent of the class weights in f's loss; 1: full weight for rare classes, 0: none.",
        minimum=0.0,
        maximum=1.0,
    )
    # The rest is cross-entropy (eq. 13).
    dice: float = _fixed(
        0.5, "Share of the Dice loss in f's loss; 0: cross-entropy alone.", minimum=0.0, maximum=1.0
    )
    learning_rate: float = _fixed(7e-4, "Peak of f's learning rate.", minimum=1e-6, maximum=0.1)
    # See `SegmenterRecipe`.
    frozen: int = _fixed(
        3,
        "Stages of f's encoder, from the picture on, that keep their weights.",
        minimum=0,
        maximum=5,
    )
    # The mean of old and new weights keeps most of what was learnt and forgets almost nothing
    # (Wortsman et al., "Robust fine-tuning of zero-shot models", 2022).
    mix: float = _fixed(
        0.5,
        "Share of the trained f in each weight of the new f; the rest is the parent's.",
        minimum=0.01,
        maximum=1.0,
    )
    # What robots fetch of an update is mostly the steps by which its weights have changed.
    weight_step: float = _fixed(
        1.0,
        "Step to which changes of weights are rounded, in standard deviations of each tensor's "
        "change: larger ones make smaller updates; 0: nothing is rounded, robots fetch all "
        "weights.",
        minimum=0.0,
        maximum=8.0,
    )
    moved: float = _fixed(
        0.2,
        "Share of the weights of f's stages that are not frozen, and of h, that a training moves: "
        "those whose gradients on its frames ask for most. Less: smaller updates.",
        minimum=0.001,
        maximum=1.0,
    )
    rehearsal: float = _fixed(
        0.7, "Share of each batch that is labelled source frames.", minimum=0.0, maximum=0.95
    )

    # The training frames.
    min_confidence: float = _fixed(
        0.6, "Pixels of lower confidence of F are not trained on.", minimum=0.0, maximum=1.0
    )
    blocks: int = _fixed(
        10,
        "Blocks of time to split the new frames into; f is trained on seven in ten.",
        minimum=2,
        maximum=1000,
    )
    # Networks run three times over each of them.
    max_held_out: int = _fixed(
        120, "Most frames held out for h and the gate, the newest.", minimum=1, maximum=100_000
    )
    audit_weight: float = _fixed(
        20.0,
        "Weight of an audit, against 1 of a hard frame: 1 / audit_rate.",
        minimum=1.0,
        maximum=20.0,
    )

    # An audit keeps audit_weight if that is more.
    human_weight: float = _fixed(
        5.0,
        "Weight of a frame that a person labelled in f's training, against 1 of a hard frame.",
        minimum=1.0,
        maximum=100.0,
    )

    # h: the network that judges f.
    miner_steps: int = _fixed(40, "Steps of h in one training.", minimum=1, maximum=100_000)
    miner_batch: int = _fixed(8, "Frames in a step of h.", minimum=2, maximum=256)
    miner_learning_rate: float = _fixed(
        1e-5, "Peak of h's learning rate.", minimum=1e-6, maximum=0.1
    )

    # The gate.
    max_source_loss: float = _fixed(
        0.01, "Gate: most loss of mIoU on held-out source frames.", minimum=0.0, maximum=1.0
    )
    max_class_loss: float = _fixed(
        0.1,
        "Gate: most loss of any class's IoU there, against the first version.",
        minimum=0.0,
        maximum=1.0,
    )

    seed: int = _fixed(
        0,
        "Seed of order and augmentation; each version adds its number.",
        minimum=0,
        maximum=SEEDS - 1,
    )
