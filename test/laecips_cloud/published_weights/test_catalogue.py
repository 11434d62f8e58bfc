"""The catalogue: names, places, and what is not the file that it says it is."""

import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from laecips_cloud.published_weights import catalogue
from laecips_cloud.published_weights.catalogue import (
    CATALOGUE,
    ModelError,
    PublishedModel,
    cache,
    check_published,
    weights_path,
)

SMALL = PublishedModel(
    name="small",
    about="a small one",
    url="https://example.org/models/small_v1.pth",
    bytes=3,
    sha256=hashlib.sha256(b"abc").hexdigest(),
    licence="Apache-2.0",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a catalogue of one small model."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(catalogue, "CATALOGUE", {"small": SMALL})
    it = tmp_path / "cache" / "laecips" / "models"
    it.mkdir(parents=True)
    return it


def test_what_is_published() -> None:
    assert list(CATALOGUE) == ["sam_vit_b", "sam_vit_l", "sam_vit_h"]
    for name, model in CATALOGUE.items():
        assert model.name == name
        assert re.fullmatch("[0-9a-f]{64}", model.sha256)
        assert urlsplit(model.url).scheme == "https"
        assert re.fullmatch(rf"{name}_[0-9a-f]{{6}}\.pth", model.file_name)
    assert len({model.sha256 for model in CATALOGUE.values()}) == 3


@pytest.mark.parametrize(
    ("content", "difference"),
    [
        (b"abc", ""),
        (b"abd", "sha256 a52d159f262b... instead of ba7816bf8f01..."),
        (b"", "0 bytes instead of 3"),
        (b"abcd", "4 bytes instead of 3"),
    ],
)
def test_a_file_is_told_byte_for_byte(content: bytes, difference: str, folder: Path) -> None:
    path = folder / SMALL.file_name
    path.write_bytes(content)
    assert SMALL.difference(path) == difference
    if not difference:
        check_published(path)
        return
    message = f"{path}: not small as it is published ({difference}); fetch it anew with"
    with pytest.raises(ModelError, match=re.escape(message)):
        check_published(path)


def test_somebodys_own_file_is_not_compared(folder: Path) -> None:
    path = folder / "small_v2.pth"
    path.write_bytes(b"anything")
    check_published(path)


def test_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert cache() == tmp_path / "cache" / "laecips" / "models"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache() == tmp_path / ".cache" / "laecips" / "models"


def test_a_name_stands_for_the_fetched_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        ModelError, match=r"small is not in .*models: fetch it with `laecips models"
    ):
        weights_path("small")
    (folder / SMALL.file_name).write_bytes(b"abc")
    assert weights_path("small") == folder / SMALL.file_name
    monkeypatch.chdir(tmp_path)
    Path("small").mkdir()  # an export of it
    assert weights_path("small") == folder / SMALL.file_name


def test_a_path_stays_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert weights_path("/models/a.pth") == Path("/models/a.pth")
    assert weights_path(Path("b.pth")) == Path("b.pth")
    monkeypatch.setenv("HOME", str(folder))
    assert weights_path("~/c.pth") == folder / "c.pth"
    monkeypatch.chdir(folder)
    Path("small").touch()  # a file of that name at hand goes before the catalogue's
    assert weights_path("small") == Path("small")
