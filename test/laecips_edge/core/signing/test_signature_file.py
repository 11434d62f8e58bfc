from pathlib import Path

from laecips_edge.core.signing.signature import MOST_BYTES
from laecips_edge.core.signing.signature_file import read_signature, write_signature


def test_it_lies_beside_the_manifest(tmp_path: Path) -> None:
    assert read_signature(tmp_path) == ""
    write_signature(tmp_path, "one")
    write_signature(tmp_path, "two")
    assert read_signature(tmp_path) == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.sig"]


def test_of_a_larger_file_only_what_shows_that_is_read(tmp_path: Path) -> None:
    write_signature(tmp_path, "x" * (10 * MOST_BYTES))
    assert len(read_signature(tmp_path)) == MOST_BYTES + 1
