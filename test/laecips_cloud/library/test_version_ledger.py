"""What becomes of versions: in whatever order, numbers rise and parents are good."""

from dataclasses import replace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from laecips_cloud.library.version_ledger import Fate, VersionLedger, VersionLedgerError


def begun(*fates: Fate) -> VersionLedger:
    """A ledger with version 1 given, and one trained from it for each fate."""
    ledger = VersionLedger().take_in(1)
    for fate in fates:
        ledger, version = ledger.draw(trained_to=version_row(ledger), now_ns=5)
        if fate is Fate.REFUSED:
            ledger = ledger.refuse(version, reason="worse")
        elif fate is not Fate.TRAINING:
            ledger = ledger.promote(version, reason="better", train_s=2.0)
        if fate is Fate.ROLLED_BACK:
            ledger = ledger.roll_back(version, reason="slow")
    return ledger


def version_row(ledger: VersionLedger) -> int:
    return 10 * ledger.last


PROMOTED, REFUSED, ROLLED_BACK = Fate.PROMOTED, Fate.REFUSED, Fate.ROLLED_BACK


@pytest.mark.parametrize(
    ("fates", "good", "offered"),
    [
        ([], [1], 1),
        ([PROMOTED], [2, 1], 2),
        ([REFUSED], [1], 1),
        ([PROMOTED, ROLLED_BACK], [2, 1], 2),
        ([PROMOTED, REFUSED, PROMOTED], [4, 2, 1], 4),
    ],
)
def test_what_is_offered_and_trained_from(fates: list, good: list, offered: int) -> None:
    ledger = begun(*fates)
    assert (ledger.good, ledger.offered, ledger.ordered) == (good, offered, False)
    assert ledger.parent == good[0]
    _, version = ledger.draw(trained_to=0, now_ns=0)
    assert version == len(fates) + 2


@pytest.mark.parametrize(
    ("fates", "in_vain"),
    [
        ([], []),
        ([REFUSED, REFUSED], [3, 2]),
        ([PROMOTED, REFUSED, ROLLED_BACK, Fate.TRAINING], [4, 3]),
        ([REFUSED, REFUSED, PROMOTED], []),
    ],
)
def test_the_newest_trainings_that_served_nobody(fates: list, in_vain: list) -> None:
    assert begun(*fates).in_vain == in_vain


def test_an_operator_goes_back_and_forth() -> None:
    ledger = begun(PROMOTED, PROMOTED).order(1)
    assert (ledger.offered, ledger.ordered, ledger.parent) == (1, True, 1)
    assert ledger.entries[3].fate is Fate.WITHDRAWN
    assert ledger.count(Fate.WITHDRAWN) == 2
    forth = ledger.order(3)
    assert (forth.offered, forth.good) == (3, [3, 1])
    ledger, version = ledger.draw(trained_to=1, now_ns=1)
    ledger = ledger.promote(version, reason="better", train_s=1)
    assert (version, ledger.entries[version].parent) == (4, 1)
    assert (ledger.offered, ledger.ordered) == (4, False)


def test_what_is_pinned_is_offered_and_nothing_else() -> None:
    ledger = begun(PROMOTED).pin(1)
    ledger, version = ledger.draw(trained_to=1, now_ns=1)
    assert ledger.entries[version].parent == 2  # training goes on
    ledger = ledger.promote(version, reason="better", train_s=1)
    assert (ledger.offered, ledger.pinned) == (1, 1)
    with pytest.raises(VersionLedgerError, match="version 1 is pinned: unpin it first"):
        ledger.order(2)
    ledger = ledger.unpin()
    assert (ledger.offered, ledger.ordered, ledger.pinned) == (3, True, 0)


def test_a_bundle_that_is_given_during_a_training_stays_offered() -> None:
    ledger = begun(Fate.TRAINING).take_in(20)
    ledger = ledger.promote(2, reason="better", train_s=1)
    assert (ledger.offered, ledger.parent, ledger.good) == (20, 20, [20, 2, 1])


def test_a_robot_that_goes_back_from_what_is_pinned_does_not_unpin_it() -> None:
    ledger = begun(PROMOTED).pin(2).roll_back(2, reason="slow")
    assert (ledger.offered, ledger.parent) == (2, 1)


