from dataclasses import replace

import pytest
from laecips_edge.core.bundle.manifest import BundleError, Manifest
from laecips_edge.core.link.model_update import ModelOffer
from laecips_edge.core.signing.signing_key import SigningKey
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from laecips_edge.core.update.acceptance import check_manifest, why_not
from laecips_edge.core.update.store_state import Bar, StoreState

RUNNING = Manifest(
    name="line",
    version=3,
    classes=("belt", "part"),
    palette=((0, 0, 0), (255, 0, 0)),
    input_size=(32, 32),
    delta=0.5,
    beta=0.1,
)
OFFER = ModelOffer(
    name="line",
    version=6,
    classes_hash=RUNNING.classes_hash,
    manifest_sha256="ab" * 32,
    bytes=1000,
)
FAILED = {OFFER.manifest_sha256: Bar(version=6, reason="h is nan", ran=False)}
BAD = {OFFER.manifest_sha256: Bar(version=6, reason="one class", ran=True)}


@pytest.mark.parametrize(
    ("changes", "memory", "reason"),
    [
        ({}, StoreState(), ""),
        ({}, StoreState(highest=5), ""),
        ({}, StoreState(highest=6), "not newer than version 6, which ran here"),
        ({"version": 3}, StoreState(), "not newer than version 3"),
        ({"version": 2, "ordered": True}, StoreState(highest=9), ""),
        ({"name": "other"}, StoreState(), "of the bundle line 'other', this robot runs 'line'"),
        ({"classes_hash": "00"}, StoreState(), "made for other classes (00, here "),
        ({"classes_hash": "00", "ordered": True}, StoreState(), "made for other classes"),
        ({"manifest_sha256": "AB" * 32}, StoreState(), "is not a sha256 in hex"),
        ({"manifest_sha256": "../../x"}, StoreState(), "is not a sha256 in hex"),
        ({"bytes": 0}, StoreState(), "announced with 0 bytes"),
        ({"bytes": 1 << 40}, StoreState(), "announced with 1099511627776 bytes"),
        ({}, StoreState(bars=FAILED), "refused here before (h is nan); order it"),
        ({"ordered": True}, StoreState(bars=FAILED), ""),
        ({}, StoreState(bars=BAD), "rolled back here before (one class)"),
        ({"ordered": True}, StoreState(bars=BAD), "rolled back here before (one class)"),
    ],
)
def test_who_is_wanted(changes, memory, reason):
    said = why_not(replace(OFFER, **changes), running=RUNNING, memory=memory)
    assert said.startswith(reason) if reason.startswith(("of", "made", "not")) else reason in said
    assert bool(said) == bool(reason)


KEY = SigningKey.new()
NOW_S, LATER = 1_000.0, 2_000


@pytest.mark.parametrize(
    ("key", "signed", "changes", "highest", "reason"),
    [
        (KEY, {}, {}, 0, ""),
        (KEY, {}, {}, 6, "not newer than version 6"),
        (KEY, {"until": 999}, {}, 0, "its signature expired"),
        (KEY, {}, {"signature": ""}, 0, "not signed: give the trainer the key"),
        (KEY, {}, {"manifest_sha256": "cd" * 32}, 0, "signed for another manifest"),
        (KEY, {}, {"classes_hash": "00"}, 0, "made for other classes"),
        (KEY.rotated(), {}, {}, 0, ""),
        (SigningKey.new(), {}, {}, 0, "which this robot does not trust"),
        # An order must be signed too, for all that has run here since.
        (KEY, {"over": 9}, {"version": 2, "ordered": True}, 9, ""),
        (KEY, {"over": 0}, {"version": 2, "ordered": True}, 9, "not newer than version 9"),
        (KEY, {"over": 8}, {"version": 2, "ordered": True}, 9, "not newer than version 9"),
        (KEY, {"over": 9}, {"version": 2}, 9, "not newer than version 9"),
    ],
)
def test_who_must_be_signed_is_wanted_only_then(key, signed, changes, highest, reason):
    signature = key.sign(OFFER.manifest_sha256, **{"until": LATER, **signed}).to_text()
    said = why_not(
        replace(OFFER, **{"signature": signature, **changes}),
        running=RUNNING,
        memory=StoreState(highest=highest),
        trusted=TrustedKeys([KEY.public]),
        now_s=NOW_S,
    )
    assert reason in said
    assert bool(said) == bool(reason)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "other"}, "name is 'other', announced as 'line'"),
        ({"version": 7}, "version is 7, announced as 6"),
        ({"classes": ("part", "belt")}, "classes_hash is "),
        (
            {"modality": "rgbd", "mean": (0.5,) * 4, "std": (0.5,) * 4},
            "modality 'rgbd', this node is subscribed for 'rgb'",
        ),
    ],
)
def test_a_manifest_that_says_otherwise_is_refused(changes, reason):
    manifest = replace(RUNNING, **({"version": 6, "parent": 3} | changes))
    with pytest.raises(BundleError, match=reason):
        check_manifest(manifest, OFFER, running=RUNNING)


@pytest.mark.parametrize(
    "changes", [{}, {"input_size": (64, 64)}, {"width": 0.5}, {"delta": 0.1}, {"stride": 8}]
)
def test_a_pair_may_grow(changes):
    manifest = replace(RUNNING, **({"version": 6, "parent": 3} | changes))
    check_manifest(manifest, OFFER, running=RUNNING)
