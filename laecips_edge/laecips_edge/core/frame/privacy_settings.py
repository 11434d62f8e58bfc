"""What the edge node blanks in the camera's pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laecips_edge.core.image.blanking import Blanking, Polygon, read_polygon
from laecips_edge.core.settings import Settings, setting


def _refuse_polygons(texts: Any) -> str | None:
    try:
        for text in texts:
            _read(text)
    except ValueError as error:
        return str(error)
    return None


@dataclass(frozen=True, kw_only=True)
class PrivacySettings(Settings):
    """Polygons that are blanked; each is a text of its corners, shares of width and height.

    After NAME= a polygon is for one of several cameras, else it is for all of them.
    """

    polygons: tuple[str, ...] = setting(
        (),
        "Parts of the picture that are black before anything sees it, each a polygon of corners "
        "x,y in [0, 1]: '0,0 0.3,0 0.3,0.2 0,0.2', or 'NAME=0,0 ...' for one of several cameras. "
        "Their pixels have no class.",
        check=_refuse_polygons,
        changes="unconfigured",
    )
    region_of_interest: tuple[str, ...] = setting(
        (),
        "Parts of the picture outside which it is black likewise; empty: all of it is of interest.",
        check=_refuse_polygons,
        changes="unconfigured",
    )

    @property
    def cameras(self) -> set[str]:
        """Names of the cameras that have polygons of their own."""
        read = map(_read, (*self.polygons, *self.region_of_interest))
        return {camera for camera, _ in read if camera}

    def blanking(self, camera: str = "") -> Blanking:
        """Return what is blanked in a camera's pictures."""
        polygons, regions = (
            [polygon for name, polygon in map(_read, texts) if name in ("", camera)]
            for texts in (self.polygons, self.region_of_interest)
        )
        return Blanking(polygons, regions)


def _read(text: str) -> tuple[str, Polygon]:
    """Return the camera, "" for all of them, and its polygon."""
    camera, _, corners = text.rpartition("=")
    return camera, read_polygon(corners)
