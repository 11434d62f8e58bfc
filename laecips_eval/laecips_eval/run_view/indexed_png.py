"""A label map as a PNG whose palette has the colours of the classes.

PNG: ISO/IEC 15948, "Portable Network Graphics", chunks IHDR (11.2.2) and PLTE (11.2.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from laecips_cloud.metrics import LabelMap
from laecips_edge.core.image.codecs import encode_png, png_chunk

_START: Final = 8
_HEADER: Final = 13
_HEADER_CHUNK: Final = slice(_START, _START + 8 + _HEADER + 4)  # length and name, content, checksum
_COLOUR_TYPE: Final = 9  # place in the header
_INDEXED: Final = 3


def indexed_png(label_map: LabelMap, palette: Sequence[tuple[int, int, int]]) -> bytes:
    """Return a label map as a PNG of 8-bit indices, without loss; other labels are black.

    Args:
        label_map: uint8 [H, W].
        palette: one (R, G, B) colour per class.
    """
    grey = encode_png(label_map, areas=True)
    header = bytearray(grey[_HEADER_CHUNK][8:-4])
    header[_COLOUR_TYPE] = _INDEXED
    colours = b"".join(bytes(colour) for colour in palette).ljust(3 * 256, b"\0")
    rest = grey[_HEADER_CHUNK.stop :]
    return grey[:_START] + png_chunk(b"IHDR", bytes(header)) + png_chunk(b"PLTE", colours) + rest
