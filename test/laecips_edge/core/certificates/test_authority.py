"""Certificates: made, listed, renewed, revoked; what they say and whom they let in."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from laecips_edge.core.certificates.authority import Authority
from laecips_edge.core.certificates.certificate import (
    CertificateError,
    load_credentials,
    read_certificate,
)
from laecips_edge.core.certificates.revocation import RevocationList

NOW = datetime(2030, 5, 1, tzinfo=UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "ca", NOW)


def test_all_files_are_the_owners_alone(authority: Authority, tmp_path: Path) -> None:
    authority.issue("robot", "r1", NOW)
    authority.issue("gateway", "cloud.example", NOW, also=["10.0.0.1"])
    files = [path for path in (tmp_path / "ca").rglob("*") if path.is_file()]
    assert len(files) == 3 + 2 + 3 + 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_the_certificate_says_who_it_is(authority: Authority) -> None:
    folder = authority.issue("robot", "r1", NOW, days=30)
    own = load_credentials(folder, "robot").own
    assert (own.kind, own.name, own.days_left(NOW)) == ("robot", "r1", 30)
    with pytest.raises(CertificateError, match="is of a robot: take the folder of a gateway"):
        load_credentials(folder, "gateway")


def test_a_name_has_one_certificate_at_a_time(authority: Authority) -> None:
    authority.issue("robot", "r1", NOW, days=30)
    with pytest.raises(CertificateError, match="robot r1 has a certificate until 2030-05-31"):
        authority.issue("robot", "r1", NOW)
    authority.issue("gateway", "r1", NOW)
    authority.issue("robot", "r1", NOW + timedelta(days=31))  # the first has expired


@pytest.mark.parametrize("name", ["", "../r1", "a b", "-x", "a" * 65, "r\n"])
def test_names_that_cannot_be(authority: Authority, name: str) -> None:
    with pytest.raises(CertificateError, match="take up to 64 letters"):
        authority.issue("robot", name, NOW)


def test_revoked_takes_effect_in_a_list_that_is_open(authority: Authority, tmp_path: Path) -> None:
    gateway = authority.issue("gateway", "cloud", NOW)
    robot = load_credentials(authority.issue("robot", "r1", NOW), "robot")
    revoked = RevocationList(gateway / "revoked.crl", robot.authority)
    assert robot.own.serial not in revoked
    written = authority.revoke("r1", NOW)
    assert gateway / "revoked.crl" in written
    assert robot.own.serial in revoked
    with pytest.raises(CertificateError, match="r1 has nothing to revoke"):
        authority.revoke("r1", NOW)
    # A robot of that name that is trusted again gets another certificate.
    again = load_credentials(authority.issue("robot", "r1", NOW), "robot")
    assert again.own.serial not in revoked


def test_a_renewed_certificate_has_another_key_and_the_old_names(authority: Authority) -> None:
    folder = authority.issue("robot", "r1", NOW, days=1)
    old = load_credentials(folder, "robot")
    assert authority.renew("r1", NOW, days=10) == [folder]
    new = load_credentials(folder, "robot")
    assert (new.own.name, new.own.days_left(NOW)) == ("r1", 10)
    assert new.key != old.key
    # Both are revoked: the old one would hold for another day.
    authority.revoke("r1", NOW)
    assert all(authority.is_revoked(each) for each in authority.certificates())
    with pytest.raises(CertificateError, match="robot r1 is revoked"):
        authority.renew("r1", NOW)
    with pytest.raises(CertificateError, match="r2 has no certificate"):
        authority.renew("r2", NOW)


def test_a_list_that_another_authority_signed_is_refused(
    authority: Authority, tmp_path: Path
) -> None:
    gateway = authority.issue("gateway", "cloud", NOW)
    robot = load_credentials(authority.issue("robot", "r1", NOW), "robot")
    path = gateway / "revoked.crl"
    revoked = RevocationList(path, robot.authority)
    authority.revoke("r1", NOW)
    assert robot.own.serial in revoked
    Authority.create(tmp_path / "other", NOW)
    foreign = (tmp_path / "other" / "revoked.crl").read_bytes()
    for data in (foreign, b"junk"):
        path.write_bytes(data)
        assert robot.own.serial in revoked  # what was known stands
        assert str(path) in revoked.trouble
        with pytest.raises(CertificateError, match=r"bring the list that `laecips certs revoke`"):
            RevocationList(path, robot.authority)
    authority.revoke("cloud", NOW)
    assert robot.own.serial in revoked
    assert revoked.trouble == ""


def test_what_is_missing_is_said(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match=r"no authority .*: make one by `laecips certs"):
        Authority(tmp_path / "nowhere")
    with pytest.raises(CertificateError, match="has an authority already"):
        Authority.create(tmp_path / "ca", NOW)
    with pytest.raises(CertificateError, match=r"ca\.crt: No such file or directory: make it by"):
        load_credentials(tmp_path / "nowhere", "robot")
    with pytest.raises(CertificateError, match="not a certificate"):
        read_certificate((tmp_path / "ca" / "ca.crt").read_bytes())
    with pytest.raises(CertificateError, match="not a certificate"):
        read_certificate(b"junk")
