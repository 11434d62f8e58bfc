from pathlib import Path

import pytest
from laecips_edge.core.signing.key_files import make_signing_key
from laecips_edge.core.signing.signature import SignatureError
from laecips_edge.core.signing.signing_key import SigningKey
from laecips_edge.core.signing.trusted_keys import TrustedKeys

MANIFEST = "ab" * 32


def test_the_trainer_gets_the_key_and_robots_the_public_one(tmp_path: Path) -> None:
    (tmp_path / "robot-walker").mkdir()
    key, *public = make_signing_key(tmp_path)
    assert key == tmp_path / "trainer" / "update.key"
    assert public == [tmp_path / "update.pub", tmp_path / "robot-walker" / "update.pub"]
    signed = SigningKey.read(key).sign(MANIFEST, until=1).to_text()
    for path in public:
        trusted = TrustedKeys.named([str(path)])
        assert trusted is not None
        trusted.check(signed, manifest_sha256=MANIFEST)


def test_a_key_is_replaced_only_by_the_one_that_it_signs(tmp_path: Path) -> None:
    with pytest.raises(SignatureError, match=r"update\.key"):
        make_signing_key(tmp_path, rotate=True)
    old = SigningKey.read(make_signing_key(tmp_path)[0])
    with pytest.raises(SignatureError, match="is a key already"):
        make_signing_key(tmp_path)
    new = SigningKey.read(make_signing_key(tmp_path, rotate=True)[0])
    assert new.keys == (*old.keys, new.public)
    new.sign(MANIFEST, until=1).verify(old.keys)
