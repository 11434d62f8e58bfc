"""The label maps of a bag, decoded one at a time."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from laecips_edge.core.image.codecs import ImageError, decode_png
from numpy.typing import NDArray

from laecips_eval.bags.topics import TRUTH, BagError

_NO_CLASS = 255


class Truth(Mapping[int, NDArray[np.uint8]]):
    """A mapping from stamp in ns to label map, uint8 [H, W]; memory holds only the messages.

    A look-up raises KeyError without a label map, and BagError for a damaged one or one whose
    labels are not classes.
    """

    def __init__(self, messages: dict[int, Any], *, classes: int) -> None:
        self._messages, self._classes = messages, classes

    def __getitem__(self, stamp_ns: int) -> NDArray[np.uint8]:
        """Decode one label map."""
        message = self._messages[stamp_ns]
        try:
            label = mono8(message) if hasattr(message, "encoding") else _compressed(message)
        except ImageError as error:
            raise BagError(f"{TRUTH} at {stamp_ns} {error}") from error
        if self._classes:
            wrong = label[(label >= self._classes) & (label != _NO_CLASS)]
            if wrong.size:
                raise BagError(
                    f"{TRUTH} at {stamp_ns} has label {wrong[0]}: there are {self._classes} classes"
                )
        return label

    def __iter__(self) -> Iterator[int]:
        """Return the stamps, in bag order."""
        return iter(self._messages)

    def __len__(self) -> int:
        """Return the number of label maps."""
        return len(self._messages)


def _compressed(message: Any) -> NDArray[np.uint8]:
    return np.asarray(decode_png(message.data.tobytes(), dtype=np.uint8), dtype=np.uint8)


def mono8(message: Any) -> NDArray[np.uint8]:
    """Return the label map of a sensor_msgs/Image, uint8 [H, W], without a copy.

    Raises:
        ImageError: it is not mono8, or its data do not fit its size.
    """
    rows = np.asarray(message.data, np.uint8)
    if message.encoding not in ("mono8", "8UC1"):
        raise ImageError(f"is {message.encoding}, must be mono8")
    if rows.size != message.step * message.height or not message.step >= message.width > 0:
        raise ImageError("has data that does not fit its size")
    return rows.reshape(message.height, message.step)[:, : message.width]
