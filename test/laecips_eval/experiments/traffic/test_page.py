from laecips_eval.experiments.traffic.measure import (
    COARSE,
    EARLIER,
    SMALL,
    AnswerSizes,
    AnswerTraffic,
    Coded,
    CodingChange,
    ScoreSizes,
)
from laecips_eval.experiments.traffic.page import page

ANSWERS = AnswerSizes(
    labels={
        EARLIER: [Coded(3000, 1.0), Coded(5000, 2.0)],
        SMALL: [Coded(1000, 0.5), Coded(3000, 0.5)],
    },
    confidence={
        EARLIER: [CodingChange(57_000, 0, 0)] * 2,
        COARSE: [CodingChange(3000, 0.0, 0.04)] * 2,
    },
    frames=2,
)
SCORES = ScoreSizes(
    {255: [CodingChange(27_000, 0.0004, 0, 0.0001)], 31: [CodingChange(11_000, 0.0029, 0, 0.0009)]}
)


def test_the_page_has_the_means_before_and_now() -> None:
    text = page(AnswerTraffic(answers={"The demo": ANSWERS}, scores=SCORES), [], every=30)
    assert "every 30th" in text
    assert "2 answers: 61.0 kB each before, **5.0 kB** now." in text
    assert f"| {EARLIER} | 4000 | 1.5 |" in text
    assert f"| **{COARSE}** | 3000 | 0.00% | 0.040 |" in text
    assert "| **31, run lengths** | 11000 | 0.29% | 0.000 | 0.09% |" in text
