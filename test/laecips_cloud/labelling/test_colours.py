import re

from laecips_cloud.labelling.colours import colour_of


def test_a_person_can_tell_them_apart() -> None:
    colours = [colour_of(label) for label in range(20)]
    assert len(set(colours)) == 20
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours)
