from pathlib import Path

from laecips_edge.core.certificates.private_file import write_private


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "own.key"
    write_private(path, b"one")
    write_private(path, b"two")
    assert path.read_bytes() == b"two"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [each.name for each in path.parent.iterdir()] == ["own.key"]
