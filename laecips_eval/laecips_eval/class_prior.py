"""A network's logit adjustment from labelled source frames."""

from __future__ import annotations

import numpy as np
from laecips_cloud.class_scorers.fit_prior import PriorFit
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_cloud.training.drifted_views import views
from laecips_cloud.training.labelled_frames import LabelledFrames
from laecips_cloud.training.losses import class_weights
from laecips_cloud.training.train_segmenter import pixel_counts


def fit_prior(
    network: SemanticNetwork, frames: LabelledFrames, *, variants: int = 2, seed: int = 0
) -> PriorFit:
    """Tries logit adjustments on frames, as they are and in other light from a moved camera.

    The weights are those of `laecips train`, of the frames' own shares of classes.

    Args:
        network: the cloud's; an adjustment that its table has already does not count.
        frames: labelled source frames that it has not learnt from; never a replayed stream.
        variants: drifted variants of each frame, besides the frame itself.
        seed: of the variants.

    Raises:
        ValueError: the frames have other classes than the network's table.
    """
    if tuple(frames.classes) != network.table.classes:
        raise ValueError("the labelled frames have other classes than the network's table")
    present = np.array(network.table.logit_adjustment or 0.0, np.float32).reshape(-1, 1, 1)
    seen = [frames[index] for index in range(len(frames))]
    fit = PriorFit(class_weights(pixel_counts(seen, len(frames.classes))).numpy())
    for view in views(seen, variants=variants, seed=seed):
        scores = network.scores(np.ascontiguousarray(view.image))
        fit.add(scores * np.exp(-present), view.label)
    return fit
