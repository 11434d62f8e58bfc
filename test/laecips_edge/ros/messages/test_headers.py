import pytest
from laecips_edge.core.image.stamps import nanoseconds
from laecips_edge.ros.messages.headers import header_of


@pytest.mark.parametrize("stamp_ns", [0, 7, 10**9, 1_750_000_000_123_456_789, (2**31 - 1) * 10**9])
def test_stamp_and_frame_id_are_kept(stamp_ns: int) -> None:
    header = header_of(stamp_ns, "camera")
    assert nanoseconds(header.stamp) == stamp_ns
    assert header.frame_id == "camera"
