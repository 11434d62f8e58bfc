import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.bundle.bundle import FILES, INT8, MANIFEST, MORE, Bundle
from laecips_edge.core.bundle.manifest import BundleError, Manifest
from laecips_edge.core.bundle.weights_delta import changed, encode_delta, rounded
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


def changed_weights() -> tuple[bytes, dict[str, bytes]]:
    """A parent's weights, and what a trainer serves of a bundle that changed them."""
    before = {"f.a": np.linspace(-1, 1, 400).astype(np.float16)}
    parent = safetensors.numpy.save(before)
    change = rounded(before["f.a"].astype(np.float32), np.sin(before["f.a"]), coarseness=1.0)
    files = CONTENTS | {
        "weights.safetensors": safetensors.numpy.save({"f.a": changed(before["f.a"], change)}),
        "weights.delta": encode_delta(parent, {"f.a": change}),
    }
    return parent, files


def offered(files: dict[str, bytes], parent: bytes) -> dict[str, bytes]:
    hashes = {name: sha256(data) for name, data in files.items()}
    text = manifest(files=hashes, delta_of=sha256(parent)).to_json()
    return files | {MANIFEST: text.encode()}


@pytest.fixture
def here(tmp_path: Path):
    """The local files by hash: the parent's weights."""
    (tmp_path / "here").write_bytes(changed_weights()[0])
    return {sha256(changed_weights()[0]): tmp_path / "here"}.get


def test_a_robot_that_has_the_parent_fetches_what_changed(tmp_path, here):
    parent, files = changed_weights()
    contents = offered(files, parent)
    it = download(tmp_path, contents, find=here)
    asked = feed(it, contents)
    assert "weights.delta" in asked
    assert "weights.safetensors" not in asked
    got = {path.name: path.read_bytes() for path in it.folder.iterdir()}
    assert got == {name: contents[name] for name in FILES_IN_ORDER}


def test_without_the_parent_the_weights_are_fetched(tmp_path):
    parent, files = changed_weights()
    contents = offered(files, parent)
    assert "weights.delta" not in feed(download(tmp_path, contents), contents)


@pytest.mark.parametrize(
    "bad", [b"", b"DEL1", b"x" * 900, changed_weights()[1]["weights.delta"][:-9]]
)
def test_a_delta_that_does_not_make_the_weights_costs_only_time(tmp_path, here, bad):
    parent, files = changed_weights()
    contents = offered(files | {"weights.delta": bad}, parent)
    it = download(tmp_path, contents, find=here)
    assert "weights.safetensors" in feed(it, contents)
    assert (it.folder / "weights.safetensors").read_bytes() == files["weights.safetensors"]
    assert not (it.folder / "weights.delta").exists()


def test_a_delta_that_is_not_the_announced_one_is_left_out(tmp_path, here):
    parent, files = changed_weights()
    contents = offered(files, parent) | {"weights.delta": b"another file"}
    assert "weights.safetensors" in feed(download(tmp_path, contents, find=here), contents)


def test_a_delta_of_other_weights_is_left_out(tmp_path, here):
    parent, files = changed_weights()
    other = {"f.a": rounded(np.zeros(400, np.float32), np.ones(400, np.float32), coarseness=1.0)}
    contents = offered(files | {"weights.delta": encode_delta(parent, other)}, parent)
    it = download(tmp_path, contents, find=here)
    assert "weights.safetensors" in feed(it, contents)
    assert (it.folder / "weights.safetensors").read_bytes() == files["weights.safetensors"]


def test_only_a_delta_may_be_skipped(tmp_path, here):
    parent, files = changed_weights()
    contents = offered(files, parent)
    it = download(tmp_path, contents, find=here)
    while (piece := it.next(1000)).file != "weights.delta":
        assert not it.skip(piece.file)
        data = contents[piece.file]
        it.add(piece, size=len(data), data=data[piece.offset : piece.offset + 1000])
    assert it.skip("weights.delta")
    assert it.next(1000).file == "weights.safetensors"


@given(killed_after=st.lists(st.integers(0, 12), max_size=5), length=st.integers(20, 400))
def test_a_killed_process_goes_on_with_the_delta(tmp_path_factory, killed_after, length):
    folder = tmp_path_factory.mktemp("download")
    parent, files = changed_weights()
    contents = offered(files, parent)
    (folder / "here").write_bytes(parent)
    find = {sha256(parent): folder / "here"}.get
    for pieces in killed_after:
        feed(download(folder, contents, find=find), contents, pieces=pieces, length=length)
    it = download(folder, contents, find=find)
    assert "weights.safetensors" not in feed(it, contents, length=length)
    assert {path.name for path in it.folder.iterdir()} == set(FILES_IN_ORDER)


def with_more(*names: str) -> dict[str, bytes]:
    contents = CONTENTS | {name: f"of {name}".encode() * 10 for name in names}
    files = {name: sha256(data) for name, data in contents.items()}
    return contents | {MANIFEST: manifest(files=files).to_json().encode()}


def test_what_no_version_changes_comes_last_and_not_again_with_the_next(tmp_path):
    """Pictures of the agreement, and ranges for int8."""
    contents = with_more(*MORE)
    it = download(tmp_path, contents)
    assert tuple(dict.fromkeys(feed(it, contents))) == (*FILES_IN_ORDER, *MORE)
    assert {path.name: path.read_bytes() for path in it.folder.iterdir()} == contents
    here = {sha256(contents[name]): it.folder / name for name in MORE}
    it = download(tmp_path / "next", contents, find=here.get)
    assert set(feed(it, contents)) == set(FILES_IN_ORDER)
    assert {path.name: path.read_bytes() for path in it.folder.iterdir()} == contents


@pytest.mark.parametrize("wrong", [b"r" * 240, None], ids=["other bytes", "not served"])
def test_a_bundle_is_complete_without_ranges_for_int8(tmp_path, wrong):
    contents = with_more(INT8)
    it = download(tmp_path, contents)
    while (piece := it.next(5000)) is not None:
        data = wrong if piece.file == INT8 else contents[piece.file]
        if data is None:
            assert it.skip(INT8)
        else:
            it.add(piece, size=len(data), data=data[piece.offset :])
    del contents[INT8]
    assert {path.name: path.read_bytes() for path in it.folder.iterdir()} == contents
