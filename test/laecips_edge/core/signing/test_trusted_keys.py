from pathlib import Path

import pytest
from laecips_edge.core.signing.signature import SignatureError
from laecips_edge.core.signing.signing_key import SigningKey
from laecips_edge.core.signing.trusted_keys import TrustedKeys

MANIFEST = "ab" * 32
KEY = SigningKey.new()
TEXT = KEY.sign(MANIFEST, until=1_000).to_text()
TRUSTED = TrustedKeys([KEY.public])


def test_a_signed_update_is_taken_until_it_expires():
    for now_s in (0.0, 1_000.0, None):
        assert TRUSTED.check(TEXT, manifest_sha256=MANIFEST, now_s=now_s).until == 1_000
    with pytest.raises(SignatureError, match="its signature expired 1970-01-01 00:16 UTC"):
        TRUSTED.check(TEXT, manifest_sha256=MANIFEST, now_s=1_001.0)


@pytest.mark.parametrize(
    ("text", "manifest", "reason"),
    [
        ("", MANIFEST, "^not signed: "),
        ("{}", MANIFEST, "must have the keys"),
        (TEXT, "cd" * 32, r"signed for another manifest \(abababababab"),
        (SigningKey.new().sign(MANIFEST, until=1_000).to_text(), MANIFEST, "does not trust"),
    ],
    ids=["none", "other keys", "other manifest", "stranger"],
)
def test_any_other_update_is_refused(text, manifest, reason):
    with pytest.raises(SignatureError, match=reason):
        TRUSTED.check(text, manifest_sha256=manifest, now_s=0.0)


def test_keys_are_named_by_digits_or_files(tmp_path: Path) -> None:
    other = SigningKey.new()
    file = tmp_path / "update.pub"
    file.write_text(f"{other.public.hex()}\n")
    trusted = TrustedKeys.named([KEY.public.hex(), str(file)])
    assert trusted is not None
    for key in (KEY, other):
        trusted.check(key.sign(MANIFEST, until=1).to_text(), manifest_sha256=MANIFEST, now_s=0.0)
    assert TrustedKeys.named([]) is None


@pytest.mark.parametrize("content", ["", "ab\n", "-----BEGIN PUBLIC KEY-----\n", "\udcff"])
def test_other_names_are_refused(tmp_path, content):
    file = tmp_path / "update.pub"
    file.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(SignatureError, match="parameter update_keys: "):
        TrustedKeys.named([str(file)])
    with pytest.raises(SignatureError, match="is neither a key of 64 hex digits nor a file"):
        TrustedKeys.named([str(tmp_path / "none")])
