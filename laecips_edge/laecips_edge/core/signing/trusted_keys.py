"""The public keys that a robot trusts: which signatures of model updates it accepts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from laecips_edge.core.signing.signature import Signature, SignatureError, day, short


class TrustedKeys:
    """A robot's public keys.

    Args:
        keys: 32 bytes each.
    """

    def __init__(self, keys: Iterable[bytes]) -> None:
        self._keys = frozenset(keys)

    @classmethod
    def named(cls, names: Iterable[str]) -> TrustedKeys | None:
        """Return the keys of the parameter `update_keys`; None without any.

        Args:
            names: keys of 64 hex digits, or files with one key a line.

        Raises:
            SignatureError: a name is neither.
        """
        keys = [key for name in names for key in _keys(name)]
        return cls(keys) if keys else None

    def __str__(self) -> str:
        return ", ".join(sorted(map(short, self._keys)))

    def check(self, text: str, *, manifest_sha256: str, now_s: float | None = None) -> Signature:
        """Check the signature of an update.

        Args:
            text: the signature's text, from the network or a disk; empty: none.
            manifest_sha256: sha256 of the update's manifest.json, 64 hex digits.
            now_s: seconds since 1970-01-01 UTC; None: whatever the time is, as for a pair that
                this robot has taken before.

        Raises:
            SignatureError: the update must not be taken.
        """
        if not text:
            raise SignatureError(
                "not signed: give the trainer the key that this robot's update_keys belong to "
                "(signing_key)"
            )
        signature = Signature.from_text(text)
        if signature.manifest != manifest_sha256:
            raise SignatureError(f"signed for another manifest ({signature.manifest[:12]}...)")
        signature.verify(self._keys)
        if now_s is not None and now_s > signature.until:
            raise SignatureError(
                f"its signature expired {day(signature.until)}: the trainer signs again; if it "
                "did, look at this robot's clock"
            )
        return signature


def _keys(name: str) -> list[bytes]:
    if re.fullmatch("[0-9a-f]{64}", name):
        return [bytes.fromhex(name)]
    path = Path(name).expanduser()
    try:
        lines = path.read_text(encoding="utf-8").split()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a text"
        raise SignatureError(
            f"parameter update_keys: {name!r} is neither a key of 64 hex digits nor a file with "
            f"some ({reason})"
        ) from error
    if not lines or not all(re.fullmatch("[0-9a-f]{64}", line) for line in lines):
        raise SignatureError(
            f"parameter update_keys: {path} has lines that are no key of 64 hex digits; bring "
            "update.pub that `laecips certs sign-key` has made"
        )
    return [bytes.fromhex(line) for line in lines]
