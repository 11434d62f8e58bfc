import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.bundle.bundle import FILES, MANIFEST, Bundle
from laecips_edge.core.bundle.manifest import BundleError, Manifest
from laecips_edge.core.update.bundle_download import BundleDownload, GarbageError

FILES_IN_ORDER = (MANIFEST, *FILES)
CONTENTS = {
    "graph_f.onnx": b"graph of f" * 7,
    "graph_h.onnx": b"graph of h" * 5,
    "weights.safetensors": b"weights" * 100,
    "agreement.safetensors": b"",
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def manifest(**changes: object) -> Manifest:
    fields: dict = {
        "name": "line",
        "version": 2,
        "classes": ("belt", "part"),
        "palette": ((0, 0, 0), (255, 0, 0)),
        "input_size": (32, 32),
        "delta": 0.5,
        "beta": 0.1,
        "files": {name: sha256(data) for name, data in CONTENTS.items()},
    }
    return Manifest(**(fields | changes))


def served(**changes: object) -> dict[str, bytes]:
    return CONTENTS | {MANIFEST: manifest(**changes).to_json().encode()}


def download(folder: Path, contents: dict[str, bytes], **changes: object) -> BundleDownload:
    fields: dict = {
        "manifest_sha256": sha256(contents[MANIFEST]),
        "most_bytes": sum(map(len, contents.values())),
        "find": lambda sha256: None,
        "check": lambda manifest: None,
    }
    return BundleDownload(folder / "partial", **(fields | changes))


def feed(
    it: BundleDownload, contents: dict[str, bytes], *, pieces: int = 10_000, length: int = 64
) -> list[str]:
    """A good server's answers; the files that it was asked for."""
    asked = []
    for _ in range(pieces):
        piece = it.next(length)
        if piece is None:
            break
        data = contents[piece.file]
        asked.append(piece.file)
        it.add(piece, size=len(data), data=data[piece.offset : piece.offset + piece.length])
    return asked


def test_the_manifest_comes_first_then_what_it_names(tmp_path):
    contents = served()
    it = download(tmp_path, contents)
    assert tuple(dict.fromkeys(feed(it, contents))) == FILES_IN_ORDER
    assert it.next(1) is None
    assert {path.name: path.read_bytes() for path in it.folder.iterdir()} == contents


@given(killed_after=st.lists(st.integers(0, 12), max_size=5), length=st.integers(1, 400))
def test_a_process_goes_on_where_the_last_was_killed(tmp_path_factory, killed_after, length):
    folder, contents = tmp_path_factory.mktemp("download"), served()
    fetched = 0
    for pieces in killed_after:
        fetched += len(feed(download(folder, contents), contents, pieces=pieces, length=length))
    it = download(folder, contents)
    fetched += len(feed(it, contents, length=length))
    assert {path.name: path.read_bytes() for path in it.folder.iterdir()} == contents
    at_most = sum(-(-len(data) // length) or 1 for data in contents.values())
    # One more for each that was killed before it saw that an empty file is complete.
    assert fetched <= at_most + len(killed_after)


def test_files_that_are_here_are_not_fetched(tmp_path):
    contents = served()
    here = tmp_path / "here"
    here.write_bytes(CONTENTS["weights.safetensors"])
    hashes = {sha256(CONTENTS["weights.safetensors"]): here}
    asked = feed(download(tmp_path, contents, find=hashes.get), contents)
    assert "weights.safetensors" not in asked
    assert "graph_f.onnx" in asked


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        (CONTENTS | {MANIFEST: b"{"}, "not JSON"),
        (CONTENTS | {MANIFEST: b"\xff\xfe"}, "not JSON"),
        (served(files={"graph_f.onnx": "0"}), "no sha256 of graph_h.onnx, weights.safe"),
        (served(files={"../../evil": "0"}), "no sha256 of graph_f.onnx"),
    ],
)
def test_a_manifest_that_is_none_is_told(tmp_path, contents, reason):
    with pytest.raises(BundleError, match=reason):
        feed(download(tmp_path, contents), contents)


def test_whoever_looks_at_the_manifest_may_refuse_it(tmp_path):
    def refuse(it: Manifest) -> None:
        raise BundleError(f"version {it.version} is not wanted")

    contents = served()
    with pytest.raises(BundleError, match="version 2 is not wanted"):
        feed(download(tmp_path, contents, check=refuse), contents)


def test_more_than_was_announced_is_not_fetched(tmp_path):
    contents = served()
    most = len(contents[MANIFEST]) + 100
    with pytest.raises(GarbageError, match=r"weights.safetensors: has 700 bytes, more than the"):
        feed(download(tmp_path, contents, most_bytes=most + 50), contents)


def test_what_was_fetched_is_a_bundle(tmp_path, tiny_bundle):
    contents = {path.name: path.read_bytes() for path in tiny_bundle.path.iterdir()}
    it = download(tmp_path, contents)
    feed(it, contents, length=50_000)
    assert Bundle.load(it.folder).manifest == replace(tiny_bundle.manifest)


def test_a_file_may_be_begun_anew(tmp_path):
    contents = served()
    it = download(tmp_path, contents)
    feed(it, contents, pieces=2)
    it.discard()
    assert it.next(5).offset == 0
    feed(it, contents)
    assert it.next(5) is None
