"""The catalogue of published weights: address and checksum of each, by name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from laecips_edge.core.cache_folder import cache_folder

_PIECE: Final = 1 << 20  # bytes to hash at a time

Progress = Callable[[int, int], None]
"""Is told bytes done and in all."""


class ModelError(ValueError):
    """Weights that cannot be found or verified; the message says what, where and what to do."""


@dataclass(frozen=True, kw_only=True)
class PublishedModel:
    """A published file of weights.

    Attributes:
        name: name in the catalogue.
        about: description in one line.
        url: address where its authors publish it.
        bytes: size of the file.
        sha256: SHA-256 of the file, 64 hexadecimal digits.
        licence: licence of the weights.
    """

    name: str
    about: str
    url: str
    bytes: int
    sha256: str
    licence: str

    @property
    def file_name(self) -> str:
        """The published file name."""
        return self.url.rsplit("/", 1)[1]

    def difference(self, path: Path, *, progress: Progress | None = None) -> str:
        """Return how a file differs from the published one; empty if it is equal.

        Args:
            path: the file.
            progress: called with (bytes read, bytes in all).

        Raises:
            OSError: the file cannot be read.
        """
        size = path.stat().st_size
        if size != self.bytes:
            return f"{size} bytes instead of {self.bytes}"
        digest = hashlib.sha256()
        with path.open("rb") as file:
            for done in range(0, size, _PIECE):
                digest.update(file.read(_PIECE))
                if progress is not None:
                    progress(min(done + _PIECE, size), size)
        if digest.hexdigest() != self.sha256:
            return f"sha256 {digest.hexdigest()[:12]}... instead of {self.sha256[:12]}..."
        return ""


def _segment_anything(
    size: str, *, about: str, file_name: str, bytes_: int, sha256: str
) -> PublishedModel:
    return PublishedModel(
        name=f"sam_{size}",
        about=about,
        url=f"https://dl.fbaipublicfiles.com/segment_anything/{file_name}",
        bytes=bytes_,
        sha256=sha256,
        licence="Apache-2.0",
    )


# The six digits in the names begin the files' MD5, which is no longer secure. Segment-anything
# publishes no SHA-256; these are the sums that its users have published.
CATALOGUE: Final[Mapping[str, PublishedModel]] = {
    model.name: model
    for model in (
        _segment_anything(
            "vit_b",
            about="Segment Anything, the smallest: 94 million weights",
            file_name="sam_vit_b_01ec64.pth",
            bytes_=375_042_383,
            sha256="ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912",
        ),
        _segment_anything(
            "vit_l",
            about="Segment Anything, the middle one: 312 million weights",
            file_name="sam_vit_l_0b3195.pth",
            bytes_=1_249_524_607,
            sha256="3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622",
        ),
        _segment_anything(
            "vit_h",
            about="Segment Anything, the largest: 641 million weights",
            file_name="sam_vit_h_4b8939.pth",
            bytes_=2_564_550_879,
            sha256="a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e",
        ),
    )
}


def cache() -> Path:
    """Return the folder of fetched weights; it may not exist yet."""
    return cache_folder() / "models"


def weights_path(text: str | Path) -> Path:
    """Return the path of the weights that an option names.

    Args:
        text: a path, or a name of the catalogue, which stands for the fetched file unless a file of
            that name exists.

    Returns:
        The path. A file of the catalogue exists; any other need not.

    Raises:
        ModelError: a model of the catalogue has not been fetched.
    """
    path = Path(text).expanduser()
    model = CATALOGUE.get(str(text))
    if model is None or path.is_file():
        return path
    fetched = cache() / model.file_name
    if not fetched.is_file():
        raise ModelError(
            f"{model.name} is not in {fetched.parent}: fetch it with `laecips models fetch "
            f"{model.name}`, or give the path of its file"
        )
    return fetched


def check_published(path: Path) -> None:
    """Refuse a file that has the name of a published one but other content.

    Accept files of other names: they are the user's own.

    Raises:
        ModelError: the file has another size or checksum.
        OSError: the file cannot be read.
    """
    for model in CATALOGUE.values():
        if path.name == model.file_name and (difference := model.difference(path)):
            raise ModelError(
                f"{path}: not {model.name} as it is published ({difference}); fetch it anew with "
                f"`laecips models fetch {model.name} --force`, or name a file of your own otherwise"
            )
