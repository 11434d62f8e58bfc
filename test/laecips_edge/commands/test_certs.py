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


@pytest.mark.parametrize("days", ["0", "-3", "nan", "1e9"])
@pytest.mark.parametrize("action", ["gateway", "renew"])
def test_a_certificate_that_would_not_hold_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str, days: str
) -> None:
    certs = ["certs", "--folder", str(tmp_path / "ca")]
    assert main([*certs, "init"]) == 0
    if action == "renew":
        assert main([*certs, "gateway", "10.0.0.1"]) == 0
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert main([*certs, action, "10.0.0.1", f"--days={days}"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"laecips certs: --days is {float(days):g}: give more than 0 and at")
    assert error.count("\n") == 1
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_the_trainers_key_and_the_one_that_follows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "ca"
    certs = ["certs", "--folder", str(folder)]
    assert main([*certs, "init"]) == 0
    assert main([*certs, "robot", "r1"]) == 0
    assert not (folder / "robot-r1" / "update.pub").exists()
    assert main([*certs, "sign-key"]) == 0
    assert main([*certs, "robot", "r2"]) == 0
    first = (folder / "update.pub").read_text()
    for robot in ("r1", "r2"):
        assert (folder / f"robot-{robot}" / "update.pub").read_text() == first
    assert main([*certs, "sign-key"]) == 2
    assert "`--rotate`" in capsys.readouterr().err
    assert main([*certs, "sign-key", "--rotate"]) == 0
    assert str(folder / "trainer" / "update.key") in capsys.readouterr().out
    assert (folder / "robot-r1" / "update.pub").read_text() != first
