"""The bag of a replay: as recorded, with truth from a folder, or under a drift."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engine_settings import AUTO
from laecips_edge.core.inference.segmenter import CAMERA
from laecips_eval.bags import Bag, open_bag
from laecips_eval.bags.label_files import LabelledBag
from laecips_eval.drift.drifted_bag import DriftedBag
from laecips_eval.drift.recipe import read_recipe
from laecips_eval.reports.run_setup import require_same_classes

AS_THE_TRUTH: Final = {"output_size": CAMERA}
"""Parameters of a replay's edge node: label maps are scored at the size of the bag's pictures."""


def fixed_engine(asked: Mapping[str, Any], engine: str) -> dict[str, str]:
    """Return the engine of a replay's edge node where its user asks for `auto`; else nothing.

    A replay gives the same answers each time, and an offline one those of a live one.

    Args:
        asked: what the user's files say to the edge node.
        engine: the replay's engine.
    """
    return {"engine": engine} if asked.get("engine") == AUTO else {}


def open_played_bag(
    path: Path,
    bundle: Bundle,
    *,
    topic: str | None = None,
    truth_dir: Path | None = None,
    perturb: Path | None = None,
) -> Bag:
    """Open the bag that a replay plays.

    Args:
        path: the bag.
        bundle: the pair that answers.
        topic: the bag's picture topic; None for the only one.
        truth_dir: folder of label maps, in the place of the bag's own truth; None for that.
        perturb: recipe of a drift; None to play the pictures as recorded.

    Raises:
        ValueError: bag, label maps or drift cannot be used, or the truth has other classes than
            the bundle.
    """
    bag = open_bag(path, topic)
    if truth_dir is not None:
        bag = LabelledBag(bag, truth_dir, classes=bundle.manifest.classes)
    if perturb is not None:
        bag = DriftedBag(bag, read_recipe(perturb))
    require_same_classes(bag, bundle)
    return bag
