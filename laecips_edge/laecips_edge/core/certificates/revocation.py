"""Revoked certificates: a list signed by the authority, read again when its file changes."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from cryptography import x509

from laecips_edge.core.certificates.certificate import CertificateError


class RevocationList:
    """The list in a file; if the file becomes unreadable, the last list stays. Thread-safe.

    Args:
        path: PEM file that `laecips certs revoke` writes.
        authority: certificate of the authority, PEM.

    Raises:
        CertificateError: there is no list signed by the authority.
    """

    def __init__(self, path: Path, authority: bytes) -> None:
        self.trouble = ""
        """Why the file could not be read the last time; empty where it could."""
        self._path = path
        self._key: Any = x509.load_pem_x509_certificate(authority).public_key()
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._serials: frozenset[int] = frozenset()
        self._read_if_changed()
        if self.trouble:
            raise CertificateError(self.trouble)

    def __contains__(self, serial: object) -> bool:
        with self._lock:
            self._read_if_changed()
            return serial in self._serials

    def _read_if_changed(self) -> None:
        try:
            status = self._path.stat()
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
            if seen == self._seen:
                return
            self._serials = self._read()
            self._seen, self.trouble = seen, ""
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self.trouble = (
                f"{self._path}: {reason}: bring the list that `laecips certs revoke` has written"
            )

    def _read(self) -> frozenset[int]:
        parsed = x509.load_pem_x509_crl(self._path.read_bytes())
        if not parsed.is_signature_valid(self._key):
            raise ValueError("not signed by the authority in ca.crt")
        return frozenset(revoked.serial_number for revoked in parsed)
