import pytest
from laecips_edge.core.link.model_update import PieceAnswer, PieceStatus


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (PieceAnswer(size=3, data=b"abc"), ""),
        (
            PieceAnswer(status=PieceStatus.UNAVAILABLE, message="disk\nfull"),
            "refused (4): disk full",
        ),
        (PieceAnswer(status=PieceStatus.UNKNOWN_FILE), "refused (2): no reason given"),
    ],
)
def test_a_refusal_is_one_line(answer: PieceAnswer, refusal: str) -> None:
    assert answer.refusal == refusal
