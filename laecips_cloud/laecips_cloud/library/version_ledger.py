"""What became of each version of the pair, which one robots should run, and what was ordered.

Immutable: every step gives the next ledger, or raises VersionLedgerError and changes nothing.
`model_library.py` keeps it on disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

SCHEMA: Final = 1


class VersionLedgerError(ValueError):
    """A step that cannot be taken, or a ledger that cannot be read; one line says why."""


class Fate(StrEnum):
    """What became of a version."""

    TRAINING = "training"
    PROMOTED = "promoted"
    REFUSED = "refused"
    ROLLED_BACK = "rolled back"
    """By a robot, which never takes it again."""
    WITHDRAWN = "withdrawn"
    """An operator went back below it; an operator's order brings it back."""
    REMOVED = "removed"
    """It was promoted, but is too old to be kept."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One version.

    Attributes:
        fate: what became of it.
        reason: one line: the gate's, a robot's or an operator's.
        parent: version that it was trained from; 0 for one that was given.
        train_s: seconds that its training took.
    """

    fate: Fate
    reason: str = ""
    parent: int = 0
    train_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class VersionLedger:
    """See the module.

    Attributes:
        last: the highest number that was ever given to a version; the next one is above it.
        entries: all versions.
        offered: what robots should run; 0 before there is one.
        ordered: it is offered by an operator's word, so that robots go back to it.
        pinned: nothing else is offered meanwhile; 0: not pinned.
        paused: nothing is trained meanwhile.
        judged: version of the last verdict; 0: none yet.
        trained_to: number of the newest row of the replay buffer that was in a training.
        trained_ns: when that was, by the node's clock.
    """

    last: int = 0
    entries: Mapping[int, Entry] = field(default_factory=dict)
    offered: int = 0
    ordered: bool = False
    pinned: int = 0
    paused: bool = False
    judged: int = 0
    trained_to: int = 0
    trained_ns: int = 0

    @property
    def good(self) -> list[int]:
        """What may be offered and trained from, the newest first."""
        return sorted(self._of(Fate.PROMOTED), reverse=True)

    @property
    def parent(self) -> int:
        """What the next training goes on from; 0 where there is nothing."""
        return next(iter(self.good), 0)

    @property
    def in_training(self) -> int:
        """The version that is under way; 0: none."""
        return next(iter(self._of(Fate.TRAINING)), 0)

    def given_below(self, version: int) -> int:
        """The first training's version that a version goes back to: its floor for the gate."""
        return max(v for v, entry in self.entries.items() if not entry.parent and v <= version)

    def count(self, *fates: Fate) -> int:
        """How many versions of training have met these fates."""
        return sum(bool(e.parent) and e.fate in fates for e in self.entries.values())

    def take_in(self, version: int) -> VersionLedger:
        """A first training's version; it is offered unless one is pinned."""
        if version <= self.last:
            raise VersionLedgerError(
                f"version {version} is not above {self.last}, the highest that was ever given"
            )
        entry = Entry(fate=Fate.PROMOTED, reason="given as parameter bundle")
        return replace(self._with(version, entry), last=version)._offer(version)

    def draw(self, *, trained_to: int, now_ns: int) -> tuple[VersionLedger, int]:
        """Gives the next number to a training that begins now."""
        if not self.parent or self.in_training:
            raise VersionLedgerError("no version to train from, or one is under way")
        version = self.last + 1
        ledger = self._with(version, Entry(fate=Fate.TRAINING, parent=self.parent))
        return replace(ledger, last=version, trained_to=trained_to, trained_ns=now_ns), version

    def promote(self, version: int, *, reason: str, train_s: float) -> VersionLedger:
        """The gate has promoted what was in training."""
        ledger = self._judge(version, Fate.PROMOTED, reason, train_s)
        return ledger._offer(version)

    def refuse(self, version: int, *, reason: str, train_s: float = 0.0) -> VersionLedger:
        """The gate has refused what was in training, or there is nothing to judge."""
        return self._judge(version, Fate.REFUSED, reason, train_s)

    def damaged(self, version: int, *, reason: str) -> VersionLedger:
        """The files of a version are not what they were."""
        ledger = self._with(version, replace(self.entries[version], fate=Fate.REFUSED))
        ledger = ledger._with(version, replace(ledger.entries[version], reason=reason))
        pinned = 0 if version == self.pinned else self.pinned
        return replace(ledger, pinned=pinned)._offer_newest(from_version=version)

    def roll_back(self, version: int, *, reason: str) -> VersionLedger:
        """A robot has gone back from a version: it is kept out of parents, the newest good one is
        offered again. What is pinned stays offered: that is an operator's word.
        """
        entry = self.entries.get(version)
        if entry is None or not entry.parent or entry.fate is not Fate.PROMOTED:
            return self
        ledger = self._with(version, replace(entry, fate=Fate.ROLLED_BACK, reason=reason))
        return ledger._offer_newest(from_version=version)

    def order(self, version: int) -> VersionLedger:
        """An operator goes to a version; those above it are not trained from any more."""
        if self.pinned:
            raise VersionLedgerError(f"version {self.pinned} is pinned: unpin it first")
        ledger = self._reinstated(version)
        for above in [v for v in ledger.good if v > version]:
            entry = replace(
                ledger.entries[above],
                fate=Fate.WITHDRAWN,
                reason=f"an operator went back to version {version}",
            )
            ledger = ledger._with(above, entry)
        return replace(ledger, offered=version, ordered=True)

    def pin(self, version: int) -> VersionLedger:
        """Offers one version and no other; training goes on."""
        return replace(self._reinstated(version), offered=version, ordered=True, pinned=version)

    def unpin(self) -> VersionLedger:
        """Offers the newest good version again; ordered, for robots may have run a higher one."""
        return replace(self, pinned=0, offered=self.parent, ordered=True) if self.pinned else self

    def remove(self, versions: Iterable[int]) -> VersionLedger:
        """What robots had or may have, and is not kept any more; others stay what they are."""
        ledger = self
        for version in versions:
            entry = ledger.entries[version]
            if entry.fate in (Fate.PROMOTED, Fate.WITHDRAWN):
                ledger = ledger._with(version, replace(entry, fate=Fate.REMOVED))
        return ledger

    def count_from(self, now_ns: int) -> VersionLedger:
        """Where no training was yet, or the clock has gone back: time counts from now."""
        return replace(self, trained_ns=now_ns) if not 0 < self.trained_ns <= now_ns else self

    def pause(self, paused: bool) -> VersionLedger:
        """Stops or resumes training."""
        return replace(self, paused=paused)

    def to_json(self) -> str:
        """Sorted, indented JSON."""
        content = asdict(self) | {"schema": SCHEMA}
        return json.dumps(content, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> VersionLedger:
        """Reads what `to_json` wrote; VersionLedgerError where it cannot."""
        try:
            content: dict[str, Any] = json.loads(text)
            if content.pop("schema") != SCHEMA:
                raise VersionLedgerError("written by another version: update this package")
            entries = {
                int(version): Entry(**entry | {"fate": Fate(entry["fate"])})
                for version, entry in content.pop("entries").items()
            }
            return cls(entries=entries, **content)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, VersionLedgerError):
                raise
            raise VersionLedgerError(f"not a ledger ({error})") from error

    def _of(self, fate: Fate) -> list[int]:
        return [version for version, entry in self.entries.items() if entry.fate is fate]

    def _with(self, version: int, entry: Entry) -> VersionLedger:
        return replace(self, entries={**self.entries, version: entry})

    def _judge(self, version: int, fate: Fate, reason: str, train_s: float) -> VersionLedger:
        if version != self.in_training:
            raise VersionLedgerError(f"version {version} is not in training")
        entry = replace(self.entries[version], fate=fate, reason=reason, train_s=train_s)
        return replace(self._with(version, entry), judged=version)

    def _reinstated(self, version: int) -> VersionLedger:
        entry = self.entries.get(version)
        if entry is None or entry.fate not in (Fate.PROMOTED, Fate.WITHDRAWN):
            what = "is not known" if entry is None else f"is {entry.fate} ({entry.reason})"
            able = ", ".join(map(str, sorted([*self.good, *self._of(Fate.WITHDRAWN)])))
            raise VersionLedgerError(f"version {version} {what}: take one of {able}")
        return self._with(version, replace(entry, fate=Fate.PROMOTED))

    def _offer(self, version: int) -> VersionLedger:
        return self if self.pinned else replace(self, offered=version, ordered=False)

    def _offer_newest(self, *, from_version: int) -> VersionLedger:
        return self._offer(self.parent) if from_version == self.offered else self
