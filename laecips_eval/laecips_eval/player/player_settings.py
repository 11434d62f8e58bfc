"""All settings of the bag player; `config/player.yaml` shows them with their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from laecips_edge.core.settings import Settings, setting

_fixed = partial(setting, changes="never")  # the node reads them once, at its start


@dataclass(frozen=True, kw_only=True)
class PlayerSettings(Settings):
    """The settings of the bag player."""

    bag: str = _fixed("", "Folder or file of the bag.")
    bag_topic: str = _fixed("", "The bag's topic with pictures; empty for its only one.")
    drift: str = _fixed("", "YAML of a drift to play the pictures under; empty for none.")
    rate: float = _fixed(1.0, "Speed against the recording.", minimum=0.01, maximum=100.0)
    image_subscribers: int = _fixed(
        1, "Wait for so many subscribers of the pictures.", minimum=0, maximum=100
    )
    played_subscribers: int = _fixed(
        0, "Wait for so many subscribers of ~/played.", minimum=0, maximum=100
    )
    wait_limit_s: float = _fixed(
        60.0, "Give up waiting for subscribers after so long.", minimum=0.0, maximum=86400.0
    )
    publish_clock: bool = _fixed(False, "Publish the bag's time on /clock.")
