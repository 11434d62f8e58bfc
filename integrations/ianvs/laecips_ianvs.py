"""Registers our models, miners and metrics with Ianvs; each YAML file here names this module.

Ianvs imports it by its bare name, and a name that is registered twice overrides silently: names
begin with Laecips, but for the metrics, whose names head the columns of the leaderboard.
"""

from __future__ import annotations

import os
from typing import Any

from laecips_joint.cloud_model import CloudModel
from laecips_joint.edge_model import EdgeModel
from laecips_joint.frame_metrics import METRICS
from laecips_joint.miners import MINERS
from laecips_joint.picture_index import PictureIndex
from laecips_joint.unseen_samples import UnseenSamples
from sedna.common.class_factory import ClassFactory, ClassType

# Sedna wraps the edge model for TensorFlow unless this names a framework that it does not know.
os.environ["BACKEND_TYPE"] = "ONNX"


@ClassFactory.register(ClassType.GENERAL, alias="LaecipsEdgeModel")
class IanvsEdgeModel(EdgeModel):
    """The edge model; tells Sedna which file is the model."""

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        os.environ["model_path"] = self.model_url  # noqa: SIM112 (its name in Sedna)


ClassFactory.register_cls(CloudModel, ClassType.GENERAL, "LaecipsCloudModel")
ClassFactory.register_cls(PictureIndex, ClassType.GENERAL, "LaecipsPictureIndex")
ClassFactory.register_cls(UnseenSamples, ClassType.UTD, "LaecipsUnseenSamples")
for name, miner in MINERS.items():
    ClassFactory.register_cls(miner, ClassType.HEM, name)
for name, metric in METRICS.items():
    ClassFactory.register_cls(metric, ClassType.GENERAL, name)
