"""A map names its coding by its first bytes."""

import numpy as np
from laecips_edge.core.image.codecs import encode_png
from laecips_edge.core.image.map_codings import coding_of
from laecips_edge.core.link import wire

LABELS = np.array([[0, 1, 1], [2, 2, 255]], np.uint8)


def test_a_map_names_its_coding() -> None:
    maps = [wire.encode_label_map(LABELS), wire.encode_confidence_map(LABELS), encode_png(LABELS)]
    names = ["run lengths", "confidence", "png compressed", "", ""]
    assert [coding_of(data) for data in [*maps, b"", b"GIF89a"]] == names
