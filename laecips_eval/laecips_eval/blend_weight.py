"""The blend's weight from labelled source frames."""

from __future__ import annotations

from laecips_cloud.class_scorers.fit_blend import BlendFit
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_cloud.training.labelled_frames import LabelledFrames
from laecips_edge.core.segmenter import Segmenter

from laecips_eval.drifted_views import views


def fit_cloud_weight(
    segmenter: Segmenter,
    network: SemanticNetwork,
    frames: LabelledFrames,
    *,
    variants: int = 2,
    seed: int = 0,
) -> float:
    """The weight that serves the frames best, as they are and in other light from a moved camera.

    Args:
        segmenter: f.
        network: the cloud's, of the same classes.
        frames: labelled source frames that neither has learnt from; never a replayed stream.
        variants: drifted variants of each frame, besides the frame itself.
        seed: of the variants.
    """
    if list(frames.classes) != list(segmenter.manifest.classes):
        raise ValueError("the labelled frames have other classes than the bundle")
    fit = BlendFit(unknown=tuple(i for i, row in enumerate(network.table.rows) if not row))
    for rgb, truth in views(frames, variants=variants, seed=seed):
        fit.add(segmenter.scores(rgb), network.scores(rgb), truth)
    return fit.cloud_weight()
