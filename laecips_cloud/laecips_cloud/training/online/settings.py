"""Settings of the training while robots work; config/trainer.yaml tells what each does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class OnlineTraining:
    """How one update is trained and judged.

    Attributes:
        steps: steps of f.
        batch: whole frames a step, at the size that robots run.
        relit: share of the lessons' pictures that get another light, lens and sensor: what is
            learnt under one drift shall hold under the next.
        rehearsal_relit: the same of source frames.
        class_power: power of the classes' weights in the loss, in [0, 1]; at 1 rare classes are
            named more often than they are there, which costs IoU.
        dice: share of the Dice loss in f's loss, in [0, 1]; the rest is cross-entropy (eq. 13).
        learning_rate: peak of f's one-cycle schedule.
        frozen: stages of f's encoder that keep their weights, 0 to 5, see `SegmenterRecipe`.
        mix: share of the trained f in the new one; the rest is its parent, weight by weight. Half
            of the way keeps most of what was learnt and forgets next to nothing (Wortsman et al.,
            "Robust fine-tuning of zero-shot models", 2022).
        rehearsal: share of each batch that is labelled source frames, in [0, 1).
        min_confidence: pixels of which F is less sure are not taught, in [0, 1].
        blocks: blocks of time that the lessons are cut into; three in ten are held out from f.
        max_held_out: most of the lessons held out that h learns from and the gate looks at, the
            newest; each is run three times.
        audit_weight: how much more an audit counts than a hard frame, 1 / audit_rate, at most 20.
        miner_steps: steps of h.
        miner_batch: rows a step.
        miner_learning_rate: peak of h's one-cycle schedule.
        max_source_loss: points of data-set mIoU that held-out source frames may lose, in [0, 1].
        max_class_loss: IoU that any class may lose there against the first version, in [0, 1].
        seed: of order and augmentation.
    """

    steps: int = 100
    batch: int = 2
    relit: float = 0.7
    rehearsal_relit: float = 0.7
    class_power: float = 0.25
    dice: float = 0.5
    learning_rate: float = 7e-4
    frozen: int = 3
    mix: float = 0.5
    rehearsal: float = 0.7
    min_confidence: float = 0.6
    blocks: int = 10
    max_held_out: int = 120
    audit_weight: float = 20.0
    miner_steps: int = 40
    miner_batch: int = 8
    miner_learning_rate: float = 1e-5
    max_source_loss: float = 0.01
    max_class_loss: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        """Names the first setting that is out of range."""
        for name, bad in [
            ("steps", self.steps < 1),
            ("batch", self.batch < 2),
            ("relit", not 0 <= self.relit <= 1),
            ("rehearsal_relit", not 0 <= self.rehearsal_relit <= 1),
            ("class_power", not 0 <= self.class_power <= 1),
            ("dice", not 0 <= self.dice <= 1),
            ("learning_rate", not self.learning_rate > 0),
            ("frozen", not 0 <= self.frozen <= 5),
            ("mix", not 0 < self.mix <= 1),
            ("rehearsal", not 0 <= self.rehearsal < 1),
            ("min_confidence", not 0 <= self.min_confidence <= 1),
            ("blocks", self.blocks < 2),
            ("max_held_out", self.max_held_out < 1),
            ("audit_weight", not 1 <= self.audit_weight <= 20),
            ("miner_steps", self.miner_steps < 1),
            ("miner_batch", self.miner_batch < 2),
            ("miner_learning_rate", not self.miner_learning_rate > 0),
            ("max_source_loss", not 0 <= self.max_source_loss <= 1),
            ("max_class_loss", not 0 <= self.max_class_loss <= 1),
        ]:
            if bad:
                raise ValueError(f"online training: {name} is {getattr(self, name)}: out of range")
