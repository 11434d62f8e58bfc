"""The blend's weight from labelled source frames."""

from __future__ import annotations

import numpy as np
from laecips_cloud.class_scorers.fit_blend import BlendFit
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_cloud.training.drifted_views import views
from laecips_cloud.training.labelled_frames import LabelledFrames
from laecips_edge.core.segmenter import Segmenter


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
    in_order = (frames[index] for index in range(len(frames)))
    for view in views(in_order, variants=variants, seed=seed):
        rgb = np.ascontiguousarray(view.image)
        fit.add(segmenter.scores(rgb), network.scores(rgb), view.label)
    return fit.cloud_weight()
