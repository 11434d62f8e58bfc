"""`laecips certs`, as a person meets it."""

from pathlib import Path

import pytest
from laecips_edge.cli import main


def test_from_nothing_to_a_revoked_robot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certs = ["certs", "--folder", str(tmp_path / "ca")]
    assert main([*certs, "init"]) == 0
    assert main([*certs, "robot", "r1"]) == 0
    assert main([*certs, "gateway", "cloud.example", "--also", "10.0.0.1", "--days", "30"]) == 0
    assert main([*certs, "renew", "r1"]) == 0
    assert main([*certs, "revoke", "r1"]) == 0
    assert (tmp_path / "ca" / "robot-r1" / "own.key").is_file()
    capsys.readouterr()
    assert main([*certs, "list"]) == 0
    table = [line.split()[:3] for line in capsys.readouterr().out.splitlines()]
    assert table == [
        ["gateway", "cloud.example", "holds"],
        ["robot", "r1", "revoked"],
        ["robot", "r1", "revoked"],
    ]
    assert main([*certs, "revoke", "r2"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
