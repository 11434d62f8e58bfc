import pytest
from laecips_eval.thin_link import conditions
from laecips_eval.thin_link.conditions import LinkConditions


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (conditions.rate, "4mbit", 4e6),
        (conditions.rate, "500 kbit", 5e5),
        (conditions.rate, "1.5Gbit", 1.5e9),
        (conditions.seconds, "20ms", 0.02),
        (conditions.seconds, "1.5s", 1.5),
        (conditions.share, "0%", 0.0),
        (conditions.share, ".5%", 0.005),
    ],
)
def test_what_is_written_is_understood(parse, text: str, value: float) -> None:
    assert parse(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (conditions.rate, "4"),
        (conditions.rate, "4 mbps"),
        (conditions.rate, "-4mbit"),
        (conditions.seconds, "20"),
        (conditions.seconds, "20 minutes"),
        (conditions.share, "0.01"),
        (conditions.share, ""),
    ],
)
def test_what_is_no_quantity_is_named(parse, text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a .* such as") as error:
        parse(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize(
    "wrong",
    [{"rate_bit_s": 0.0}, {"loss": 1.0}, {"loss": -0.1}, {"delay_s": -1.0}, {"queue_s": 0.0}],
)
def test_conditions_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"link|loss|delay"):
        LinkConditions(**wrong)


def test_the_ideal_is_a_round_trip_and_the_bytes() -> None:
    link = LinkConditions(rate_bit_s=4e6, delay_s=0.02)
    assert link.ideal_s(100_000, 4_000) == pytest.approx(0.04 + 0.208)
    assert str(link) == "4 Mbit/s, 40 ms round trip"
    assert str(LinkConditions(loss=0.01)).endswith(", 1 % loss")


def test_a_link_in_one_word() -> None:
    asked = LinkConditions(rate_bit_s=2e6, delay_s=0.01, loss=0.01, seed=4)
    assert conditions.link_conditions("2mbit,10ms,1%", seed=4) == asked
    assert conditions.link_conditions("4mbit") == LinkConditions()
    with pytest.raises(ValueError, match="has 4 parts: give RATE, DELAY and LOSS at most"):
        conditions.link_conditions("4mbit,20ms,1%,5")
