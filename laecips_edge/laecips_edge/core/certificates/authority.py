"""A private certificate authority in a folder.

ca.key ca.crt       the authority; ca.key never leaves this folder
revoked.crl         the list of revoked certificates
issued/             all certificates that it has signed, by serial number
robot-NAME/         to copy to the robot: ca.crt own.crt own.key, and update.pub if there is one
gateway-NAME/       to copy to the gateway: the same files, and revoked.crl
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from laecips_edge.core.certificates.certificate import (
    AUTHORITY_FILE,
    CERTIFICATE_FILE,
    KEY_FILE,
    KINDS,
    REVOKED_FILE,
    Certificate,
    CertificateError,
    Kind,
    expiry,
    read_certificate,
    usage,
)
from laecips_edge.core.certificates.private_file import write_private
from laecips_edge.core.signing.key_files import PUBLIC_FILE

AUTHORITY_KEY_FILE: Final = "ca.key"
ISSUED: Final = "issued"
DAYS: Final = 365
AUTHORITY_DAYS: Final = 3650
_EARLIER: Final = timedelta(days=1)  # start of validity in the past, for a robot's slow clock
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class Authority:
    """A certificate authority in a folder.

    Args:
        folder: folder that `create` has filled.

    Raises:
        CertificateError: the folder holds no authority.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            key = serialization.load_pem_private_key(
                (folder / AUTHORITY_KEY_FILE).read_bytes(), password=None
            )
            self._certificate = x509.load_pem_x509_certificate(
                (folder / AUTHORITY_FILE).read_bytes()
            )
        except (OSError, ValueError) as error:
            raise CertificateError(
                f"{folder}: no authority ({error}): make one by `laecips certs init`"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise CertificateError(f"{folder / AUTHORITY_KEY_FILE}: not an EC key: make a new one")
        self._key = key

    @classmethod
    def create(cls, folder: Path, now: datetime) -> Authority:
        """Create an authority.

        Raises:
            CertificateError: the folder already holds an authority.
        """
        if (folder / AUTHORITY_KEY_FILE).exists():
            raise CertificateError(f"{folder}: has an authority already; remove it or go elsewhere")
        key = ec.generate_private_key(ec.SECP256R1())
        # The suffix tells two authorities apart in error messages.
        name = _subject(f"LAECIPS authority {os.urandom(4).hex()}")
        certificate = (
            _builder(name, key.public_key(), name, now, AUTHORITY_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        write_private(folder / AUTHORITY_KEY_FILE, _key_pem(key))
        write_private(folder / AUTHORITY_FILE, _pem(certificate))
        made = cls(folder)
        made._write_revoked([], now)
        return made

    def issue(
        self,
        kind: Kind,
        name: str,
        now: datetime,
        *,
        days: float = DAYS,
        also: Sequence[str] = (),
    ) -> Path:
        """Issue a certificate with a new key.

        Args:
            kind: for a robot or for a gateway.
            name: a robot's identity; a gateway's name or address in the network.
            now: current time, UTC.
            days: validity, days.
            also: further names or addresses of a gateway.

        Returns:
            The folder to copy to that machine.

        Raises:
            CertificateError: the name is invalid, or has a valid certificate.
        """
        for each in (name, *also):
            if not _NAME.fullmatch(each):
                raise CertificateError(
                    f"name {each!r}: take up to 64 letters, digits, `_`, `.` and `-`"
                )
        for old in self.certificates():
            if (old.kind, old.name) == (kind, name) and self._holds(old, now):
                raise CertificateError(
                    f"{kind} {name} has a certificate until {old.until:%Y-%m-%d}: "
                    "renew or revoke it"
                )
        names = x509.SubjectAlternativeName([_general_name(each) for each in (name, *also)])
        return self._sign(kind, name, names, now, days)

    def renew(self, name: str, now: datetime, *, days: float = DAYS) -> list[Path]:
        """Replace the certificates and keys of a name by new ones.

        Returns:
            The folders to copy to the machines.

        Raises:
            CertificateError: the name has no certificate, or its certificates are revoked.
        """
        folders = []
        for kind in KINDS:
            path = self._folder / f"{kind}-{name}" / CERTIFICATE_FILE
            if not path.is_file():
                continue
            old = x509.load_pem_x509_certificate(path.read_bytes())
            if old.serial_number in self._revoked():
                raise CertificateError(f"{kind} {name} is revoked: make a new one if it is trusted")
            names = old.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            folders.append(self._sign(kind, name, names, now, days))
        if not folders:
            raise CertificateError(f"{name} has no certificate: `laecips certs list` shows all")
        return folders

    def revoke(self, name: str, now: datetime) -> list[Path]:
        """Revoke every certificate of a name.

        Returns:
            The lists that were written; gateways on other machines need a copy.

        Raises:
            CertificateError: the name has no certificate left to revoke.
        """
        revoked = self._revoked()
        more = {each.serial for each in self.certificates() if each.name == name} - revoked
        if not more:
            raise CertificateError(f"{name} has nothing to revoke: `laecips certs list` shows all")
        return self._write_revoked(sorted(revoked | more), now)

    def certificates(self) -> list[Certificate]:
        """Return all certificates ever signed, by kind, name and expiry."""
        found = [read_certificate(path.read_bytes()) for path in self._issued().glob("*.crt")]
        return sorted(found, key=lambda each: (each.kind, each.name, each.until))

    def is_revoked(self, certificate: Certificate) -> bool:
        """Return whether a certificate is on the list of revoked ones."""
        return certificate.serial in self._revoked()

    def _holds(self, certificate: Certificate, now: datetime) -> bool:
        return certificate.days_left(now) > 0 and not self.is_revoked(certificate)

    def _sign(
        self, kind: Kind, name: str, names: x509.SubjectAlternativeName, now: datetime, days: float
    ) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(_subject(name), key.public_key(), self._certificate.subject, now, days)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(usage(kind), critical=False)
            .add_extension(names, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        pem = _pem(certificate)
        write_private(self._issued() / f"{certificate.serial_number:x}.crt", pem)
        folder = self._folder / f"{kind}-{name}"
        write_private(folder / AUTHORITY_FILE, _pem(self._certificate))
        write_private(folder / KEY_FILE, _key_pem(key))
        write_private(folder / CERTIFICATE_FILE, pem)
        if kind == "robot" and (self._folder / PUBLIC_FILE).exists():
            write_private(folder / PUBLIC_FILE, (self._folder / PUBLIC_FILE).read_bytes())
        if kind == "gateway":
            write_private(folder / REVOKED_FILE, (self._folder / REVOKED_FILE).read_bytes())
        return folder

    def _issued(self) -> Path:
        return self._folder / ISSUED

    def _revoked(self) -> set[int]:
        parsed = x509.load_pem_x509_crl((self._folder / REVOKED_FILE).read_bytes())
        return {each.serial_number for each in parsed}

    def _write_revoked(self, serials: Sequence[int], now: datetime) -> list[Path]:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._certificate.subject)
            .last_update(now)
            .next_update(expiry(self._certificate))
        )
        for serial in serials:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
            )
        data = builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        folders = [self._folder, *sorted(self._folder.glob("gateway-*"))]
        for folder in folders:
            write_private(folder / REVOKED_FILE, data)
        return [folder / REVOKED_FILE for folder in folders]


def _builder(
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    now: datetime,
    days: float,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, now + timedelta(days=days)) - _EARLIER)
        .not_valid_after(now + timedelta(days=days))
    )


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
