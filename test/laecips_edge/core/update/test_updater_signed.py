"""A robot that demands signatures: what it takes, and what it runs after a restart."""

import pytest
from laecips_edge.core.link.model_update import UpdateOutcome
from laecips_edge.core.signing.signing_key import SigningKey
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from made_bundles import manifest_sha256

SWAPPED, REFUSED = UpdateOutcome.SWAPPED, UpdateOutcome.REFUSED
KEY = SigningKey.new()
DAY_S = 86_400


@pytest.fixture
def strict(new_robot, tmp_path, caplog):
    """A robot of version 1 that trusts one key."""
    caplog.set_level("INFO")
    it = new_robot(tmp_path / "models", TrustedKeys([KEY.public]))
    yield it
    it.store.close()


def outcomes(robot):
    return [(report.outcome, report.version) for report in robot.reports]


def signed(bundle, *, key=KEY, until=DAY_S, over=0):
    return key.sign(manifest_sha256(bundle), until=until, over=over).to_text()


def take(robot, bundle, **fields):
    robot.offer(bundle, **{"signature": signed(bundle), **fields})
    robot.work()
    robot.play(12)
    return outcomes(robot)[-1]


def test_what_is_not_signed_is_refused_and_taken_once_it_is(strict, versions):
    for signature, reason in (
        ("", "not signed: "),
        (signed(versions[3]), "signed for another manifest"),
        (signed(versions[2], key=SigningKey.new()), "signed by key "),
        (signed(versions[2], until=5), "its signature expired"),
    ):
        strict.utc_s = 6.0
        assert take(strict, versions[2], signature=signature) == (REFUSED, 2)
        assert strict.reports[-1].reason.startswith(reason)
        assert strict.trainer.requests == []
    assert take(strict, versions[2]) == (SWAPPED, 2)


def test_no_expiry_stops_what_runs(strict, versions):
    assert take(strict, versions[2]) == (SWAPPED, 2)
    assert take(strict, versions[3]) == (SWAPPED, 3)
    strict.utc_s = 9.0 * DAY_S
    assert strict.play(12) == 3
    assert strict.restart() == 3
    assert strict.orders.roll_back(2) == "version 2 runs"
    assert strict.restart() == 2


def test_what_expires_while_updates_are_paused_is_refused_then(strict, versions):
    strict.offer(versions[2], signature=signed(versions[2]))
    strict.work(pieces=3)
    strict.updater.adapt = False
    strict.utc_s = 2.0 * DAY_S
    strict.updater.adapt = True
    strict.work()
    assert outcomes(strict) == [(REFUSED, 2)]
    assert take(strict, versions[2], signature=signed(versions[2], until=3 * DAY_S)) == (SWAPPED, 2)


def test_only_a_signed_order_goes_back(strict, versions):
    for version in (2, 3):
        assert take(strict, versions[version]) == (SWAPPED, version)
    # Whoever can send an offer can send an old one, and call it an order.
    assert take(strict, versions[2], ordered=True) == (REFUSED, 2)
    assert strict.reports[-1].reason.startswith("not newer than version 3")
    order = signed(versions[2], over=3)
    assert take(strict, versions[2], ordered=True, signature=order) == (SWAPPED, 2)
    assert take(strict, versions[4]) == (SWAPPED, 4)
    assert take(strict, versions[2], ordered=True, signature=order) == (REFUSED, 2)


def test_after_a_rotation_the_robot_may_trust_the_new_key_alone(strict, versions):
    new = KEY.rotated()
    assert take(strict, versions[2]) == (SWAPPED, 2)
    # The trainer offers again what runs, signed by the new key: the robot keeps that.
    strict.offer(versions[2], signature=signed(versions[2], key=new))
    strict.offer(versions[2], signature=signed(versions[2], key=SigningKey.new()))
    strict.trusted = TrustedKeys([new.public])
    assert strict.restart() == 2
    assert take(strict, versions[3], signature=signed(versions[3], key=new)) == (SWAPPED, 3)
    assert take(strict, versions[4]) == (REFUSED, 4)


def test_the_version_that_ran_runs_again_once_it_is_signed(robot, versions):
    """By a key that the robot trusts: it had none before, or its key was replaced."""
    for version in (2, 3):
        assert take(robot, versions[version], signature="") == (SWAPPED, version)
    robot.trusted = TrustedKeys([KEY.public])
    assert robot.restart() == 1
    assert take(robot, versions[3], signature="") == (REFUSED, 3)
    assert take(robot, versions[2]) == (REFUSED, 2)
    assert robot.reports[-1].reason.startswith("not newer than version 3")
    assert take(robot, versions[3]) == (SWAPPED, 3)
    assert robot.restart() == 3


@pytest.mark.parametrize("signature", ["", "broken"])
def test_a_robot_that_learns_to_demand_signatures_does_not_run_what_has_none(
    robot, versions, caplog, signature
):
    robot.offer(versions[2], signature=signature)
    robot.work()
    robot.play(12)
    assert robot.version == 2
    robot.trusted = TrustedKeys([KEY.public])
    assert robot.restart() == 1
    assert "version 2 of the model store does not run: " in caplog.text
    assert take(robot, versions[3]) == (SWAPPED, 3)
    assert robot.restart() == 3


def test_a_robot_without_keys_takes_everything_and_says_so(robot, versions, caplog):
    caplog.clear()
    robot.restart()
    assert caplog.text.count("model updates are not signed") == 1
    assert take(robot, versions[2], signature="") == (SWAPPED, 2)
    assert take(robot, versions[3], signature="broken") == (SWAPPED, 3)
