"""What the class topic says."""

import pytest
from laecips_eval.bags import BagError, Legend, Segment
from laecips_eval.bags.topics import (
    CLASSES,
    DISTURBANCES,
    disturbances_from_yaml,
    disturbances_to_yaml,
)


def test_a_legend_survives_its_text() -> None:
    legend = Legend(("a", "b"), ((1, 2, 3), (4, 5, 6)), (Segment("s", 0, 9),))
    assert Legend.from_yaml(legend.to_yaml()) == legend
    assert Legend.from_yaml(Legend().to_yaml()) == Legend()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "words",
        "classes: [",
        "classes: [a]\n",
        "{classes: [a], palette: [[1, 2]], segments: []}",
        "{classes: [a], palette: [[1, 2, 3]], segments: [{name: s}]}",
    ],
)
def test_other_texts(text: str) -> None:
    with pytest.raises(BagError, match=f"{CLASSES} is no YAML with classes, palette, segments"):
        Legend.from_yaml(text)


def test_a_colour_for_every_class() -> None:
    with pytest.raises(BagError, match="1 classes but 0 colours"):
        Legend.from_yaml("{classes: [a], palette: [], segments: []}")


def test_disturbances_survive_their_text() -> None:
    disturbances = (Segment("glare", 3, 9), Segment("shadow", 9, 11))
    assert disturbances_from_yaml(disturbances_to_yaml(disturbances)) == disturbances


@pytest.mark.parametrize("text", ["", "words", "disturbances: [", "disturbances: [{name: s}]"])
def test_other_texts_of_disturbances(text: str) -> None:
    with pytest.raises(BagError, match=f"{DISTURBANCES} is no YAML with disturbances"):
        disturbances_from_yaml(text)
