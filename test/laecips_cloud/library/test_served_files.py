"""What robots may have of a library: what is offered, and pieces of files."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from laecips_cloud.library.model_library import ModelLibrary
from laecips_cloud.library.served_files import offered, piece
from laecips_cloud.library.update_signer import UpdateSigner
from laecips_edge.core.bundle.bundle import (
    DELTA,
    INT8,
    MANIFEST,
    WEIGHTS,
    Bundle,
    BundleError,
    ranges_file,
)
from laecips_edge.core.link.model_update import PieceRequest, PieceStatus
from laecips_edge.core.signing.signing_key import SigningKey
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from made_bundles import variant


@pytest.fixture
def library(tmp_path: Path, tiny_bundle: Bundle) -> Iterator[ModelLibrary]:
    it = ModelLibrary(tmp_path / "library")
    it.take_in(tiny_bundle)
    yield it
    it.close()


def asked(library: ModelLibrary, **changes: object) -> tuple[PieceStatus, str, int, bytes]:
    request = PieceRequest(version=1, file=WEIGHTS, offset=0, length=100)
    answer = piece(library, replace(request, **changes), max_chunk=1000)  # type: ignore[arg-type]
    return answer.status, answer.message, answer.size, answer.data


def test_an_offer_is_signed_and_an_order_says_over_what(library: ModelLibrary) -> None:
    key = SigningKey.new()
    signer, trusted = UpdateSigner(key, days=1.0), TrustedKeys([key.public])

    def over() -> int:
        offer = offered(library, signer)
        assert offer is not None
        return trusted.check(offer.signature, manifest_sha256=offer.manifest_sha256).over

    assert over() == 0
    library.record(lambda it: it.draw(trained_to=9, now_ns=1)[0])
    library.record(lambda it: it.refuse(2, reason="worse").pin(1))
    assert over() == 2
    assert (
        piece(
            library, PieceRequest(version=1, file="manifest.sig", offset=0, length=9), max_chunk=9
        ).status
        is PieceStatus.UNKNOWN_FILE
    )


def test_what_is_offered(library: ModelLibrary, tiny_bundle: Bundle) -> None:
    offer = offered(library)
    assert offer is not None
    manifest = tiny_bundle.manifest
    assert (offer.name, offer.version, offer.parent) == (manifest.name, manifest.version, 0)
    assert (offer.classes_hash, offer.ordered) == (manifest.classes_hash, False)
    text = (tiny_bundle.path / MANIFEST).read_bytes()
    assert offer.manifest_sha256 == hashlib.sha256(text).hexdigest()
    sizes = [(tiny_bundle.path / name).stat().st_size for name in (MANIFEST, *tiny_bundle.files)]
    assert offer.bytes == sum(sizes)
    library.record(lambda it: it.pin(1))
    ordered = offered(library)
    assert ordered is not None
    assert ordered.ordered


def test_nothing_is_offered_by_an_empty_library(tmp_path: Path) -> None:
    library = ModelLibrary(tmp_path / "empty")
    assert offered(library) is None
    library.close()


def test_what_is_offered_and_lost_is_told(library: ModelLibrary) -> None:
    (library.folder(1) / WEIGHTS).unlink()
    with pytest.raises(BundleError, match=r"weights\.safetensors: No such file"):
        offered(library)
    assert asked(library)[:2] == (
        PieceStatus.UNAVAILABLE,
        "version 1, weights.safetensors: No such file or directory; ask again later",
    )


@pytest.mark.parametrize(
    ("offset", "length", "data"),
    [
        (0, 100, slice(0, 100)),
        (50, 5000, slice(50, 1050)),
        (0, 0, slice(0, 0)),
    ],
)
def test_pieces(
    offset: int, length: int, data: slice, library: ModelLibrary, tiny_bundle: Bundle
) -> None:
    whole = (tiny_bundle.path / WEIGHTS).read_bytes()
    answer = asked(library, offset=offset, length=length)
    assert answer == (PieceStatus.OK, "", len(whole), whole[data])


def test_the_last_piece_and_what_comes_after_it(library: ModelLibrary) -> None:
    size = (library.folder(1) / WEIGHTS).stat().st_size
    assert len(asked(library, offset=size - 7)[3]) == 7
    assert asked(library, offset=size) == (PieceStatus.OK, "", size, b"")
    assert asked(library, offset=size + 1)[:2] == (
        PieceStatus.BAD_REQUEST,
        f"weights.safetensors: offset {size + 1} is past the end at {size}; start at 0",
    )


@pytest.mark.parametrize("file", ["../../ledger.json", "/etc/passwd", "", ".", "lock", "a\0b"])
def test_no_other_file_is_given(file: str, library: ModelLibrary) -> None:
    status, message, _, data = asked(library, file=file)
    assert (status, data) == (PieceStatus.UNKNOWN_FILE, b"")
    assert "ask for one of manifest.json, graph_f.onnx" in message


def test_only_what_is_promoted_or_pinned_is_for_robots(library: ModelLibrary) -> None:
    version = library.begin(lambda *_: None, trained_to=1, now_ns=1)
    library.folder(version).mkdir()
    (library.folder(version) / WEIGHTS).write_bytes(b"new")
    assert asked(library, version=2)[:2] == (
        PieceStatus.UNKNOWN_VERSION,
        "version 2 is not for robots; 1 is offered",
    )
    library.record(lambda it: it.promote(2, reason="better", train_s=1))
    assert asked(library, version=2)[3] == b"new"
    library.record(lambda it: it.pin(2).roll_back(2, reason="slow"))
    assert asked(library, version=2)[0] is PieceStatus.OK
    library.record(lambda it: it.unpin())
    assert asked(library, version=2)[0] is PieceStatus.UNKNOWN_VERSION
    assert asked(library, version=9)[0] is PieceStatus.UNKNOWN_VERSION


def test_a_delta_is_given_where_there_is_one(library: ModelLibrary) -> None:
    assert asked(library, file=DELTA)[0] == PieceStatus.UNKNOWN_FILE
    before = offered(library)
    (library.folder(1) / DELTA).write_bytes(b"steps")
    after = offered(library)
    assert before is not None
    assert after is not None
    assert after.bytes == before.bytes + 5
    assert asked(library, file=DELTA) == (PieceStatus.OK, "", 5, b"steps")


def test_ranges_for_int8_are_kept_offered_and_served(tmp_path: Path, tiny_bundle: Bundle) -> None:
    data = ranges_file({"logits.conv.weight": (0.0, 8.0)})
    bundle = variant(tiny_bundle, tmp_path / "int8", 1, int8_file=data)
    library = ModelLibrary(tmp_path / "library")
    library.take_in(bundle)
    offer = offered(library)
    assert offer is not None
    assert offer.bytes == sum(path.stat().st_size for path in bundle.path.iterdir())
    status, _, size, first = asked(library, file=INT8)
    assert (status, size, first) == (PieceStatus.OK, len(data), data[:100])
    library.close()
