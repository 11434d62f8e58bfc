"""The hook of lifelong learning: which samples f has not learnt to label, by h."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

import numpy as np

from laecips_joint.edge_model import EdgeModel
from laecips_joint.miners import MINERS
from laecips_joint.picture_sample import PictureSample

Source = TypeVar("Source")


class UnseenSamples:
    """Divides samples into seen and unseen ones: unseen is what h calls hard.

    Args:
        task_index: index of Sedna's knowledge base; not used, h is all that is asked.
        estimator: Sedna's seen estimator; not used, the bundle is a parameter.
        delta: threshold of h in [0, 1]; -1: the bundle's own.
        **parameters: parameters of the edge node, see `EdgeModel`.
    """

    def __init__(
        self,
        task_index: object = None,
        estimator: object = None,
        delta: float = -1.0,
        **parameters: Any,
    ) -> None:
        self._model = EdgeModel(**parameters)
        self._hard = MINERS["LaecipsH"](delta=delta)

    def __call__(self, samples: Source, **_: Any) -> tuple[Source, Source]:
        """Divide samples.

        Args:
            samples: a data source of Sedna: `x` has the pictures' paths, or rows that begin with
                one; `y` their truth, or nothing.

        Returns:
            The seen samples and the unseen ones, each a data source of the same class.
        """
        given: Any = samples
        unseen = np.array([self._is_unseen(index, row) for index, row in enumerate(given.x)], bool)
        return _part(samples, ~unseen), _part(samples, unseen)

    def _is_unseen(self, index: int, row: Any) -> bool:
        path = row if isinstance(row, str) else row[0]
        return self._hard(self._model.predict(PictureSample.of_file(path, number=index)))


def _part(samples: Source, chosen: Any) -> Source:
    part: Any = copy.copy(samples)
    for name in ("x", "y"):
        values = getattr(samples, name, None)
        if values is not None and len(values) == len(chosen):
            setattr(part, name, np.asarray(values)[chosen])
    return part