@pytest.mark.parametrize("version", [1, 4, 99])
def test_a_robot_that_goes_back_from_what_is_not_promoted_changes_nothing(version: int) -> None:
    ledger = begun(PROMOTED, PROMOTED, REFUSED)
    assert ledger.roll_back(version, reason="slow") is ledger


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (9, "version 9 is not known: take one of 1, 2"),
        (3, r"version 3 is refused \(worse\): take one of 1, 2"),
        (4, r"version 4 is rolled back \(slow\): take one of 1, 2"),
    ],
)
def test_what_an_operator_cannot_go_to(version: int, message: str) -> None:
    ledger = begun(PROMOTED, REFUSED, ROLLED_BACK)
    for order in (ledger.order, ledger.pin):
        with pytest.raises(VersionLedgerError, match=message):
            order(version)


def test_a_damaged_version_is_not_offered() -> None:
    ledger = begun(PROMOTED, PROMOTED).pin(3).damaged(3, reason="cut short")
    assert (ledger.offered, ledger.pinned, ledger.parent) == (2, 0, 2)


def test_steps_that_cannot_be_taken() -> None:
    ledger = begun(Fate.TRAINING)
    for step in (
        lambda: ledger.take_in(2),
        lambda: ledger.draw(trained_to=1, now_ns=1),
        lambda: ledger.promote(1, reason="", train_s=0),
        lambda: VersionLedger().draw(trained_to=1, now_ns=1),
    ):
        with pytest.raises(VersionLedgerError):
            step()


def test_a_later_first_version_is_the_floor_of_what_comes_after_it() -> None:
    ledger = begun(PROMOTED).take_in(5)
    assert [ledger.given_below(version) for version in (1, 2, 5, 6)] == [1, 1, 5, 5]


@pytest.mark.parametrize(
    ("trained_ns", "now_ns", "counted_from"), [(0, 9, 9), (5, 9, 5), (12, 9, 9), (9, 9, 9)]
)
def test_time_counts_from_the_last_training(
    trained_ns: int, now_ns: int, counted_from: int
) -> None:
    assert (
        replace(VersionLedger(), trained_ns=trained_ns).count_from(now_ns).trained_ns
        == counted_from
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a ledger"),
        ("[]", "not a ledger"),
        ("{}", "not a ledger"),
        ('{"schema": 2, "entries": {}}', "written by another version"),
        ('{"schema": 1, "entries": {"1": {"fate": "lost"}}}', "not a ledger"),
        ('{"schema": 1, "entries": {}, "colour": 3}', "not a ledger"),
    ],
)
def test_a_text_that_is_no_ledger(text: str, message: str) -> None:
    with pytest.raises(VersionLedgerError, match=message):
        VersionLedger.from_json(text)


class Life(RuleBasedStateMachine):
    """Everything that can happen, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = VersionLedger().take_in(1)
        self.drawn = [1]
        self.bad: set[int] = set()

    @rule(above=st.integers(1, 3))
    def take_in(self, above: int) -> None:
        self.drawn.append(self.ledger.last + above)
        self.ledger = self.ledger.take_in(self.drawn[-1])

    @precondition(lambda self: not self.ledger.in_training)
    @rule()
    def draw(self) -> None:
        self.ledger, version = self.ledger.draw(trained_to=0, now_ns=1)
        assert version > max(self.drawn)
        assert self.ledger.entries[version].parent not in self.bad
        self.drawn.append(version)

    @precondition(lambda self: self.ledger.in_training)
    @rule(promoted=st.booleans())
    def judge(self, promoted: bool) -> None:
        version = self.ledger.in_training
        if promoted:
            self.ledger = self.ledger.promote(version, reason="better", train_s=1)
        else:
            self.ledger = self.ledger.refuse(version, reason="worse")
            self.bad.add(version)

    @rule(version=st.integers(1, 12))
    def roll_back(self, version: int) -> None:
        before = self.ledger
        self.ledger = before.roll_back(version, reason="slow")
        if self.ledger is not before:
            self.bad.add(version)

    @rule(version=st.integers(1, 12), pin=st.booleans())
    def order(self, version: int, pin: bool) -> None:
        try:
            self.ledger = self.ledger.pin(version) if pin else self.ledger.order(version)
        except VersionLedgerError:
            return
        assert (self.ledger.offered, self.ledger.ordered) == (version, True)
        assert version not in self.bad

    @rule()
    def unpin(self) -> None:
        self.ledger = self.ledger.unpin()

    @invariant()
    def it_is_sound(self) -> None:
        ledger = self.ledger
        assert ledger.last == max(self.drawn)
        assert not self.bad & set(ledger.good)
        assert ledger.parent
        assert ledger.offered == (ledger.pinned or ledger.parent)
        assert all(e.parent < v for v, e in ledger.entries.items())
        assert VersionLedger.from_json(ledger.to_json()) == ledger


TestLife = Life.TestCase
