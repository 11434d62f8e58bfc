"""Admission of robots: the name in the client's certificate, and whether it is valid now."""

from __future__ import annotations

from collections.abc import Callable, Container
from datetime import datetime

from laecips_edge.core.certificates.certificate import (
    Certificate,
    CertificateError,
    read_certificate,
    utc_now,
)

REMEMBERED = 256
"""Certificates that are read once only."""


class NotAdmittedError(Exception):
    """The caller is not admitted; one line."""


class Admission:
    """Checks the caller's certificate at each call; TLS checks it only when the connection opens.

    Args:
        revoked: serial numbers of revoked certificates.
        now: returns the current time, UTC.
    """

    def __init__(self, revoked: Container[int], *, now: Callable[[], datetime] = utc_now) -> None:
        self._revoked = revoked
        self._now = now
        self._read: dict[bytes, Certificate] = {}

    def robot(self, pem: bytes) -> str:
        """Return the name of the robot that owns a certificate.

        Raises:
            NotAdmittedError: the certificate is no robot's, has expired, or is revoked.
        """
        certificate = self._certificate(pem)
        if certificate.kind != "robot":
            raise NotAdmittedError(f"certificate of {certificate.name}: not a robot's")
        if certificate.days_left(self._now()) <= 0:
            raise NotAdmittedError(
                f"certificate of {certificate.name}: expired {certificate.until:%Y-%m-%d}: renew it"
            )
        if certificate.serial in self._revoked:
            raise NotAdmittedError(f"certificate of {certificate.name}: revoked")
        return certificate.name

    def _certificate(self, pem: bytes) -> Certificate:
        found = self._read.get(pem)
        if found is None:
            try:
                found = read_certificate(pem)
            except CertificateError as error:
                raise NotAdmittedError(f"certificate: {error}") from error
            if len(self._read) >= REMEMBERED:
                self._read.clear()
            self._read[pem] = found
        return found
