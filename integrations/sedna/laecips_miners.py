"""Registers our miners as Sedna's hard-example mining: import it, and name one in the service."""

from __future__ import annotations

from laecips_joint.miners import MINERS
from sedna.common.class_factory import ClassFactory, ClassType

for name, miner in MINERS.items():
    ClassFactory.register_cls(miner, ClassType.HEM, name)
