"""Settings of the experiment `miners`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from ament_index_python.packages import get_package_share_directory

from laecips_eval.inspection_scene.bag_recipes import DRIVES


@dataclass(frozen=True, kw_only=True)
class MinersSettings:
    """What is measured, as in config/experiments/miners.yaml.

    Attributes:
        drives: names of inspection drives.
        seeds: seeds of the drives.
        frames: length of a drive.
        every: take every so many of its frames.
        resamples: number of resamples of the bootstrap.
        block: measured frames of a block.
        random_draws: orders over which `random` is the mean.
    """

    drives: Sequence[str]
    seeds: Sequence[int]
    frames: int
    every: int
    resamples: int
    block: int
    random_draws: int

    def __post_init__(self) -> None:
        """Raise ValueError if a value makes no sense."""
        for name in ("frames", "every", "resamples", "block", "random_draws"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} is {value}: give a whole number of at least 1")
        for drive in self.drives:
            if drive not in DRIVES:
                raise ValueError(f"there is no drive {drive!r}: there are {', '.join(DRIVES)}")
        if self.drives and not self.seeds:
            raise ValueError("seeds are missing: give at least one")

    @staticmethod
    def load(path: Path | None = None) -> MinersSettings:
        """Read the settings.

        Args:
            path: file; None for the installed one.

        Raises:
            ValueError: the file cannot be read or used.
        """
        share = get_package_share_directory("laecips_eval") if path is None else ""
        path = path or Path(share) / "config/experiments/miners.yaml"
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            return MinersSettings(**content)
        except OSError as error:
            raise ValueError(f"{path}: cannot be read ({error.strerror}); give --config") from error
        except (yaml.YAMLError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not settings of this experiment ({error})") from error

    def changed(self, **changes: Any) -> MinersSettings:
        """Return the settings with the values that are not None.

        Raises:
            ValueError: a value makes no sense.
        """
        return replace(self, **{name: it for name, it in changes.items() if it is not None})
