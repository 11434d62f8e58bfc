"""The edge node's settings for findings; docs/findings.md explains them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from laecips_edge.core.settings import SettingError, Settings, setting

MOST_LOOKS: Final = 1000
LEAST_BYTES: Final = 100_000

_fixed = partial(setting, changes="unconfigured")


@dataclass(frozen=True, kw_only=True)
class FindingSettings(Settings):
    """What the edge node reports as findings, and where it keeps them.

    Raises:
        SettingError: a value is refused, or more looks confirm a finding than there are.
    """

    classes: tuple[str, ...] = _fixed(
        (), "Names of the classes whose regions are findings; empty: no findings."
    )
    smallest: int = _fixed(
        20, "Smallest area of a region, in pixels.", minimum=1, maximum=100_000_000
    )
    most: int = _fixed(
        32,
        "Largest number of regions of one frame; smaller ones are only counted.",
        minimum=1,
        maximum=256,
    )
    confirm: int = _fixed(
        3,
        "A region is reported once it was seen in this many of the last `looks` frames.",
        minimum=1,
        maximum=MOST_LOOKS,
    )
    looks: int = _fixed(5, "See `confirm`.", minimum=1, maximum=MOST_LOOKS)
    forget: int = _fixed(
        10,
        "Number of frames in a row without a finding after which it is closed.",
        minimum=1,
        maximum=MOST_LOOKS,
    )
    measure: bool = _fixed(
        False,
        "Measure findings in millimetres, by depth and the camera's calibration: subscribe to "
        "`depth` whatever f takes.",
    )
    folder: str = _fixed(
        "", "Folder for a log of the findings and a picture of each; empty: nothing is kept."
    )
    max_bytes: int = _fixed(
        200_000_000,
        "Largest size of that folder, in bytes; the oldest findings are removed first.",
        minimum=LEAST_BYTES,
        maximum=2**50,
    )
    grew: float = _fixed(
        0.5,
        "The log has a new line when the area of a finding exceeds that of its last line by this "
        "share.",
        minimum=0.01,
        maximum=1000.0,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.confirm > self.looks:
            raise SettingError(
                f"parameters findings.confirm and findings.looks are {self.confirm} and "
                f"{self.looks}: give at least as many looks as confirm a finding"
            )

    def of_camera(self, name: str, *, cameras: int) -> FindingSettings:
        """Return the settings for one of several cameras: a folder of its own, and its share.

        Args:
            name: the camera's name; "" for the only one, which has them all.
            cameras: number of cameras.
        """
        if not name:
            return self
        return replace(
            self,
            folder=f"{self.folder}/{name}" if self.folder else "",
            max_bytes=max(LEAST_BYTES, self.max_bytes // cameras),
        )

    def labels(self, classes: tuple[str, ...]) -> dict[int, str]:
        """Return the chosen classes by index.

        Args:
            classes: names of all classes of the bundle.

        Raises:
            SettingError: a chosen class is none of them.
        """
        for name in self.classes:
            if name not in classes:
                raise SettingError(
                    f"parameter findings.classes: {name!r} is no class of the bundle, which has "
                    + ", ".join(classes)
                )
        return {index: name for index, name in enumerate(classes) if name in self.classes}
