"""A node's credentials in a folder, read again when their files change."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from laecips_edge.core.certificates.certificate import (
    AUTHORITY_FILE,
    CERTIFICATE_FILE,
    KEY_FILE,
    WARNING_DAYS,
    CertificateError,
    Credentials,
    Kind,
    load_credentials,
)

_FILES: Final = (AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE)


class ReloadedCredentials:
    """The credentials in a folder; if the files do not fit each other, the last ones stay.

    A renewed certificate is taken as soon as its key is there too, in whichever order they are
    copied. Thread-safe.

    Args:
        folder: folder that `laecips certs` has made.
        kind: kind of the node.

    Raises:
        CertificateError: there are no credentials of this kind.
    """

    def __init__(self, folder: Path, kind: Kind) -> None:
        self.trouble = ""
        """Why the files could not be taken the last time; empty where they could."""
        self._folder = folder
        self._kind: Kind = kind
        self._lock = threading.Lock()
        self._seen = self._state()
        self._credentials = self._load()

    def current(self) -> Credentials:
        """Return the newest credentials."""
        with self._lock:
            try:
                seen = self._state()
                if seen != self._seen:
                    self._credentials = self._reload()
                    self._seen = seen
                self.trouble = ""
            except CertificateError as error:
                self.trouble = str(error)
            except OSError as error:
                self.trouble = f"{error.filename}: {error.strerror}: bring the whole folder again"
            return self._credentials

    def warning(self, now: datetime, *, days: float = WARNING_DAYS) -> str:
        """Return one line if the files cannot be taken, or the certificate expires in `days`."""
        own = self.current().own
        return self.trouble or own.warning(now, days=days)

    def _state(self) -> tuple[tuple[int, int, int], ...]:
        found = [(self._folder / name).stat() for name in _FILES if (self._folder / name).exists()]
        return tuple((each.st_mtime_ns, each.st_size, each.st_ino) for each in found)

    def _reload(self) -> Credentials:
        found = self._load()
        if found.authority != self._credentials.authority:
            raise CertificateError(
                f"{self._folder / AUTHORITY_FILE}: another authority: deactivate, clean up and "
                "configure the node to trust it"
            )
        return found

    def _load(self) -> Credentials:
        found = load_credentials(self._folder, self._kind)
        certificate = x509.load_pem_x509_certificate(found.certificate)
        try:
            key = serialization.load_pem_private_key(found.key, password=None)
        except ValueError as error:
            raise CertificateError(
                f"{self._folder / KEY_FILE}: no key ({error}): bring the whole folder again"
            ) from error
        if key.public_key() != certificate.public_key():
            raise CertificateError(
                f"{self._folder}: {CERTIFICATE_FILE} and {KEY_FILE} do not belong together: bring "
                "the whole folder again"
            )
        return found
