"""How a process that asks one question talks to the nodes; commands/test_state.py asks."""

import os

import pytest
from laecips_edge.launching.installed_files import config_file
from laecips_edge.ros.dds_transport import BUILTIN, PROFILES
from laecips_edge.ros.node_states import choose_small_transport


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({}, {BUILTIN: "UDPv4"}),
        ({PROFILES: str(config_file("fastdds.xml"))}, {BUILTIN: "UDPv4"}),
        ({PROFILES: "/etc/plant.xml"}, {PROFILES: "/etc/plant.xml"}),
        ({BUILTIN: "LARGE_DATA"}, {BUILTIN: "LARGE_DATA"}),
    ],
    ids=["nothing", "ours", "a profile of the plant", "the user's transports"],
)
def test_a_question_takes_no_shared_memory_unless_the_user_chose(
    given: dict[str, str], left: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (BUILTIN, PROFILES):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    choose_small_transport()
    assert {name: os.environ[name] for name in (BUILTIN, PROFILES) if name in os.environ} == left
