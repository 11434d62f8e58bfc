"""Decide whether a robot accepts a trainer's offer and the manifest that it then fetches."""

from __future__ import annotations

import re
from collections.abc import Container

from laecips_edge.core.bundle.manifest import BundleError, Manifest
from laecips_edge.core.link.model_update import ModelOffer
from laecips_edge.core.signing.signature import SignatureError
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from laecips_edge.core.update.store_state import StoreState

MOST_BYTES = 4 << 30
"""Largest size of one bundle, in bytes; an offer of more is refused as a mistake."""


def why_not(
    offer: ModelOffer,
    *,
    running: Manifest,
    memory: StoreState,
    trusted: TrustedKeys | None = None,
    untrusted: Container[str] = (),
    now_s: float = 0.0,
) -> str:
    """Return why a robot refuses an offer, decided before anything is fetched.

    Args:
        offer: the trainer's offer.
        running: manifest of the pair that runs.
        memory: state of the robot's model store.
        trusted: keys of which one must have signed it; None: whoever offers it is trusted.
        untrusted: sha256 of the manifests of bundles that ran here, and do not run any more for
            want of a trusted signature: the highest version is taken again once it has one.
        now_s: seconds since 1970-01-01 UTC, for the signature's expiry.

    Returns:
        One line; empty if the robot accepts the offer.
    """
    highest = max(memory.highest, running.version)
    ordered, unsigned = offer.ordered, ""
    if trusted is not None:
        try:
            signature = trusted.check(
                offer.signature, manifest_sha256=offer.manifest_sha256, now_s=now_s
            )
            # Anybody between trainer and robot can send an old offer as an order.
            ordered = ordered and signature.over >= highest
        except SignatureError as error:
            unsigned = str(error)
    signed_since = offer.version == highest and offer.manifest_sha256 in untrusted
    bar = memory.bars.get(offer.manifest_sha256)
    reason = bar.reason if bar is not None else ""
    ranking = (
        (
            not re.fullmatch("[0-9a-f]{64}", offer.manifest_sha256),
            f"manifest_sha256 {offer.manifest_sha256[:80]!r} is not a sha256 in hex",
        ),
        (
            not 0 < offer.bytes <= MOST_BYTES,
            f"announced with {offer.bytes} bytes, must be 1 to {MOST_BYTES}",
        ),
        (bool(unsigned), unsigned),
        (
            offer.name != running.name,
            f"of the bundle line {offer.name!r}, this robot runs {running.name!r}; "
            "give robot and trainer bundles of one line",
        ),
        (
            offer.classes_hash != running.classes_hash,
            f"made for other classes ({offer.classes_hash}, here {running.classes_hash}: "
            f"{', '.join(running.classes)}); train a bundle for these classes",
        ),
        (
            bar is not None and bar.ran,
            f"rolled back here before ({reason}); train another version",
        ),
        (
            bar is not None and not ordered,
            f"refused here before ({reason}); order it at the trainer (~/adapt, ROLL_BACK) "
            "to try it again",
        ),
        (
            offer.version <= highest and not ordered and not signed_since,
            f"not newer than version {highest}, which ran here; order it at the trainer "
            "(~/adapt, ROLL_BACK) to go back",
        ),
    )
    return next((why for applies, why in ranking if applies), "")


def check_manifest(manifest: Manifest, offer: ModelOffer, *, running: Manifest) -> None:
    """Check a fetched manifest against the offer and the running pair.

    Args:
        manifest: the fetched manifest.
        offer: the offer that announced it.
        running: manifest of the pair that runs.

    Raises:
        BundleError: the manifest differs from the offer, has other classes, or needs an input
            (depth) that this node is not subscribed for.
    """
    for what, found, wanted in (
        ("name", manifest.name, offer.name),
        ("version", manifest.version, offer.version),
        ("classes_hash", manifest.classes_hash, offer.classes_hash),
    ):
        if found != wanted:
            raise BundleError(f"manifest: {what} is {found!r}, announced as {wanted!r}")
    if manifest.classes != running.classes:  # equal 64-bit hashes are not proof
        raise BundleError(f"manifest: made for the classes {', '.join(manifest.classes)}")
    if manifest.modality != running.modality:
        raise BundleError(
            f"manifest: modality {manifest.modality!r}, this node is subscribed for "
            f"{running.modality!r}; give it as parameter bundle and configure again"
        )
