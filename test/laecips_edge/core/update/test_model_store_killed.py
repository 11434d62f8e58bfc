"""Killed at any moment of a transfer and an exchange, a store has a bundle that loads."""

import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import Bundle, Manifest, write_bundle
from laecips_edge.core.update.model_store import ModelStore

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("swapping.py")
KILLS = 50
VERSIONS = 250
MANIFEST = Manifest(
    name="line",
    version=1,
    classes=("belt", "part"),
    palette=((0, 0, 0), (255, 0, 0)),
    input_size=(32, 32),
    delta=0.5,
    beta=0.1,
)


def write(path: Path, version: int) -> Bundle:
    rng = np.random.default_rng(version)
    return write_bundle(
        path,
        manifest=replace(MANIFEST, version=version),
        graph_f=b"graph of f",
        graph_h=b"graph of h",
        weights_f={"a": rng.random(60, np.float32)},
        weights_h={"a": rng.random(60, np.float32)},
        agreement=[],
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    write(folder / "base", 1)
    for version in range(2, VERSIONS):
        write(folder / "made" / str(version), version)
    return folder


def killed(folder: Path, first: int, share: float) -> int:
    """Let a process work and kill it; the last version whose exchange it saw through.

    Args:
        folder: of it all.
        first: version that it begins with.
        share: of the time that an exchange takes, after the first, until it is killed.
    """
    command = [sys.executable, str(SCRIPT), str(folder), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        started = time.monotonic()
        done = int(process.stdout.readline()) if share > 1 else first - 1
        took_s = time.monotonic() - started if share > 1 else 0.02
        time.sleep((share % 1) * took_s)  # a moment is drawn: there is nothing to poll for
        process.kill()
        lines = process.stdout.read().split()
    return int(lines[-1]) if lines else done


def test_whenever_it_is_killed_a_bundle_loads(folder: Path) -> None:
    moments = random.Random(7)
    base = Bundle.load(folder / "base")
    seen = 1
    for _ in range(KILLS):
        done = killed(folder, seen + 1, moments.uniform(0, 2))
        store = ModelStore(folder / "models", robot="robot", base=base)
        try:
            best = next(store.candidates())
            loaded = Bundle.load(best.path).manifest.version
            # What was seen through is never lost; the one after it may have come in time.
            assert loaded in (done, done + 1)
            for slot in store.slots():
                Bundle.load(slot.path)
            assert store.problem == ""
            assert store.memory.highest in (done, done + 1)
            assert len(store.slots()) <= 5  # the base, two, one on trial, one on its way out
            seen = loaded
        finally:
            store.close()
        if seen > VERSIONS - 50:
            break
    assert seen > KILLS // 4, "nothing was exchanged between the kills"
