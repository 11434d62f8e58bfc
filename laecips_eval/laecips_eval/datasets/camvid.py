"""CamVid in the 11-class form, laid out as a stream of tasks.

Brostow, Fauqueur, Cipolla: "Semantic object classes in video: a high-definition ground truth
database", 2009. The frames are not part of this project; `root` says where they lie:
`images/NAME.jpg`, `labels/NAME.png` (class index, 8 bit), `classes.yaml`, `splits.yaml`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml
from laecips_cloud.training.data.labelled_frames import UNLABELLED, LabelledFrame
from numpy.typing import NDArray

from laecips_eval.datasets.errors import DatasetError


class CamVid:
    """One split of CamVid, in time order.

    Args:
        root: folder with images, labels, classes.yaml and splits.yaml.
        split: a name from splits.yaml, or several with commas between: one after the other.

    Attributes:
        classes: names, in the order of the label values.
        palette: one RGB colour a class.
        names: of the frames.

    Raises:
        DatasetError: the folder, one of its files or the split is not there.
    """

    def __init__(self, root: Path, split: str) -> None:
        if not root.is_dir():
            raise DatasetError(f"camvid: no folder {root}: set root to where CamVid lies")
        self._root = root
        kinds = _read_yaml(root / "classes.yaml", ("classes", "colors", "ignore_index"))
        self.classes: Sequence[str] = tuple(kinds["classes"])
        self.palette: Sequence[tuple[int, int, int]] = tuple(
            (int(red), int(green), int(blue)) for red, green, blue in kinds["colors"]
        )
        self._void = int(kinds["ignore_index"])
        splits = _read_yaml(root / "splits.yaml", ())
        names = list[str]()
        for part in split.split(","):
            if part not in splits:
                raise DatasetError(f"camvid has no split '{part}': it has {', '.join(splits)}")
            names += splits[part]
        self.names: tuple[str, ...] = tuple(names)

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.names)

    def __getitem__(self, index: int, /) -> LabelledFrame:
        """The frame at `index`: RGB image and labels, void as 255.

        Raises:
            IndexError: past the end.
            DatasetError: a file is missing or damaged, or the label does not fit.
        """
        if not 0 <= index < len(self.names):
            raise IndexError(f"the split has {len(self.names)} frames, there is no frame {index}")
        name = self.names[index]
        image = _read_picture(self._root / "images" / f"{name}.jpg", cv2.IMREAD_COLOR)
        path = self._root / "labels" / f"{name}.png"
        label = _read_picture(path, cv2.IMREAD_UNCHANGED)
        if label.ndim != 2 or label.shape != image.shape[:2]:
            raise DatasetError(
                f"{path}: shape {label.shape} does not fit its image {image.shape[:2]}"
            )
        label = np.where(label == self._void, np.uint8(UNLABELLED), label)
        wrong = np.unique(label[(label >= len(self.classes)) & (label != UNLABELLED)])
        if wrong.size:
            raise DatasetError(
                f"{path}: label {wrong[0]} is no class: there are {len(self.classes)}"
            )
        return LabelledFrame(name, np.ascontiguousarray(image[:, :, ::-1]), label)


def _read_yaml(path: Path, keys: tuple[str, ...]) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DatasetError(f"camvid: {path} is missing: is this the right root?") from None
    except yaml.YAMLError as error:
        raise DatasetError(f"{path}: not YAML: {str(error).splitlines()[0]}") from error
    missing = set(keys) - set(content) if isinstance(content, dict) else set(keys) | {"a mapping"}
    if missing:
        raise DatasetError(f"{path}: lacks {', '.join(sorted(missing))}")
    return dict(content)


def _read_picture(path: Path, flags: int) -> NDArray[np.uint8]:
    if not path.is_file():
        raise DatasetError(f"camvid: {path} is missing: is the data complete?")
    picture = cv2.imread(str(path), flags)
    if picture is None:
        raise DatasetError(f"{path}: cannot be decoded: copy it again")
    return np.asarray(picture, dtype=np.uint8)
