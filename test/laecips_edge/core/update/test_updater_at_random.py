"""Offers, orders, frames, full disks, ends and kills in any order: what holds of a robot always."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.link.model_update import UpdateOutcome
from laecips_edge.core.update.model_store import MOST_STARTS
from laecips_edge.core.update.pin import pin_store
from laecips_edge.core.update.store_state import read_store_state
from made_bundles import finite_on_grey, variant, with_nan

LIVES, STEPS = 20, 20
BASE, BROKEN, HARMFUL, FALLS = 1, 6, 7, 8
"""Versions: the base; one that passes no test; one that names a single class; one that says no
number of an ordinary frame. Those from 2 to 5 are good."""

VERSIONS = st.integers(1, 9)
MOSTLY = st.sampled_from([True, True, True, False])
PIECES = st.just(1000) | st.integers(0, 8)
"""That a trainer answers: all that is asked for, or a few."""


class Life(RuleBasedStateMachine):
    """What happens to a robot, and what holds then."""

    def __init__(self, new_robot, offered, full_after):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.robot = new_robot(self.folder)
        self.offered = offered
        self.full_after = full_after
        self.full = False
        self.never = set()
        """Hashes of bundles that the disk says were rolled back."""

    def teardown(self):
        self.full_after(None)
        self.robot.end()
        shutil.rmtree(self.folder)

    @rule(version=st.integers(BASE, FALLS), ordered=MOSTLY, pieces=PIECES)
    def offer(self, version, ordered, pieces):
        self.robot.offer(self.offered[version], ordered=ordered)
        self.fetch(pieces)

    @rule(pieces=PIECES)
    def fetch(self, pieces):
        held = self.robot.store.memory.pin is not None or not self.robot.updater.adapt
        told = len(self.robot.reports)
        self.robot.work(seconds=3.0, pieces=pieces)
        outcomes = [report.outcome for report in self.robot.reports[told:]]
        assert not (held and UpdateOutcome.SWAPPED in outcomes)

    @rule(frames=st.integers(1, 14))
    def play(self, frames):
        for _ in range(frames):
            look = self.robot.look()
            assert look.manifest is self.robot.running.current.manifest
            # An operator may leave a trial and come back: what runs then was never judged.
            assert look.finite or (self.robot.version == FALLS and not self.robot.trial.active)
            self.robot.updater.advance()

    @rule(version=VERSIONS | st.just(0), only_back=MOSTLY)
    def order(self, version, only_back):
        orders = self.robot.orders
        try:
            (orders.roll_back if only_back else orders.pin)(version)
        except ValueError:
            return
        except OSError:
            assert self.full
            return
        assert version in (self.robot.version, 0)
        if only_back:
            assert not self.robot.trial.active
        else:
            assert self.robot.store.memory.pin == self.robot.version

    @rule()
    def unpin(self):
        try:
            self.robot.orders.unpin()
        except OSError:
            assert self.full

    @rule(adapt=MOSTLY)
    def pause_or_resume(self, adapt):
        self.robot.updater.adapt = adapt

    @rule(room=MOSTLY)
    def fill_or_clear_the_disk(self, room):
        self.full = not room
        self.full_after(None if room else 100)

    @rule(killed=st.booleans())
    def restart(self, killed):
        store, runs = self.robot.store, self.robot.version
        memory, here, before = store.memory, {slot.version for slot in store.slots()}, store.before
        known = not self.full and self.written() == memory and memory.running is not None
        self.robot.restart(killed=killed)
        if not known:
            return
        if killed and (memory.trial_starts or 0) >= MOST_STARTS:
            assert runs not in {slot.version for slot in self.robot.store.slots()}
            assert memory.pin is not None or self.robot.version == before.version
        else:
            assert self.robot.version == (memory.pin if memory.pin in here else runs)

    @rule(version=st.none() | VERSIONS)
    def pin_while_it_does_not_run(self, version):
        self.robot.end()
        try:
            pin_store(self.folder, version)
        except OSError:
            assert self.full
        self.robot.start()
        if (pin := self.robot.store.memory.pin) in self.robot.kept:
            assert self.robot.version == pin

    @invariant()
    def what_runs_is_what_the_store_says_and_can_load(self):
        running = self.robot.store.running
        assert Bundle.load(running.path).manifest == self.robot.running.current.manifest

    @invariant()
    def what_does_not_pass_its_tests_never_runs_nor_what_was_rolled_back(self):
        bars = self.written().bars
        self.never |= {digest for digest, bar in bars.items() if bar.ran}
        runs = self.robot.store.running
        assert runs.version != BROKEN
        # The base is what is left when nothing else is.
        assert runs.version == BASE or runs.manifest_sha256 not in self.never

    @invariant()
    def what_is_on_trial_has_something_to_go_back_to(self):
        assert self.robot.trial.active == self.robot.store.on_trial
        if self.robot.trial.active and (last := self.robot.history.last) is not None:
            before = self.robot.running.second_opinion(last.rgb, None, stamp_ns=1)
            assert before.manifest.version == self.robot.store.before.version

    @invariant()
    def what_is_told_is_so(self):
        assert [report.running for report in self.robot.reports] == self.robot.ran
        for report in self.robot.reports:
            assert (report.reason == "") == (report.outcome is UpdateOutcome.SWAPPED)
            if report.outcome is UpdateOutcome.SWAPPED:
                assert report.version == report.running
            if report.outcome is UpdateOutcome.ROLLED_BACK:
                bad = (HARMFUL, FALLS)  # what an operator let run unjudged is no measure
                assert report.version in bad or report.running in bad

    def written(self):
        """What the process leaves that is killed now."""
        return read_store_state(self.robot.store.folder)


@pytest.fixture(scope="module")
def offered(versions, harmful, tiny_bundle, tmp_path_factory):
    """Bundles by their version."""
    folder = tmp_path_factory.mktemp("offered")
    weights = with_nan(tiny_bundle.weights("f"))
    return {
        BASE: tiny_bundle,
        **versions,
        BROKEN: variant(tiny_bundle, folder / "6", BROKEN, weights_f=weights, answers=False),
        HARMFUL: harmful,
        FALLS: finite_on_grey(tiny_bundle, folder / "8", FALLS),
    }


def test_whatever_happens(new_robot, offered, full_after):
    run_state_machine_as_test(
        lambda: Life(new_robot, offered, full_after),
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
