"""Where a JPEG file ends and which size it claims, read from its markers without decoding.

See ITU-T T.81, annex B. Cameras pad files with zeros or append other data; a header may claim any
size; a file that was cut has no end marker after its last scan.
"""

import re
from typing import Final

START: Final = b"\xff\xd8"

_START_OF_SCAN: Final = 0xDA
_END: Final = 0xD9
_FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})

_AFTER_SCAN: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
"""In a scan FF comes before 0, a restart marker or fill bytes; before anything else it ends it."""


def jpeg_end(data: bytes) -> int | None:
    """Return the offset after the end marker of the last scan; None if the file has no such end."""
    position = len(START)
    scanned = False
    while position + 4 <= len(data) or scanned:
        marker, position = _marker(data, position)
        if marker is None:
            return None
        if marker == _END:
            return position if scanned else None
        if marker in _WITHOUT_LENGTH:
            continue
        position += int.from_bytes(data[position : position + 2])
        if marker == _START_OF_SCAN:
            scanned = True
            found = _AFTER_SCAN.search(data, position)
            if found is None:
                return None
            position = found.start()
    return None


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Return the height and width in pixels that the file claims; None if it claims none."""
    position = len(START)
    while True:
        marker, position = _marker(data, position)
        # A decoder passes over FF 00; to take what follows as its length would hide the header.
        if marker is None or marker in {0, _END, _START_OF_SCAN}:
            return None
        if marker in _FRAME_HEADERS:
            height, width = data[position + 3 : position + 5], data[position + 5 : position + 7]
            return int.from_bytes(height), int.from_bytes(width)
        if marker not in _WITHOUT_LENGTH:
            position += int.from_bytes(data[position : position + 2])


def _marker(data: bytes, position: int) -> tuple[int | None, int]:
    """Return the marker at a position and the offset after it; fill bytes FF may come first."""
    if data[position : position + 1] != b"\xff":
        return None, position
    while data[position : position + 1] == b"\xff":
        position += 1
    return (data[position] if position < len(data) else None), position + 1
