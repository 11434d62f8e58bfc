"""Credentials of a node that are renewed on disk while it runs."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from laecips_edge.core.certificates.authority import Authority
from laecips_edge.core.certificates.certificate import CertificateError
from laecips_edge.core.certificates.reloaded_credentials import ReloadedCredentials

NOW = datetime(2030, 5, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=360)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "ca", NOW)


@pytest.fixture
def issued(authority: Authority) -> Path:
    """The folder beside the authority."""
    return authority.issue("robot", "r1", NOW)


@pytest.fixture
def folder(issued: Path, tmp_path: Path) -> Path:
    """Its copy on the robot."""
    return Path(shutil.copytree(issued, tmp_path / "robot"))


def test_a_renewed_certificate_is_taken_once_its_key_is_there(
    authority: Authority, issued: Path, folder: Path
) -> None:
    credentials = ReloadedCredentials(folder, "robot")
    first = credentials.current()
    assert credentials.current() is first
    assert "expires" in credentials.warning(LATER)
    authority.renew("r1", LATER)
    shutil.copy(issued / "own.crt", folder)
    assert credentials.current() is first
    assert "own.crt and own.key do not belong together" in credentials.warning(LATER)
    shutil.copy(issued / "own.key", folder)
    assert credentials.current().own.days_left(LATER) == 365
    assert credentials.warning(LATER) == ""


@pytest.mark.parametrize(
    ("name", "data", "line"),
    [
        ("own.key", b"torn", "own.key: no key"),
        ("own.crt", b"torn", "not a certificate"),
        ("own.crt", None, "own.crt: No such file"),
    ],
)
def test_broken_files_leave_the_last_ones(
    folder: Path, name: str, data: bytes | None, line: str
) -> None:
    credentials = ReloadedCredentials(folder, "robot")
    first, good = credentials.current(), (folder / name).read_bytes()
    if data is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(data)
    assert credentials.current() is first
    assert line in credentials.warning(NOW)
    (folder / name).write_bytes(good)
    assert credentials.current() == first
    assert credentials.warning(NOW) == ""


def test_another_authority_is_not_trusted_by_itself(folder: Path, tmp_path: Path) -> None:
    credentials = ReloadedCredentials(folder, "robot")
    other = Authority.create(tmp_path / "other", NOW).issue("robot", "r1", NOW)
    shutil.copytree(other, folder, dirs_exist_ok=True)
    assert credentials.current().authority != (folder / "ca.crt").read_bytes()
    assert "ca.crt: another authority: deactivate" in credentials.warning(NOW)


def test_there_must_be_some_at_first(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match=r"ca\.crt: No such file"):
        ReloadedCredentials(tmp_path, "robot")
