"""Sign the versions that a trainer offers, and sign again before a signature expires."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from laecips_edge.core.signing.signature import Signature, SignatureError, short
from laecips_edge.core.signing.signature_file import read_signature, write_signature
from laecips_edge.core.signing.signing_key import SigningKey

_DAY_S: Final = 86400.0


class UpdateSigner:
    """Signs offers, each in the place of the last. For one thread.

    Args:
        key: the trainer's key.
        days: how long robots may take an update after it was signed; it is signed again after
            half of that.
        utc_s: returns the seconds since 1970-01-01 UTC.
    """

    def __init__(
        self, key: SigningKey, *, days: float, utc_s: Callable[[], float] = time.time
    ) -> None:
        self._key = key
        self._valid_s = days * _DAY_S
        self._utc_s = utc_s
        self._again_s = float("inf")

    def __str__(self) -> str:
        return f"signed by key {short(self._key.public)}"

    @property
    def due(self) -> bool:
        """Whether the last offer must be signed again."""
        return self._utc_s() > self._again_s

    def sign(self, folder: Path, *, manifest_sha256: str, over: int) -> str:
        """Return the text of a version's signature, and keep it beside its manifest.

        A signature that is there and holds for long enough is used again.

        Args:
            folder: folder of the version.
            manifest_sha256: sha256 of its manifest.json.
            over: highest version from which an operator's order goes back to it; 0: no order.

        Raises:
            OSError: it cannot be written.
        """
        now = self._utc_s()
        signature = self._kept(folder, manifest_sha256, over)
        if signature is None or not self._valid_s / 2 < signature.until - now <= self._valid_s:
            until = int(now + self._valid_s)
            signature = self._key.sign(manifest_sha256, until=until, over=over)
            write_signature(folder, signature.to_text())
        self._again_s = signature.until - self._valid_s / 2
        return signature.to_text()

    def _kept(self, folder: Path, manifest_sha256: str, over: int) -> Signature | None:
        try:
            kept = Signature.from_text(read_signature(folder))
            kept.verify([self._key.public])
        except SignatureError:
            return None
        same = (kept.keys, kept.manifest, kept.over) == (self._key.keys, manifest_sha256, over)
        return kept if same else None
