"""The signature of a model update, as the text that travels with an offer.

A trainer signs the sha256 of a manifest, which has version, parent, classes and the sha256 of all
other files; until when robots may take it; and, for an operator's order, from which versions they
may go back to it. The text is JSON:

    manifest    sha256 of manifest.json, 64 hex digits
    until       seconds since 1970-01-01 UTC
    over        highest version from which an order goes back; 0: no order
    keys        Ed25519 public keys, 64 hex digits each: the last one signs
    links       of each key but the first, its signature by the one before it: how keys were rotated
    signature   Ed25519 signature of manifest, until and over by the last key, 128 hex digits

Nothing in it is trusted before `verify`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from laecips_edge.core.shallow_json import parse_shallow

FILE: Final = "manifest.sig"
"""Name of its file beside manifest.json."""

MOST_BYTES: Final = 2048
MOST_KEYS: Final = 8
"""Most keys in a signature: older ones than the last seven rotations are left out."""

_LATEST_S: Final = 2**35  # in the year 3058; datetime ends in 9999
_HIGHEST: Final = 2**32 - 1
_TEXTS: Final = ("manifest", "signature")
_NUMBERS: Final = {"until": _LATEST_S, "over": _HIGHEST}
_LISTS: Final = ("keys", "links")
_HEX: Final = {"manifest": 64, "keys": 64, "links": 128, "signature": 128}


class SignatureError(ValueError):
    """An update is not signed as a robot demands, or a key cannot be used; one line."""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A parsed signature; the attributes are the keys of its text, see the module.

    `keys`, `links` and `signature` are bytes.
    """

    manifest: str
    until: int
    over: int
    keys: tuple[bytes, ...]
    links: tuple[bytes, ...]
    signature: bytes

    @classmethod
    def from_text(cls, text: str) -> Signature:
        """Read a text of at most `MOST_BYTES`.

        Raises:
            SignatureError: it is none; the message names the key.
        """
        if len(text) > MOST_BYTES:
            raise SignatureError(f"signature: longer than {MOST_BYTES} bytes")
        try:
            content = parse_shallow(text)
        except ValueError as error:
            raise SignatureError("signature: not JSON") from error
        wanted = {*_TEXTS, *_NUMBERS, *_LISTS}
        if not isinstance(content, dict) or content.keys() != wanted:
            raise SignatureError(f"signature: must have the keys {', '.join(sorted(wanted))}")
        for name, value in content.items():
            if not _allowed(name, value):
                raise SignatureError(f"signature: {name} cannot be {repr(value)[:80]}")
        if len(content["links"]) != len(content["keys"]) - 1:
            raise SignatureError("signature: needs a link of each key but the first")
        return cls(
            manifest=content["manifest"],
            until=content["until"],
            over=content["over"],
            keys=tuple(map(bytes.fromhex, content["keys"])),
            links=tuple(map(bytes.fromhex, content["links"])),
            signature=bytes.fromhex(content["signature"]),
        )

    def to_text(self) -> str:
        """Return its text; equal signatures give equal texts."""
        content = {
            "manifest": self.manifest,
            "until": self.until,
            "over": self.over,
            "keys": [key.hex() for key in self.keys],
            "links": [link.hex() for link in self.links],
            "signature": self.signature.hex(),
        }
        return json.dumps(content, separators=(",", ":"))

    @property
    def signer(self) -> bytes:
        """The public key that signs, 32 bytes."""
        return self.keys[-1]

    def verify(self, trusted: Collection[bytes]) -> None:
        """Check it against the keys that a robot trusts.

        Args:
            trusted: public keys, 32 bytes each: the signer, or a key that it was rotated from.

        Raises:
            SignatureError: none of its keys is trusted, or a signature is wrong.
        """
        known = [number for number, key in enumerate(self.keys) if key in trusted]
        if not known:
            raise SignatureError(
                f"signed by key {short(self.signer)}, which this robot does not trust (update_keys)"
            )
        signed = [
            (key, link, linked(following))
            for key, link, following in zip(self.keys, self.links, self.keys[1:], strict=False)
        ][known[-1] :]
        signed.append(
            (self.signer, self.signature, statement(self.manifest, self.until, self.over))
        )
        for key, signature, message in signed:
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
            except InvalidSignature as error:
                raise SignatureError(f"wrongly signed by key {short(key)}") from error


def statement(manifest: str, until: int, over: int) -> bytes:
    """Return what a trainer signs for an update."""
    return f"laecips update\nmanifest {manifest}\nuntil {until}\nover {over}\n".encode()


def linked(key: bytes) -> bytes:
    """Return what an old key signs for the one that follows it."""
    return b"laecips key\n" + key


def short(key: bytes) -> str:
    """Return the first digits of a public key, by which people know it."""
    return f"{key.hex()[:12]}..."


def day(until: int) -> str:
    """Return a time in seconds as text, UTC."""
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=until):%Y-%m-%d %H:%M} UTC"


def _allowed(name: str, value: Any) -> bool:
    if name in _NUMBERS:
        return type(value) is int and 0 <= value <= _NUMBERS[name]
    if name in _LISTS:
        size = range(1, MOST_KEYS + 1) if name == "keys" else range(MOST_KEYS)
        return (
            isinstance(value, list)
            and len(value) in size
            and all(_is_hex(item, _HEX[name]) for item in value)
        )
    return _is_hex(value, _HEX[name])


def _is_hex(value: Any, digits: int) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(f"[0-9a-f]{{{digits}}}", value))
