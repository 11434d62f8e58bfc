"""The files of the trainer's key, in the folder of `laecips certs`.

trainer/update.key   to bring to the trainer: its parameter signing_key
update.pub           the public key, one line; a copy is in the folder of each robot
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from laecips_edge.core.certificates.private_file import write_private
from laecips_edge.core.signing.signature import SignatureError
from laecips_edge.core.signing.signing_key import SigningKey

KEY_FILE: Final = "update.key"
PUBLIC_FILE: Final = "update.pub"
TRAINER: Final = "trainer"


def make_signing_key(folder: Path, *, rotate: bool = False) -> list[Path]:
    """Make the trainer's key.

    Args:
        folder: folder of `laecips certs`.
        rotate: make the key that follows the one there, which signs it.

    Returns:
        The files that were written.

    Raises:
        SignatureError: there is a key already, or none to rotate.
        OSError: a file cannot be written.
    """
    path = folder / TRAINER / KEY_FILE
    if path.exists() and not rotate:
        raise SignatureError(f"{path}: is a key already: `--rotate` makes the one that follows it")
    key = SigningKey.read(path).rotated() if rotate else SigningKey.new()
    key.write(path)
    public = [each / PUBLIC_FILE for each in (folder, *sorted(folder.glob("robot-*")))]
    for each in public:
        write_private(each, f"{key.public.hex()}\n".encode())
    return [path, *public]
