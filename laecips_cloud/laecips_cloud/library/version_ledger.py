"""The ledger of versions: the fate of each, which one robots should run, and operators' orders.

The ledger is immutable: each step returns the next ledger or raises VersionLedgerError.
`model_library.py` keeps it on disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from itertools import takewhile
from typing import Any, Final

SCHEMA: Final = 1


class VersionLedgerError(ValueError):
    """A step is not possible, or a ledger cannot be read; the message is one line."""


class Fate(StrEnum):
    """The state of a version: in training, or how that ended."""

    TRAINING = "training"
    PROMOTED = "promoted"
    REFUSED = "refused"
    ROLLED_BACK = "rolled back"
    """A robot gave it up after a trial, and never takes it again."""
    WITHDRAWN = "withdrawn"
    """An operator went back to an older version; an operator's order reinstates it."""
    REMOVED = "removed"
    """It was promoted or withdrawn, and its bundle was deleted for its age."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One version.

    Attributes:
        fate: its state.
        reason: one line on why: from the gate, a robot or an operator.
        parent: version that it was trained from; 0 for a first training's bundle.
        train_s: duration of its training in seconds.
        newest_lesson_ns: stamp of the newest frame that its f has learnt from, by the robot's
            clock; 0: not known.
    """

    fate: Fate
    reason: str = ""
    parent: int = 0
    train_s: float = 0.0
    newest_lesson_ns: int = 0


