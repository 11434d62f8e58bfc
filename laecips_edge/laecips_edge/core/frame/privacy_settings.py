"""What the edge node blanks in the camera's pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laecips_edge.core.image.blanking import Blanking, read_polygon
from laecips_edge.core.settings import Settings, setting


def _refuse_polygons(texts: Any) -> str | None:
    try:
        for text in texts:
            read_polygon(text)
    except ValueError as error:
        return str(error)
    return None


@dataclass(frozen=True, kw_only=True)
class PrivacySettings(Settings):
    """Polygons that are blanked; each is a text of its corners, shares of width and height."""

    polygons: tuple[str, ...] = setting(
        (),
        "Parts of the picture that are black before anything sees it, each a polygon of corners "
        "x,y in [0, 1]: '0,0 0.3,0 0.3,0.2 0,0.2'. Their pixels have no class.",
        check=_refuse_polygons,
        changes="unconfigured",
    )
    region_of_interest: tuple[str, ...] = setting(
        (),
        "Parts of the picture outside which it is black likewise; empty: all of it is of interest.",
        check=_refuse_polygons,
        changes="unconfigured",
    )

    def blanking(self) -> Blanking:
        """Return what is blanked."""
        return Blanking(
            [read_polygon(text) for text in self.polygons],
            [read_polygon(text) for text in self.region_of_interest],
        )
