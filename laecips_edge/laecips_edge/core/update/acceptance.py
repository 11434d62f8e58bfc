"""What a trainer offers a robot, and whether the robot wants it."""

from __future__ import annotations

import re

from laecips_edge.core.bundle.manifest import BundleError, Manifest
from laecips_edge.core.link.model_update import ModelOffer
from laecips_edge.core.update.store_state import StoreState

MOST_BYTES = 4 << 30
"""Of one bundle: what announces more is a mistake."""


def why_not(offer: ModelOffer, *, running: Manifest, memory: StoreState) -> str:
    """Why a robot has no use for an offer, before anything is fetched; empty where it has.

    Args:
        offer: what is announced.
        running: manifest of the pair that runs.
        memory: of the robot's store.
    """
    highest = max(memory.highest, running.version)
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
        (
            offer.name != running.name,
            f"of the bundle line {offer.name!r}, this robot runs {running.name!r}",
        ),
        (
            offer.classes_hash != running.classes_hash,
            f"made for other classes ({offer.classes_hash}, here {running.classes_hash}: "
            f"{', '.join(running.classes)}); train one of these classes",
        ),
        (
            bar is not None and bar.ran,
            f"rolled back here before ({reason}); train another",
        ),
        (
            bar is not None and not offer.ordered,
            f"refused here before ({reason}); order it to have it tried again",
        ),
        (
            offer.version <= highest and not offer.ordered,
            f"not newer than version {highest}, which ran here; order it to go back",
        ),
    )
    return next((why for applies, why in ranking if applies), "")


def check_manifest(manifest: Manifest, offer: ModelOffer, *, running: Manifest) -> None:
    """Hold the manifest that was fetched against the offer and what runs.

    Raises:
        BundleError: it says otherwise than the offer, or this node could not give it its input.
    """
    for what, found, wanted in (
        ("name", manifest.name, offer.name),
        ("version", manifest.version, offer.version),
        ("classes_hash", manifest.classes_hash, offer.classes_hash),
    ):
        if found != wanted:
            raise BundleError(f"manifest: {what} is {found!r}, announced as {wanted!r}")
    if manifest.classes != running.classes:  # a hash of 64 bits is not proof
        raise BundleError(f"manifest: made for the classes {', '.join(manifest.classes)}")
    if manifest.modality != running.modality:
        raise BundleError(
            f"manifest: modality {manifest.modality!r}, this node is subscribed for "
            f"{running.modality!r}; give it as parameter bundle and configure again"
        )
