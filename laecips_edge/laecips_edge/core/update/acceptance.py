"""What a trainer offers a robot, and whether the robot wants it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from laecips_edge.core.bundle.manifest import BundleError, Manifest
from laecips_edge.core.update.store_state import StoreState

MOST_BYTES = 4 << 30
"""Of one bundle: what announces more is a mistake."""


@dataclass(frozen=True, kw_only=True)
class ModelOffer:
    """A bundle that robots should run, as laecips_msgs/ModelUpdate announces it.

    Attributes:
        name: of the bundle line.
        version: of the pair.
        classes_hash: of its classes.
        manifest_sha256: of its manifest.json, 64 hex digits; the bundle's identity.
        bytes: of all its files together.
        ordered: an operator's word: a robot takes it although it has run a higher version.
    """

    name: str
    version: int
    classes_hash: str
    manifest_sha256: str
    bytes: int
    ordered: bool = False


class UpdateOutcome(StrEnum):
    """What became of an offer. The names are those of laecips_msgs/ModelReport."""

    SWAPPED = "swapped"
    REFUSED = "refused"
    ROLLED_BACK = "rolled back"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class UpdateReport:
    """What a robot says of an offer.

    Attributes:
        outcome: what became of it.
        version: that was offered.
        running: version that runs now.
        reason: one line; empty when swapped.
        transfer_s: seconds from the first request to the last piece.
        bytes: that came over the wire.
        swap_ms: how long the exchange could keep the inference thread from its frames.
        frames_lost: frames superseded while it was loaded, tested and exchanged.
    """

    outcome: UpdateOutcome
    version: int
    running: int
    reason: str = ""
    transfer_s: float = 0.0
    bytes: int = 0
    swap_ms: float = 0.0
    frames_lost: int = 0


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
