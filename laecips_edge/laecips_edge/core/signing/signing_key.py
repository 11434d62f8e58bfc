"""The trainer's key, in a file of its own: it signs updates, and the key that follows it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laecips_edge.core.certificates.private_file import write_private
from laecips_edge.core.signing.signature import (
    MOST_KEYS,
    Signature,
    SignatureError,
    linked,
    statement,
)

_MAKE: Final = "make one by `laecips certs sign-key`"


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A private key, and how it follows from earlier ones.

    Attributes:
        private: the Ed25519 private key.
        keys: public keys, 32 bytes each, the oldest first; the last one is its own.
        links: signature of each key but the first by the one before it.
    """

    private: Ed25519PrivateKey
    keys: tuple[bytes, ...]
    links: tuple[bytes, ...] = ()

    @classmethod
    def new(cls) -> SigningKey:
        """Return a new key."""
        private = Ed25519PrivateKey.generate()
        return cls(private=private, keys=(_public(private),))

    @classmethod
    def read(cls, path: Path) -> SigningKey:
        """Read a file that `write` wrote.

        Raises:
            SignatureError: there is none, or it is damaged.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(content["private"]))
            keys = tuple(map(bytes.fromhex, content["keys"]))
            links = tuple(map(bytes.fromhex, content["links"]))
        except OSError as error:
            raise SignatureError(f"{path}: {error.strerror}: {_MAKE}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise SignatureError(f"{path}: no signing key ({error}): {_MAKE}") from error
        if not keys or keys[-1] != _public(private) or len(links) != len(keys) - 1:
            raise SignatureError(f"{path}: its keys do not belong together: {_MAKE}")
        return cls(private=private, keys=keys, links=links)

    def write(self, path: Path) -> None:
        """Write it to a file that only its owner can read, atomically."""
        content = {
            "private": self.private.private_bytes(
                serialization.Encoding.Raw,
                serialization.PrivateFormat.Raw,
                serialization.NoEncryption(),
            ).hex(),
            "keys": [key.hex() for key in self.keys],
            "links": [link.hex() for link in self.links],
        }
        write_private(path, (json.dumps(content, indent=1) + "\n").encode())

    @property
    def public(self) -> bytes:
        """Its public key, 32 bytes."""
        return self.keys[-1]

    def rotated(self) -> SigningKey:
        """Return a new key, signed by this one: robots that trust this one trust it too."""
        following = SigningKey.new()
        keys = (*self.keys, following.public)[-MOST_KEYS:]
        links = (*self.links, self.private.sign(linked(following.public)))
        return SigningKey(
            private=following.private, keys=keys, links=links[len(links) - len(keys) + 1 :]
        )

    def sign(self, manifest_sha256: str, *, until: int, over: int = 0) -> Signature:
        """Sign an update.

        Args:
            manifest_sha256: sha256 of its manifest.json, 64 hex digits.
            until: time until which robots may take it, seconds since 1970-01-01 UTC.
            over: highest version from which an operator's order goes back to it; 0: no order.
        """
        return Signature(
            manifest=manifest_sha256,
            until=until,
            over=over,
            keys=self.keys,
            links=self.links,
            signature=self.private.sign(statement(manifest_sha256, until, over)),
        )


def ensured_key(path: Path) -> SigningKey:
    """Return the key in a file; make it there if there is none.

    Raises:
        SignatureError: the file is damaged.
        OSError: it cannot be written.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        SigningKey.new().write(draft)
        try:
            os.link(draft, path)  # of two processes at a time one makes the key of both
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return SigningKey.read(path)


def _public(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )
