"""Certificates and credentials: owner, purpose, expiry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Kind = Literal["robot", "gateway"]
KINDS: Final[tuple[Kind, ...]] = ("robot", "gateway")

AUTHORITY_FILE: Final = "ca.crt"
CERTIFICATE_FILE: Final = "own.crt"
KEY_FILE: Final = "own.key"
REVOKED_FILE: Final = "revoked.crl"

WARNING_DAYS: Final = 14

_USAGE: Final = {
    "robot": ExtendedKeyUsageOID.CLIENT_AUTH,
    "gateway": ExtendedKeyUsageOID.SERVER_AUTH,
}


class CertificateError(ValueError):
    """Certificates that cannot be used; one line: what, where and what to do."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """One certificate.

    Attributes:
        kind: robot or gateway; each kind is invalid for the other.
        name: the robot's identity, or the gateway's name in the network.
        serial: serial number, unique within the authority.
        until: when it expires, UTC.
    """

    kind: Kind
    name: str
    serial: int
    until: datetime

    def days_left(self, now: datetime) -> float:
        """Return the days until it expires; negative afterwards."""
        return (self.until - now) / timedelta(days=1)

    def warning(self, now: datetime, *, days: float = WARNING_DAYS) -> str:
        """Return one line if it expires within so many days or has expired; else an empty text."""
        left = self.days_left(now)
        if left > days:
            return ""
        verb = "expires" if left > 0 else "expired"
        return f"certificate {verb} {self.until:%Y-%m-%d}: `laecips certs renew {self.name}`"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """A node's own certificate and key, and the authority that it trusts, as PEM.

    Attributes:
        authority: certificate of the authority.
        certificate: certificate of the node.
        key: private key of the node's certificate.
        own: content of the node's certificate.
    """

    authority: bytes
    certificate: bytes
    key: bytes
    own: Certificate


def usage(kind: Kind) -> x509.ExtendedKeyUsage:
    """Return the extended key usage of a kind of certificate."""
    return x509.ExtendedKeyUsage([_USAGE[kind]])


def utc_now() -> datetime:
    """Return the current time, UTC."""
    return datetime.now(UTC)


def read_certificate(pem: bytes) -> Certificate:
    """Return the content of a certificate; TLS has already checked its signature.

    Raises:
        CertificateError: it was not issued by `laecips certs`.
    """
    try:
        parsed = x509.load_pem_x509_certificate(pem)
        usages = parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        (name,) = parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        kind = next(kind for kind in KINDS if _USAGE[kind] in usages)
    except (ValueError, x509.ExtensionNotFound, StopIteration) as error:
        raise CertificateError("not a certificate that `laecips certs` has made") from error
    return Certificate(
        kind=kind, name=str(name.value), serial=parsed.serial_number, until=expiry(parsed)
    )


def expiry(parsed: x509.Certificate) -> datetime:
    """Return when a certificate expires, UTC."""
    until: datetime | None = getattr(parsed, "not_valid_after_utc", None)  # cryptography >= 42
    return until or parsed.not_valid_after.replace(tzinfo=UTC)


def load_credentials(folder: Path, kind: Kind) -> Credentials:
    """Load what `laecips certs robot NAME` or `laecips certs gateway NAME` wrote to a folder.

    Raises:
        CertificateError: a file is missing, or is of the other kind.
    """
    files = (AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE)
    try:
        authority, certificate, key = ((folder / name).read_bytes() for name in files)
    except OSError as error:
        raise CertificateError(
            f"{error.filename}: {error.strerror}: make it by `laecips certs {kind} NAME` and bring "
            f"the whole folder {kind}-NAME here"
        ) from error
    own = read_certificate(certificate)
    if own.kind != kind:
        raise CertificateError(
            f"{folder / CERTIFICATE_FILE}: is of a {own.kind}: take the folder of a {kind}"
        )
    return Credentials(authority=authority, certificate=certificate, key=key, own=own)
