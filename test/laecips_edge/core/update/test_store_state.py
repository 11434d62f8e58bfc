import json

import pytest
from laecips_edge.core.update.store_state import (
    MEMORY,
    REMEMBERED_BARS,
    Bar,
    StoreState,
    read_store_state,
    write_store_state,
)

BAR = Bar(version=3, reason="says one class", ran=True)


def test_round_trip(tmp_path):
    memory = StoreState(highest=4, running="s", before="", trial_starts=1, pin=2, bars={"ab": BAR})
    write_store_state(tmp_path, memory)
    assert read_store_state(tmp_path) == memory
    assert [path.name for path in tmp_path.iterdir()] == [MEMORY]


def test_no_memory_is_an_empty_one(tmp_path):
    assert read_store_state(tmp_path) == StoreState()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"highest": "many"}',
        '{"bars": {"ab": {}}}',
        '{"pin": 1.5}',
        '{"bars": 1}',
    ],
)
def test_a_memory_that_is_spoilt_is_told(tmp_path, text):
    (tmp_path / MEMORY).write_text(text)
    with pytest.raises(ValueError, match=r"memory.json: cannot be read \(.*remove it"):
        read_store_state(tmp_path)


def test_what_a_later_version_writes_is_left_aside(tmp_path):
    (tmp_path / MEMORY).write_text(json.dumps({"highest": 4, "mood": "good"}))
    assert read_store_state(tmp_path) == StoreState(highest=4)


def test_a_full_disk_leaves_what_was_there(tmp_path, full_after):
    write_store_state(tmp_path, StoreState(highest=1))
    full_after(10)
    with pytest.raises(OSError, match="File too large"):
        write_store_state(tmp_path, StoreState(highest=2))
    full_after(None)
    assert read_store_state(tmp_path) == StoreState(highest=1)
    assert [path.name for path in tmp_path.iterdir()] == [MEMORY]


def test_the_oldest_bars_are_forgotten():
    memory = StoreState()
    for number in range(REMEMBERED_BARS + 5):
        memory = memory.barring(str(number), BAR)
    memory = memory.barring("7", BAR)
    assert len(memory.bars) == REMEMBERED_BARS
    assert "4" not in memory.bars
    assert list(memory.bars)[-1] == "7"


def test_only_what_ran_and_did_harm_was_rolled_back():
    refused = Bar(version=4, reason="h is nan", ran=False)
    memory = StoreState().barring("ab", BAR).barring("cd", refused)
    assert [memory.rolled_back(digest) for digest in ("ab", "cd", "ef")] == [True, False, False]
