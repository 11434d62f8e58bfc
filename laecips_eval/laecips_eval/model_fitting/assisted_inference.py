"""Assisted inference F for a training, as the cloud will run it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

from laecips_cloud.class_scorers import create_class_scorer
from laecips_cloud.mask_generators import create_mask_generator
from laecips_cloud.training.steps.held_out_rows import Assist, assist_by
from laecips_edge.core.inference.engines import installed_engines


def assisted_inference(
    teacher: Path | None, classes: Sequence[str], *, mask_generator: str = ""
) -> Assist:
    """Return F: a teacher's answers, or f's within masks.

    Args:
        teacher: folder or file of the teacher; None: F has f's scores.
        classes: names of the classes.
        mask_generator: name of a mask generator; "": none with a teacher, else graph.

    Raises:
        ValueError: the teacher cannot be used.
    """
    masks = mask_generator or ("graph" if teacher is None else "none")
    scores_of = None
    if teacher is not None:
        engine = "openvino" if "openvino" in installed_engines() else "onnxruntime"
        options = {"model": str(teacher), "engine": engine}
        scorer = create_class_scorer("onnx", options, classes=classes)
        scores_of = partial(scorer.score, edge=_no_scores)
    return assist_by(create_mask_generator(masks).generate, scores_of)


def _no_scores() -> NoReturn:
    raise TypeError("a teacher must not ask for f's scores")
