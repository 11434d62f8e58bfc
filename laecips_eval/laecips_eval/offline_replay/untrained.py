"""Accuracy without training: the first pair, run over the frames of a replay."""

from __future__ import annotations

from collections.abc import Callable

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings

from laecips_eval.bags import Bag
from laecips_eval.scoring.scoreboard import Scoreboard

Progress = Callable[[int, int], None]


def score_untrained(
    board: Scoreboard,
    bag: Bag,
    *,
    bundle: Bundle,
    edge: EdgeSettings,
    progress: Progress = lambda done, total: None,
) -> None:
    """Run the first pair over the frames that a later pair has processed.

    Args:
        board: scoreboard of the run; receives the scores.
        bag: the bag that was played.
        bundle: the first pair.
        edge: the robot's settings, so that the same engine runs here.
        progress: called with (frames done, frames in total).

    Raises:
        ValueError: the bundle cannot run on that engine.
    """
    wanted = set(board.stamps_of_trained())
    if not wanted:
        return
    segmenter = edge.segmenter(bundle)
    policy = edge.policy_for(bundle.manifest)
    truth = bag.truth()
    done = 0
    for frame in bag.frames():
        if frame.stamp_ns not in wanted:
            continue
        prediction = segmenter.predict(frame.rgb())
        decision = policy.decide(
            prediction.logits, h=segmenter.trust, stamp_ns=frame.stamp_ns, q=prediction.q
        )
        board.add_untrained(
            frame.stamp_ns,
            prediction.label_map,
            truth.get(frame.stamp_ns),
            trust=decision.trust,
        )
        done += 1
        progress(done, len(wanted))
