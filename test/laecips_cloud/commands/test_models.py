"""`laecips models`, as a person calls it."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from laecips_cloud.published_weights import catalogue
from laecips_cloud.published_weights.catalogue import CATALOGUE, PublishedModel
from laecips_edge.cli import main

CONTENT = b"weights" * 1000
MODEL = PublishedModel(
    name="large",
    about="a large one",
    url="http://127.0.0.1:9/large_v1.pth",
    bytes=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    licence="Apache-2.0",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache, and a catalogue of one model."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(catalogue, "CATALOGUE", {"large": MODEL})
    return tmp_path / "cache" / "laecips" / "models"


def test_a_file_that_was_brought(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "brought.pth"
    source.write_bytes(CONTENT)
    assert main(["models", "fetch", "large", "--from", str(source)]) == 0
    path = folder / "large_v1.pth"
    assert capsys.readouterr().out == f"{path}: fetched, as published\n"
    assert path.read_bytes() == CONTENT
    assert main(["models", "fetch", "large"]) == 0  # no server is asked
    assert capsys.readouterr().out == f"{path}: is there, as published\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lagre"], "'lagre' is not known: take one of large"),
        (["large"], f"{MODEL.url}: cannot be reached (Connection refused); on a machine without"),
        (["large", "--from", "/nowhere/a.pth"], "/nowhere/a.pth: no such file"),
    ],
)
def test_what_cannot_be_fetched(
    arguments: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "fetch", *arguments]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"laecips models: {message}")
    assert (said.out, said.err.count("\n")) == ("", 1)


@pytest.mark.parametrize(
    ("name", "content", "state"),
    [
        ("other", b"", "-"),
        ("large_v1.pth", CONTENT, "fetched"),
        ("large_v1.pth", b"less", "damaged"),
        ("large_v1.pth.part", CONTENT[:3500], "50 %"),
    ],
)
def test_the_list(
    name: str, content: bytes, state: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    assert main(["models", "list"]) == 0
    head, line, where = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["name", "MB", "here"]
    assert line.startswith("large ")
    assert f"  {state} " in line
    assert where.endswith(str(folder))


@pytest.mark.slow
def test_it_needs_no_torch() -> None:
    program = (
        "import laecips_cloud.commands.models as m, laecips_cloud.published_weights.download, sys; "
    )
    program += "assert 'torch' not in sys.modules and m.HELP"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    assert {"sam_vit_b", "sam_vit_l", "sam_vit_h"} <= set(CATALOGUE)
