import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from laecips_eval.thin_link import control
from processes import until


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other links on this machine are not this test's."""
    folder = tmp_path / "links"
    folder.mkdir()
    monkeypatch.setattr(control, "links_folder", lambda: folder)


@contextmanager
def link(name: str) -> Iterator[list[tuple[str, bool]]]:
    """A link that only notes its orders."""
    orders: list[tuple[str, bool]] = []
    loop = asyncio.new_event_loop()

    def answer(order: str, reset: bool) -> dict[str, Any]:
        orders.append((order, reset))
        return {"orders": len(orders)}

    async def rest() -> None:
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))

    server = loop.run_until_complete(control.serve(name, answer))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield orders
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(rest())
        loop.close()


def test_orders_reach_the_link_of_the_name() -> None:
    with link("first") as first, link("second") as second:
        assert control.links() == ["first", "second"]
        assert control.ask("first", "cut", reset=True) == {"orders": 1}
        assert control.ask("second", "mend") == {"orders": 1}
        until(lambda: first and second)
        assert (first, second) == ([("cut", True)], [("mend", False)])
        with pytest.raises(ValueError, match="which link\\? there are first, second: name one"):
            control.ask("", "status")
        with pytest.raises(ValueError, match="no link 'third'; there are first, second: name one"):
            control.ask("third", "status")


def test_the_only_link_needs_no_name() -> None:
    with link("only") as orders:
        assert control.ask("", "status") == {"orders": 1}
        assert orders == [("status", False)]


def test_a_link_that_was_killed_is_none(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as killed:  # asyncio removes those of servers that end
        killed.bind(str(tmp_path / "links" / "killed.sock"))
    with pytest.raises(ValueError, match="no link 'killed'; none runs"):
        control.ask("killed", "cut")
    assert not (tmp_path / "links" / "killed.sock").exists()


def test_a_name_is_given_once() -> None:
    with link("taken"), pytest.raises(OSError, match="a link taken runs already"):
        asyncio.run(control.serve("taken", lambda order, reset: {}))
