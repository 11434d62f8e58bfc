import json
from pathlib import Path

import pytest
from laecips_edge.core.signing.signature import SignatureError
from laecips_edge.core.signing.signing_key import SigningKey, ensured_key

MANIFEST = "ab" * 32


def test_a_file_has_all_of_it(tmp_path: Path) -> None:
    key, path = SigningKey.new().rotated(), tmp_path / "new" / "update.key"
    key.write(path)
    again = SigningKey.read(path)
    assert (again.keys, again.links) == (key.keys, key.links)
    again.sign(MANIFEST, until=1).verify([key.keys[0]])
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: "no JSON",
        lambda content: json.dumps({**content, "private": "ab"}),
        lambda content: json.dumps({**content, "keys": ["ab" * 32]}),
        lambda content: json.dumps({**content, "links": ["ab" * 64]}),
        lambda content: json.dumps({"private": content["private"]}),
        lambda content: json.dumps([]),
    ],
)
def test_a_damaged_file_is_told(tmp_path, spoil):
    path = tmp_path / "update.key"
    SigningKey.new().write(path)
    path.write_text(spoil(json.loads(path.read_text())))
    with pytest.raises(
        SignatureError, match=r"update\.key: .*make one by `laecips certs sign-key`"
    ):
        SigningKey.read(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SignatureError, match="No such file"):
        SigningKey.read(tmp_path / "update.key")


def test_a_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "signing" / "update.key"
    assert ensured_key(path).public == ensured_key(path).public
    assert [each.name for each in path.parent.iterdir()] == ["update.key"]
