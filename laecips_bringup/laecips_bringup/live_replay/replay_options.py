"""The options of a live replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from laecips_bringup.graph.graph import ParameterValue
from laecips_bringup.live_replay.places import LinkOptions
from laecips_bringup.live_replay.run_checks import check_rate


@dataclass(frozen=True, kw_only=True)
class ReplayOptions:
    """Options of a live replay.

    Attributes:
        bag: the bag to play.
        bundle: folder of the model bundle.
        teacher: folder of the cloud's teacher; empty for none.
        out: output folder for the report, the frame log, the result bag and the logs.
        rate: speed relative to the recording.
        bag_topic: the bag's picture topic; None for the only one.
        truth_dir: folder of label maps; None for the bag's own truth, if any.
        perturb: recipe of a drift to play the bag under; None for none.
        source: folder of labelled source frames for the trainer; None for no training.
        engine: default engine of f and the teacher; empty for the shipped files' value.
        preset: name of a file of `config/`, laid over the nodes' own; empty for none.
        params_file: a parameter file, laid over the shipped ones; empty for none.
        edge: parameters of the edge node, over all other layers.
        record: whether to write the result bag, with the overlay.
        link: a link between robot and cloud, with bridge and gateway; None for one network.
        command: command line that repeats the run, for the page.
    """

    bag: Path
    bundle: Path
    teacher: str = ""
    out: Path
    rate: float = 1.0
    bag_topic: str | None = None
    truth_dir: Path | None = None
    perturb: Path | None = None
    source: Path | None = None
    engine: str = ""
    preset: str = ""
    params_file: str = ""
    edge: Mapping[str, ParameterValue]
    record: bool = True
    link: LinkOptions | None = None
    command: str = ""

    def __post_init__(self) -> None:
        """Check the rate, which the player would refuse only after all processes have started.

        Raises:
            ValueError: the rate is outside the player's range.
        """
        check_rate(self.rate)
