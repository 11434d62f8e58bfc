from pathlib import Path

import pytest
from laecips_bringup.own_pictures.summary import summary


def test_without_a_bundle_there_is_nothing_to_sum_up(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bundle"):
        list(summary(tmp_path))