@dataclass(frozen=True, kw_only=True)
class VersionLedger:
    """All versions, and what is offered, pinned, paused and trained.

    Attributes:
        last: the highest version number used so far; the next version gets `last + 1`.
        entries: the entry of each version.
        offered: version that robots should run; 0: none yet.
        ordered: whether an operator ordered it, so that robots take it even if it is older.
        pinned: version that stays offered until it is unpinned; 0: none.
        paused: whether training is paused.
        judged: version of the gate's last verdict; 0: none yet.
        trained_to: number of the newest row of the replay buffer that a training has read.
        trained_ns: start of that training, by the node's clock.
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
        """Versions that may be offered and trained from, the newest first."""
        return sorted(self._of(Fate.PROMOTED), reverse=True)

    @property
    def parent(self) -> int:
        """The version that the next training starts from; 0: none."""
        return next(iter(self.good), 0)

    @property
    def in_training(self) -> int:
        """The version in training; 0: none."""
        return next(iter(self._of(Fate.TRAINING)), 0)

    @property
    def in_vain(self) -> list[int]:
        """The newest trained versions, back to the last that serves: no robot keeps any of them."""
        ended = (v for v in sorted(self.entries, reverse=True) if v != self.in_training)
        gone = Fate.REFUSED, Fate.ROLLED_BACK
        return list(takewhile(lambda v: self.entries[v].fate in gone, ended))

    def given_below(self, version: int) -> int:
        """Return the newest first training's version up to `version`: the floor of its gate."""
        return max(v for v, entry in self.entries.items() if not entry.parent and v <= version)

    def count(self, *fates: Fate) -> int:
        """Return the number of trained versions with one of these fates."""
        return sum(bool(e.parent) and e.fate in fates for e in self.entries.values())

    def take_in(self, version: int) -> VersionLedger:
        """Add a first training's version, and offer it unless another one is pinned.

        Raises:
            VersionLedgerError: `version` is not above all earlier ones.
        """
        if version <= self.last:
            raise VersionLedgerError(
                f"version {version} is not above {self.last}, the highest number used so far"
            )
        entry = Entry(fate=Fate.PROMOTED, reason="given as parameter bundle")
        return replace(self._with(version, entry), last=version)._offer(version)

    def draw(self, *, trained_to: int, now_ns: int) -> tuple[VersionLedger, int]:
        """Give the next version number to a training that starts now.

        Args:
            trained_to: number of the newest row of the replay buffer that the training reads.
            now_ns: the node's clock.

        Returns:
            The next ledger, and the new version.

        Raises:
            VersionLedgerError: there is no good version, or a training is under way.
        """
        if not self.parent or self.in_training:
            raise VersionLedgerError("no version to train from, or one is in training")
        version = self.last + 1
        ledger = self._with(version, Entry(fate=Fate.TRAINING, parent=self.parent))
        return replace(ledger, last=version, trained_to=trained_to, trained_ns=now_ns), version

    def promote(
        self, version: int, *, reason: str, train_s: float, newest_lesson_ns: int = 0
    ) -> VersionLedger:
        """Record that the gate promoted the version in training, and offer it.

        It is not offered while another one is pinned, or if a first training's bundle with a higher
        number was given meanwhile.
        """
        ledger = self._judge(version, Fate.PROMOTED, reason, train_s)
        entry = replace(ledger.entries[version], newest_lesson_ns=newest_lesson_ns)
        ledger = ledger._with(version, entry)
        return ledger._offer(version) if version == ledger.parent else ledger

    def refuse(self, version: int, *, reason: str, train_s: float = 0.0) -> VersionLedger:
        """Record that the gate refused the version in training, or that its training failed."""
        return self._judge(version, Fate.REFUSED, reason, train_s)

    def damaged(self, version: int, *, reason: str) -> VersionLedger:
        """Refuse a version whose files are damaged; unpin it, and offer another if needed."""
        ledger = self._with(version, replace(self.entries[version], fate=Fate.REFUSED))
        ledger = ledger._with(version, replace(ledger.entries[version], reason=reason))
        pinned = 0 if version == self.pinned else self.pinned
        return replace(ledger, pinned=pinned)._offer_newest(from_version=version)

    def roll_back(self, version: int, *, reason: str) -> VersionLedger:
        """Record that a robot rolled a version back, and offer the newest good one instead.

        The version is no parent any more. If an operator pinned a version, that one stays offered.
        """
        entry = self.entries.get(version)
        if entry is None or not entry.parent or entry.fate is not Fate.PROMOTED:
            return self
        ledger = self._with(version, replace(entry, fate=Fate.ROLLED_BACK, reason=reason))
        return ledger._offer_newest(from_version=version)

    def order(self, version: int) -> VersionLedger:
        """Offer a version by an operator's order, and withdraw all good versions above it.

        Raises:
            VersionLedgerError: one is pinned, or this one is neither promoted nor withdrawn.
        """
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
        """Offer one version and no other until `unpin`; training continues.

        Raises:
            VersionLedgerError: the version is neither promoted nor withdrawn.
        """
        return replace(self._reinstated(version), offered=version, ordered=True, pinned=version)

    def unpin(self) -> VersionLedger:
        """Offer the newest good version again, as an order: robots may run a higher one."""
        return replace(self, pinned=0, offered=self.parent, ordered=True) if self.pinned else self

    def remove(self, versions: Iterable[int]) -> VersionLedger:
        """Mark promoted and withdrawn versions as removed; leave the others as they are."""
        ledger = self
        for version in versions:
            entry = ledger.entries[version]
            if entry.fate in (Fate.PROMOTED, Fate.WITHDRAWN):
                ledger = ledger._with(version, replace(entry, fate=Fate.REMOVED))
        return ledger

    def count_from(self, now_ns: int) -> VersionLedger:
        """Set `trained_ns` to now if there was no training yet, or the clock went back."""
        return replace(self, trained_ns=now_ns) if not 0 < self.trained_ns <= now_ns else self

    def pause(self, paused: bool) -> VersionLedger:
        """Pause training (True) or resume it (False)."""
        return replace(self, paused=paused)

    def to_json(self) -> str:
        """Return the ledger as sorted, indented JSON."""
        content = asdict(self) | {"schema": SCHEMA}
        return json.dumps(content, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> VersionLedger:
        """Read what `to_json` wrote.

        Raises:
            VersionLedgerError: the text is not a ledger, or has another schema.
        """
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
