"""The edge model of a joint-inference job: f and h of a bundle."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from laecips_edge.core.bundle.bundle import MANIFEST, Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.inference.segmenter import Segmenter

from laecips_joint.edge_answer import EdgeAnswer
from laecips_joint.node_parameters import with_file
from laecips_joint.picture_sample import PictureSample


class EdgeModel:
    """f and h, as Sedna's estimator. Not for two threads at a time.

    Args:
        **parameters: parameters of the edge node, as in config/edge.yaml; `params_file` names a
            file with more of them.

    Attributes:
        settings: the edge node's settings.

    Raises:
        ValueError: a parameter has an invalid value.
    """

    def __init__(self, **parameters: Any) -> None:
        self.settings = EdgeSettings.from_parameters(with_file("edge", parameters))
        self._blanking = self.settings.privacy.blanking()
        self._segmenter: Segmenter | None = None

    @property
    def model_url(self) -> str:
        """A file of the bundle, from which `load` finds the others: Sedna wants one file."""
        folder = Path(self.settings.path("bundle", what="the folder of a model bundle"))
        return str((folder / MANIFEST).resolve())

    def load(self, model_url: str = "") -> None:
        """Load f and h.

        Args:
            model_url: the bundle's manifest or folder; empty for the parameter `bundle`.

        Raises:
            ValueError: there is no bundle, or it cannot run here or takes depth images.
        """
        named = Path(model_url or self.model_url)
        bundle = Bundle.load(named.parent if named.name == MANIFEST else named)
        if bundle.manifest.modality != "rgb":
            raise ValueError(
                f"{bundle.path}: its f takes depth images, and a sample is a picture alone; "
                "name a bundle of modality rgb"
            )
        self._segmenter = self.settings.segmenter(bundle)

    def predict(self, data: PictureSample) -> EdgeAnswer:
        """Label a frame, and leave the answer with the sample for the cloud model.

        Raises:
            ImageError: the picture cannot be read.
        """
        if self._segmenter is None:
            self.load()
            assert self._segmenter is not None  # noqa: S101 (for mypy)
        started_s = time.perf_counter()
        picture = data.take(self._blanking, significant_bits=self.settings.significant_bits)
        of_f = self._segmenter.predict(picture.rgb())
        label_map, confidence_map = self._blanking.maps(of_f.label_map, of_f.confidence_map)
        prediction = replace(of_f, label_map=label_map, confidence_map=confidence_map)
        data.answer = EdgeAnswer(
            stamp_ns=data.frame.stamp_ns,
            manifest=self._segmenter.manifest,
            prediction=prediction,
            h=self._segmenter.trust,
            took_ms=1e3 * (time.perf_counter() - started_s),
        )
        return data.answer
