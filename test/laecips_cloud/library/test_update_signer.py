"""What a trainer's signature says, and when it is made anew."""

from pathlib import Path

import pytest
from laecips_cloud.library.update_signer import UpdateSigner
from laecips_edge.core.signing.signature import Signature
from laecips_edge.core.signing.signature_file import read_signature, write_signature
from laecips_edge.core.signing.signing_key import SigningKey

MANIFEST = "ab" * 32
DAY_S = 86_400
KEY = SigningKey.new()


class Signing:
    """A signer whose clock a test moves."""

    def __init__(self, folder: Path, key: SigningKey = KEY) -> None:
        self.now_s = 1000.0
        self.folder = folder
        self.signer = UpdateSigner(key, days=10.0, utc_s=lambda: self.now_s)

    def sign(self, *, manifest: str = MANIFEST, over: int = 0) -> Signature:
        text = self.signer.sign(self.folder, manifest_sha256=manifest, over=over)
        assert read_signature(self.folder) == text
        return Signature.from_text(text)


def test_robots_may_take_it_for_some_days(tmp_path: Path) -> None:
    signing = Signing(tmp_path)
    assert not signing.signer.due
    signature = signing.sign(over=7)
    signature.verify([KEY.public])
    assert (signature.until, signature.over) == (1000 + 10 * DAY_S, 7)
    assert KEY.public.hex()[:12] in str(signing.signer)


def test_it_is_signed_again_after_half_of_them(tmp_path: Path) -> None:
    signing = Signing(tmp_path)
    first = signing.sign()
    signing.now_s += 4.9 * DAY_S
    assert not signing.signer.due
    assert signing.sign() == first
    signing.now_s += 0.2 * DAY_S
    assert signing.signer.due
    assert signing.sign().until == int(signing.now_s) + 10 * DAY_S
    assert not signing.signer.due


def test_a_trainer_that_is_started_again_uses_what_is_there(tmp_path: Path) -> None:
    first = Signing(tmp_path).sign()
    again = Signing(tmp_path)
    again.now_s += DAY_S
    assert again.sign() == first
    assert not again.signer.due


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: write_signature(folder, "broken"),
        lambda folder: Signing(folder, SigningKey.new()).sign(),
        lambda folder: Signing(folder).sign(manifest="cd" * 32),
        lambda folder: Signing(folder).sign(over=3),
        lambda folder: write_signature(
            folder, KEY.sign(MANIFEST, until=1000 + 20 * DAY_S).to_text()
        ),
    ],
)
def test_what_is_there_and_says_another_thing_is_replaced(tmp_path, spoil):
    spoil(tmp_path)
    signature = Signing(tmp_path).sign()
    assert (signature.manifest, signature.until, signature.over) == (
        MANIFEST,
        1000 + 10 * DAY_S,
        0,
    )
    signature.verify([KEY.public])
