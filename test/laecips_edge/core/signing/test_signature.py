import json

import pytest
from laecips_edge.core.signing.signature import (
    MOST_BYTES,
    MOST_KEYS,
    Signature,
    SignatureError,
)
from laecips_edge.core.signing.signing_key import SigningKey

MANIFEST = "ab" * 32
KEY = SigningKey.new()
SIGNED = KEY.sign(MANIFEST, until=1_800_000_000, over=7)
CONTENT = json.loads(SIGNED.to_text())


def test_a_text_has_all_of_it():
    assert Signature.from_text(SIGNED.to_text()) == SIGNED
    assert SIGNED.signer == KEY.public


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"manifest": "AB" * 32}, "manifest cannot be"),
        ({"manifest": "ab" * 31}, "manifest cannot be"),
        ({"until": -1}, "until cannot be -1"),
        ({"until": 2**64}, "until cannot be"),
        ({"until": True}, "until cannot be True"),
        ({"until": 1.5}, "until cannot be 1.5"),
        ({"over": 2**32}, "over cannot be"),
        ({"over": None}, "over cannot be None"),
        ({"keys": []}, "keys cannot be"),
        ({"keys": ["ab" * 31]}, "keys cannot be"),
        ({"keys": "ab" * 32}, "keys cannot be"),
        ({"links": ["ab" * 64]}, "needs a link of each key but the first"),
        ({"links": {}}, "links cannot be"),
        ({"signature": 5}, "signature cannot be 5"),
        ({"more": 1}, "must have the keys"),
    ],
)
def test_what_is_no_signature_is_refused(changes, reason):
    with pytest.raises(SignatureError, match=reason):
        Signature.from_text(json.dumps(CONTENT | changes))


@pytest.mark.parametrize(
    "text", ["", "[]", "no", "[" * MOST_BYTES, '"\ud800"', f"{{{' ' * MOST_BYTES}}}"]
)
def test_any_other_text_is_refused(text):
    with pytest.raises(SignatureError):
        Signature.from_text(text)


def test_the_longest_one_fits():
    key = KEY
    for _ in range(2 * MOST_KEYS):
        key = key.rotated()
    longest = key.sign(MANIFEST, until=2**35, over=2**32 - 1)
    assert len(longest.keys) == MOST_KEYS
    assert Signature.from_text(longest.to_text()) == longest


@pytest.mark.parametrize(
    "changes", [{"manifest": "ac" * 32}, {"until": 1_900_000_000}, {"over": 8}]
)
def test_each_part_is_signed(changes):
    SIGNED.verify([KEY.public])
    with pytest.raises(SignatureError, match="wrongly signed by key"):
        Signature.from_text(json.dumps(CONTENT | changes)).verify([KEY.public])


def test_another_key_is_not_trusted():
    with pytest.raises(SignatureError, match="which this robot does not trust"):
        SIGNED.verify([SigningKey.new().public])
    forged = SigningKey.new().sign(MANIFEST, until=1_800_000_000, over=7)
    named = json.loads(forged.to_text()) | {"keys": [KEY.public.hex()]}
    with pytest.raises(SignatureError, match="wrongly signed by key"):
        Signature.from_text(json.dumps(named)).verify([KEY.public])


def test_the_key_that_follows_is_trusted_by_those_who_trust_the_old_one():
    third = KEY.rotated().rotated()
    signed = third.sign(MANIFEST, until=1_800_000_000)
    for key in third.keys:
        signed.verify([key])
    with pytest.raises(SignatureError, match="does not trust"):
        signed.verify([KEY.rotated().public])


def test_a_key_that_the_old_one_did_not_sign_does_not_follow_it():
    stranger = SigningKey.new()
    signed = json.loads(stranger.sign(MANIFEST, until=1_800_000_000).to_text())
    keys = [KEY.public.hex(), stranger.public.hex()]
    forged = json.dumps(signed | {"keys": keys, "links": ["ab" * 64]})
    with pytest.raises(SignatureError, match=f"wrongly signed by key {keys[0][:12]}"):
        Signature.from_text(forged).verify([KEY.public])
