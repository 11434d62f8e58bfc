"""Pictures in a folder, with labels where there are some, and the same under a drift."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import yaml
from laecips_cloud.training.data.folder.class_file import CLASS_FILE
from laecips_cloud.training.data.folder.layout import natural_order
from laecips_cloud.training.data.folder.splits import SPLIT_FILE
from laecips_cloud.training.data.folder.stored_pictures import PICTURE_ENDINGS, read_picture
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_edge.core.image.codecs import encode_png
from numpy.typing import NDArray

from laecips_eval.bags import BagWriter, Legend
from laecips_eval.drift.perturb import Perturbation
from laecips_eval.drift.recipe import DriftError

_JPEG = (".jpg", ".jpeg")

Progress = Callable[[int, int], None]


class Still(NamedTuple):
    """A picture uint8 [H, W, 3], RGB, and its label map uint8 [H, W], if it has one."""

    rgb: NDArray[np.uint8]
    label: NDArray[np.uint8] | None


class PictureFolder:
    """The pictures of a folder in the order of their names.

    With classes.yaml it is read as `--dataset folder` reads it, pictures without a mask included;
    without the file all pictures below `images/`, or below the folder, are taken, without labels.

    Args:
        root: the folder.

    Raises:
        DatasetError: the folder has classes.yaml and cannot be read.
        DriftError: there is no such folder, or no picture in it.

    Attributes:
        root: the folder.
        names: of the pictures; a name may have folders in it.
        classes: class names; empty without labels.
        palette: one (R, G, B) colour per class.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.classes: Sequence[str] = ()
        self.palette: Sequence[tuple[int, int, int]] = ()
        self._labelled: FrameFolder | None = None
        self._places: dict[str, int] = {}
        if not root.is_dir():
            raise DriftError(f"{root}: neither a bag nor a folder of pictures")
        if (root / CLASS_FILE).is_file():
            paths = self._read_labelled()
        else:
            base = root / "images" if (root / "images").is_dir() else root
            paths = _pictures(base)
        self.names = tuple(sorted(paths, key=natural_order))
        self._paths = paths
        if not self.names:
            raise DriftError(f"{root}: no pictures ({', '.join(PICTURE_ENDINGS)})")

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.names)

    @property
    def labelled(self) -> int:
        """Number of pictures with labels."""
        return len(self._places)

    def frames(self, start: int, stop: int) -> list[str]:
        """Return names from `start` to `stop`, of a folder with labels those that have some."""
        names = self.names[start:stop]
        return [name for name in names if name in self._places or not self.classes]

    def path(self, index: int) -> Path:
        """Return the file of a picture."""
        return self._paths[self.names[index]]

    def read(self, index: int) -> Still:
        """Return a picture and its label map.

        Raises:
            DatasetError: a file cannot be decoded, or the labels do not fit.
        """
        name = self.names[index]
        if self._labelled is None or name not in self._places:
            return Still(read_picture(self.path(index)), None)
        frame = self._labelled[self._places[name]]
        return Still(frame.image, frame.label)

    def _read_labelled(self) -> dict[str, Path]:
        frames = self._labelled = FrameFolder(self.root)
        self.classes, self.palette = frames.classes, frames.palette
        self._places = {name: index for index, name in enumerate(frames.names)}
        paired = {name: frames.files(index).picture for name, index in self._places.items()}
        return paired | dict(frames.unlabelled)


def write_folder(
    source: PictureFolder, drift: Perturbation, target: Path, *, progress: Progress
) -> None:
    """Write the pictures of a folder under a drift as a folder of the same kind.

    images/NAME.jpg or .png as they were, labels/NAME.png, classes.yaml; splits.yaml has a split a
    segment. Pictures that the drift does not touch are copied byte by byte.

    Args:
        source: the pictures.
        drift: the drift.
        target: the folder; it must not exist.
        progress: called with (pictures done, pictures in all).

    Raises:
        DatasetError: a picture cannot be read.
        OSError: the folder cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as workshop:
        folder = Path(workshop, target.name)
        for index, name in enumerate(source.names):
            rgb, label = source.read(index)
            _write_picture(folder / "images" / name, index, rgb, source.path(index), drift)
            if label is not None:
                path = folder / "labels" / f"{name}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(encode_png(drift.label(index, label)))
            progress(index + 1, len(source))
        splits = {it.name: source.frames(it.start, it.stop) for it in drift.plan.segments}
        _write_yaml(folder / SPLIT_FILE, {name: names for name, names in splits.items() if names})
        if source.classes:
            colours = [list(map(int, colour)) for colour in source.palette]
            _write_yaml(folder / CLASS_FILE, {"classes": list(source.classes), "colors": colours})
        folder.rename(target)


def write_bag(
    source: PictureFolder,
    drift: Perturbation,
    target: Path,
    *,
    rate_hz: float,
    progress: Progress,
) -> None:
    """Write the pictures of a folder under a drift as a bag, in JPEG.

    Args:
        source: the pictures.
        drift: the drift.
        target: the bag; it must not exist.
        rate_hz: pictures per second.
        progress: called with (pictures done, pictures in all).

    Raises:
        DatasetError: a picture cannot be read.
        BagError: the bag cannot be written.
    """
    legend = Legend(tuple(source.classes), tuple(source.palette), drift.plan.segments)
    with BagWriter(target, legend=legend, rate_hz=rate_hz) as bag:
        for index in range(len(source)):
            rgb, label = source.read(index)
            truth = None if label is None else encode_png(drift.label(index, label))
            bag.add(drift.jpeg(index, rgb), truth)
            progress(index + 1, len(source))


def _pictures(base: Path) -> dict[str, Path]:
    endings = {f".{ending}" for ending in PICTURE_ENDINGS}
    found: dict[str, Path] = {}
    for path in sorted(base.rglob("*")):
        place = path.relative_to(base)
        if path.suffix.lower() not in endings or any(part.startswith(".") for part in place.parts):
            continue
        name = place.with_suffix("").as_posix()
        if name in found:
            raise DriftError(f"{path}: {found[name].name} has the same name; take one of them away")
        found[name] = path
    return found


def _write_picture(
    stem: Path, index: int, rgb: NDArray[np.uint8], original: Path, drift: Perturbation
) -> None:
    stem.parent.mkdir(parents=True, exist_ok=True)
    if not drift.touches(index):
        shutil.copyfile(original, stem.with_name(f"{stem.name}{original.suffix}"))
    elif original.suffix.lower() in _JPEG:
        stem.with_name(f"{stem.name}{original.suffix}").write_bytes(drift.jpeg(index, rgb))
    else:
        pixels = drift.pixels(index, rgb)
        png = cv2.imencode(".png", pixels[:, :, ::-1])[1].tobytes()
        stem.with_name(f"{stem.name}.png").write_bytes(png)


def _write_yaml(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False, width=120), encoding="utf-8")
