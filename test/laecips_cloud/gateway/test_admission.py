"""Who is let in by a certificate that TLS has accepted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from laecips_cloud.gateway import admission
from laecips_cloud.gateway.admission import Admission, NotAdmittedError
from laecips_edge.core.certificates.authority import Authority
from laecips_edge.core.certificates.certificate import load_credentials

NOW = datetime(2030, 5, 1, tzinfo=UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "ca", NOW)


def test_a_robot(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "REMEMBERED", 2)
    doors = Admission(frozenset(), now=lambda: NOW)
    for name in ("r1", "r2", "r3"):
        own = load_credentials(authority.issue("robot", name, NOW), "robot")
        assert [doors.robot(own.certificate) for _ in range(2)] == [name, name]


def test_who_is_not_let_in(authority: Authority) -> None:
    robot = load_credentials(authority.issue("robot", "r1", NOW, days=30), "robot")
    gateway = load_credentials(authority.issue("gateway", "g1", NOW), "gateway")
    now = [NOW]
    revoked: set[int] = set()
    doors = Admission(revoked, now=lambda: now[0])
    assert doors.robot(robot.certificate) == "r1"
    with pytest.raises(NotAdmittedError, match="certificate of g1: not a robot's"):
        doors.robot(gateway.certificate)
    for junk in (b"", b"junk"):
        with pytest.raises(NotAdmittedError, match="certificate: not a certificate"):
            doors.robot(junk)
    now[0] = NOW + timedelta(days=30)
    with pytest.raises(NotAdmittedError, match="certificate of r1: expired 2030-05-31: renew it"):
        doors.robot(robot.certificate)
    now[0] = NOW
    revoked.add(robot.own.serial)
    with pytest.raises(NotAdmittedError, match="certificate of r1: revoked"):
        doors.robot(robot.certificate)
