import numpy as np
from laecips_eval.benchmarks.edge_node.blocks import blocks


def test_any_size_is_filled() -> None:
    picture = blocks((90, 100))
    assert (picture.shape, picture.dtype) == ((90, 100, 3), np.uint8)
    assert picture.flags.c_contiguous
    assert (picture[:40, :40] == picture[0, 0]).all()
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) == 9
