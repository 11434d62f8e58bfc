from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.link_process import CarriedLink


def test_orders_change_both_directions_and_answer_with_the_state() -> None:
    link = CarriedLink(LinkConditions(loss=0.5, seed=3))
    link.up.take(100, 0.0)
    assert link.obey("cut", False)["whole"] is False
    assert link.up.take(100, 0.0) is link.down.take(100, 0.0) is None
    assert link.obey("status", False)["whole"] is False
    state = link.obey("mend", False)
    assert state["whole"] is True
    assert (state["up"]["packets"], state["up"]["bytes"], state["up"]["dropped"]) == (1, 100, 1)
    assert state["down"]["dropped"] == 1


def test_the_directions_lose_different_packets() -> None:
    link = CarriedLink(LinkConditions(rate_bit_s=1e9, loss=0.5, seed=3))
    lost = [[line.take(1, float(n)) is None for n in range(64)] for line in (link.up, link.down)]
    assert lost[0] != lost[1]


def test_a_rate_holds_for_what_enters_later() -> None:
    link = CarriedLink(LinkConditions(rate_bit_s=8000.0, delay_s=0.0))
    assert link.up.take(1000, 0.0) == 1.0
    assert link.obey("rate 800.0", False)["whole"] is True
    assert link.up.take(10, 2.0) == 2.1
    assert link.down.take(10, 2.0) == 2.1
