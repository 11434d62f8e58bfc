"""Whether the scene is calm: the frames since the last training look like those that it read.

A new h gives the same frames another trust, which is no drift. So the trust of frames that the
parent of the newest version judged is translated by the quantiles that the manifest has of both,
and that of frames of any other version is not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

import numpy as np
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.link import wire
from laecips_edge.core.link.wire_error import WireError
from laecips_edge.core.routing.recent_trust import translated
from numpy.typing import NDArray

from laecips_cloud.distances import ks_by_chance, ks_distance, psi_terms
from laecips_cloud.replay_buffer.replay_frame import Glimpse, Waiting
from laecips_cloud.replay_buffer.watch import ReplayWatch

MOST: Final = 48
"""Frames of either side that are looked at, the newest."""

BY_CHANCE: Final = 0.05
"""Trust differs if equal scenes differ so much less often than this."""

SMALL_PSI: Final = 0.1
"""By convention an index of class shares below it is no change."""

_LABELS: Final = 256


class Scene(NamedTuple):
    """What frames of the replay buffer show.

    Attributes:
        trust: h of each frame that can be compared, in [0, 1].
        shares: share of each label in their pixels, float64 [255]; zeros without a labelled pixel.
    """

    trust: list[float]
    shares: NDArray[np.float64]


def scene_of(glimpses: Sequence[Glimpse], *, version: int, manifest: Manifest | None) -> Scene:
    """Return what frames show.

    Args:
        glimpses: the frames.
        version: version of the pair on whose scale the trust is.
        manifest: its manifest; None if it is not known, so that no other version can be compared.

    Raises:
        WireError: a label map is damaged.
    """
    counts = np.zeros(_LABELS, np.int64)
    for glimpse in glimpses:
        label_map = wire.decode_label_map(glimpse.label_map, None, _LABELS - 1)
        counts += np.bincount(label_map.ravel(), minlength=_LABELS)
    labelled = counts[:-1]
    trust = [it.trust for it in glimpses if it.bundle_version == version]
    if manifest is not None and manifest.parent_quantiles:
        trust += translated(
            [it.trust for it in glimpses if it.bundle_version == manifest.parent],
            before=manifest.parent_quantiles,
            after=manifest.quantiles,
        )
    return Scene(trust, labelled / max(1, labelled.sum()))


def is_calm(now: Scene, before: Scene) -> bool:
    """Tell whether neither h nor the classes have drifted; False without trust to compare."""
    if not now.trust or not before.trust:
        return False
    by_chance = ks_by_chance(len(now.trust), len(before.trust), share=BY_CHANCE)
    if ks_distance(now.trust, before.trust) > by_chance:
        return False
    return float(psi_terms(now.shares, before.shares).sum()) < SMALL_PSI


class CalmCheck:
    """Looks at the replay buffer, again when a tenth more frames have come. For one thread.

    Args:
        watch: of the replay buffer.
        manifest_of: returns the manifest of a version, or None if there is none.
    """

    def __init__(
        self, watch: ReplayWatch, *, manifest_of: Callable[[int], Manifest | None]
    ) -> None:
        self.calm = False
        """What the last look has shown."""
        self._watch = watch
        self._manifest_of = manifest_of
        self._trained_to = -1
        self._next_look = 0

    def look(self, waiting: Waiting, *, trained_to: int) -> bool:
        """Tell whether the scene is calm.

        Args:
            waiting: the frames since the last training.
            trained_to: number of the newest row that it has read; 0: none.
        """
        new, newest = waiting
        if newest < trained_to:  # of another file: nothing to compare with
            self.calm = False
            return False
        if trained_to == self._trained_to and newest < self._next_look:
            return self.calm
        before = self._watch.glimpses(MOST, last=trained_to)
        now = self._watch.glimpses(min(MOST, new), last=newest)
        version = max((it.bundle_version for it in now), default=0)
        scene = partial(scene_of, version=version, manifest=self._manifest_of(version))
        try:
            self.calm = is_calm(scene(now), scene(before))
        except WireError:
            self.calm = False  # the training says what is damaged
        self._trained_to = trained_to
        self._next_look = newest + max(1, new // 10)
        return self.calm
