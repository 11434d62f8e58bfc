"""What the trainer says in its status."""

from __future__ import annotations

from typing import Any

from laecips_cloud.library.version_ledger import Fate, VersionLedger


def ledger_fields(ledger: VersionLedger) -> dict[str, Any]:
    """The fields of TrainerStatus that the ledger knows."""
    judged = ledger.entries.get(ledger.judged)
    newest = ledger.entries.get(ledger.in_training)
    gone = Fate.ROLLED_BACK, Fate.WITHDRAWN
    promoted = Fate.PROMOTED, Fate.REMOVED, *gone
    return {
        "training": bool(newest) and not ledger.paused,
        "paused": ledger.paused,
        "parent": newest.parent if newest is not None else ledger.parent,
        "offered": ledger.offered,
        "ordered": ledger.ordered,
        "pinned": ledger.pinned,
        "last_version": ledger.judged,
        "last_promoted": judged is not None and judged.fate in promoted,
        "last_reason": judged.reason if judged is not None else "",
        "promoted": ledger.count(*promoted),
        "refused": ledger.count(Fate.REFUSED),
        "rolled_back": ledger.count(*gone),
        "last_training_s": judged.train_s if judged is not None else 0.0,
    }
