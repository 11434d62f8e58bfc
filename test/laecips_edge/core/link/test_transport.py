import pytest
from laecips_edge.core.link.transport import InProcessTransport


def test_in_process_the_answer_comes_at_once() -> None:
    heard: list[int] = []
    transport: InProcessTransport[int, int] = InProcessTransport(lambda request: request + 1)
    assert transport.present
    call = transport.ask(1, heard.append)
    assert heard == [2]
    call.cancel()
    assert heard == [2]


def test_in_process_a_failure_is_the_askers() -> None:
    heard: list[float] = []
    transport: InProcessTransport[int, float] = InProcessTransport(lambda request: 1 / request)
    with pytest.raises(ZeroDivisionError):
        transport.ask(0, heard.append)
    assert heard == []
