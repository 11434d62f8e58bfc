"""What a picture's file says before its pixels: orientation and bits."""

from __future__ import annotations

import struct
from typing import Final

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_TIFF: Final = (b"II*\0", b"MM\0*")
_ORIENTATION: Final = 0x0112


def orientation_of(data: bytes) -> int:
    """EXIF orientation of a JPEG, PNG or TIFF, 1 to 8; 1, as stored, where there is none."""
    if data[:4] in _TIFF:
        return _in_tiff(data)
    if data.startswith(_PNG):
        place = data.find(b"eXIf")
        return _in_tiff(data[place + 4 :]) if place > 0 else 1
    return _in_jpeg(data) if data.startswith(_JPEG) else 1


def has_16_bits(data: bytes) -> bool:
    """Return whether a PNG has 16 bits a channel; of TIFF only decoding tells."""
    return data.startswith(_PNG) and data[24:25] == b"\x10"


def _in_jpeg(data: bytes) -> int:
    place = len(_JPEG)
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != 0xDA:
        length = int.from_bytes(data[place + 2 : place + 4])
        if data[place + 1] == 0xE1 and data[place + 4 : place + 10] == b"Exif\0\0":
            return _in_tiff(data[place + 10 : place + 2 + length])
        place += 2 + length
    return 1


def _in_tiff(data: bytes) -> int:
    """Orientation in the first directory of a TIFF (EXIF 2.3, 4.6.4)."""
    order = "<" if data[:2] == b"II" else ">"
    try:
        (start,) = struct.unpack_from(order + "I", data, 4)
        (entries,) = struct.unpack_from(order + "H", data, start)
        for number in range(entries):
            tag, _, _, value = struct.unpack_from(order + "HHIH", data, start + 2 + 12 * number)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass  # it breaks off, and says nothing
    return 1
