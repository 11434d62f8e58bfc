"""The worker as a real process: it trains what a job says, and may be killed at any moment.

One worker takes the jobs of all tests, one version after the other: to start one takes seconds.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.library.model_library import ModelLibrary
from laecips_cloud.trainer.job import TrainingJob
from laecips_cloud.trainer.job_template import JobTemplate
from laecips_cloud.trainer.worker_process import WorkerProcess
from laecips_cloud.training.online.settings import OnlineTraining
from laecips_edge.core.bundle.bundle import Bundle
from processes import until
from trainer_robot import PATIENCE_S, ColourFrames, fill, gone, write_source

pytestmark = pytest.mark.timeout(600)

AUTOGROUP = Path("/proc/self/autogroup")
SETTINGS = OnlineTraining(
    steps=4,
    learning_rate=5e-4,
    mix=1.0,
    miner_steps=2,
    miner_batch=4,
    max_source_loss=1.0,
    max_class_loss=1.0,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with source frames and a replay buffer."""
    it = tmp_path_factory.mktemp("worker")
    write_source(it / "source")
    fill(it / "replay.sqlite", ColourFrames(10, seed=1))
    return it


@pytest.fixture(scope="module")
def library(folder: Path, tiny_bundle: Bundle) -> Iterator[ModelLibrary]:
    it = ModelLibrary(folder / "library")
    it.take_in(tiny_bundle)
    yield it
    it.close()


@pytest.fixture
def begin(library: ModelLibrary, folder: Path) -> Callable[..., int]:
    """Puts a job for the buffer's frames on the disk."""

    def it(**changes: Any) -> int:
        recipe = JobTemplate(
            buffer=changes.pop("buffer", folder / "replay.sqlite"),
            max_lessons=10,
            source=changes.pop("source", folder / "source"),
            source_frames=10,
            engine="onnxruntime",
            settings=OnlineTraining(**vars(SETTINGS) | changes),
        )
        return library.begin(
            lambda ledger, version: recipe.job(
                ledger, version=version, trigger="buffer", last_row=10
            ).write(library.job_folder(version)),
            trained_to=10,
            now_ns=1,
        )

    return it


def judged(library: ModelLibrary, version: int, *, promoted: bool = False) -> None:
    """The trainer's verdict, after which the next job may begin."""
    library.record(
        lambda it: (
            it.promote(version, reason="", train_s=1) if promoted else it.refuse(version, reason="")
        )
    )


class Heard:
    """All that a worker has said."""

    def __init__(self, worker: WorkerProcess) -> None:
        self.worker = worker
        self.messages: list[dict[str, Any]] = []

    def wait_for(self, key: str, text: str = "") -> Any:
        """Until it has said this; what it said."""

        def said() -> list[Any]:
            self.messages += self.worker.hear()
            return [m[key] for m in self.messages if key in m and text in str(m[key])]

        return until(said, timeout=PATIENCE_S, what=f"{key} {text}: {self.messages}")[-1]

    def progress(self) -> list[str]:
        return [message["progress"] for message in self.messages if "progress" in message]


@pytest.fixture(scope="module")
def the_worker(library: ModelLibrary) -> Iterator[WorkerProcess]:
    """At the priority of these tests: on a busy machine a lower one would take its time."""
    it = WorkerProcess(library.root, threads=1, nice=0)
    yield it
    it.stop()


@pytest.fixture
def worker(the_worker: WorkerProcess) -> WorkerProcess:
    """A worker that runs, whatever the test before has done to it."""
    if not the_worker.runs:
        the_worker.start()
    return the_worker


def test_it_steps_back_behind_everybody_else(library: ModelLibrary) -> None:
    """By one step only: at the lowest priority a busy machine would never let it get ready."""
    lower = min(19, os.getpriority(os.PRIO_PROCESS, 0) + 1)
    worker = WorkerProcess(library.root, threads=1, nice=lower)
    worker.start()
    try:
        Heard(worker).wait_for("ready")
        assert os.getsid(worker.pid) == worker.pid
        assert os.getpriority(os.PRIO_PROCESS, worker.pid) == lower
        tasks = Path(f"/proc/{worker.pid}/task").iterdir()
        assert {os.getpriority(os.PRIO_PROCESS, int(task.name)) for task in tasks} == {lower}
    finally:
        worker.stop()


@pytest.mark.parametrize("leads", [True, False])
def test_the_priority_of_its_session_goes_down_where_that_is_its_own(leads: bool) -> None:
    if not AUTOGROUP.exists():
        pytest.skip("this kernel has no groups of sessions")
    # What was started outside any session (in a container, say) is in no group: an empty file.
    code = (
        "import json\n"
        "from pathlib import Path\n"
        "from laecips_cloud.trainer.worker import _step_back\n"
        f"group = Path({str(AUTOGROUP)!r})\n"
        "before = group.read_text()\n"
        "_step_back(19)\n"
        "print(json.dumps([before, group.read_text()]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        start_new_session=leads,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    before, after = json.loads(done.stdout)
    if leads:
        assert after.endswith("nice 19\n")
    else:  # others who share the session with these tests keep theirs
        assert after == before


def test_it_trains_one_job_after_the_other(
    worker: WorkerProcess, library: ModelLibrary, begin: Callable[..., int]
) -> None:
    heard = Heard(worker)
    for version in (2, 3):
        assert begin() == version
        worker.train(version)
        heard.messages.clear()
        done = heard.wait_for("done")
        manifest = Bundle.load(library.folder(version)).manifest
        assert (manifest.version, manifest.parent) == (version, version - 1)
        assert manifest.gate["reason"] == done["reason"]
        assert manifest.gate["promoted"] is done["promoted"]
        assert manifest.training["seed"] == version  # each one's own
        judged(library, version, promoted=version == 2)
    exams = json.loads((library.root / "exams.json").read_text())["exams"]
    # Of the given one, of each parent, and of what was promoted.
    assert set(exams) == {"1", "2", *(["3"] if done["promoted"] else [])}


@pytest.mark.parametrize(
    ("moment", "settings", "again"),
    [("f: ", {"steps": 24}, True), ("h is trained", {"miner_steps": 40}, False)],
)
def test_killed_in_the_middle_it_goes_on_with_the_same_job(
    moment: str,
    settings: dict,
    again: bool,
    worker: WorkerProcess,
    library: ModelLibrary,
    begin: Callable[..., int],
) -> None:
    heard = Heard(worker)
    version = begin(**settings)
    worker.train(version)
    heard.wait_for("progress", moment)
    os.kill(worker.pid, signal.SIGKILL)
    assert heard.wait_for("died") == "SIGKILL"
    assert not worker.runs
    assert not library.folder(version).exists()
    worker.start()
    worker.train(version)
    heard.messages.clear()
    assert "promoted" in heard.wait_for("done")
    # An f that was trained is not trained again.
    assert any(line.startswith("f: ") for line in heard.progress()) is again
    assert Bundle.load(library.folder(version)).manifest.version == version
    judged(library, version)


def test_stopped_in_the_middle_it_leaves_the_job_for_the_next_time(
    worker: WorkerProcess, library: ModelLibrary, begin: Callable[..., int]
) -> None:
    heard = Heard(worker)
    version = begin(steps=24)
    worker.train(version)
    heard.wait_for("progress", "f: ")
    pid = worker.pid
    worker.stop()
    worker.stop()
    assert gone(pid)
    assert not worker.runs
    assert worker.hear() == []  # that it ended is no news
    assert TrainingJob.read(library.job_folder(version)).version == version
    assert not library.folder(version).exists()
    worker.start()
    worker.train(version)
    heard.wait_for("done")
    judged(library, version)


def test_a_job_that_cannot_be_done_is_told_and_the_next_one_is_done(
    worker: WorkerProcess, library: ModelLibrary, begin: Callable[..., int], tmp_path: Path
) -> None:
    fill(tmp_path / "one.sqlite", ColourFrames(1))
    wrong: list[tuple[dict[str, Path], str]] = [
        ({"buffer": Path("/nowhere.sqlite")}, "/nowhere.sqlite: unable to open database file"),
        ({"source": Path("/nowhere")}, "/nowhere: no such folder; give one with images/"),
        (
            {"buffer": tmp_path / "one.sqlite"},
            "1 of 1 frames have labels to train on; 2 are needed",
        ),
    ]
    heard = Heard(worker)
    for changes, message in wrong:
        version = begin(**changes)
        worker.train(version)
        assert message in heard.wait_for("failed")
        heard.messages.clear()
        judged(library, version)
    version = begin()
    worker.train(version)
    assert "promoted" in heard.wait_for("done")
    judged(library, version)


def test_without_its_trainer_it_ends_in_the_middle_of_a_training(
    worker: WorkerProcess, begin: Callable[..., int]
) -> None:
    heard = Heard(worker)
    worker.train(begin(steps=100_000))
    heard.wait_for("progress", "f: ")
    assert worker._process is not None
    assert worker._process.stdin is not None
    worker._process.stdin.close()
    assert heard.wait_for("died") == "exit status 0"


def test_a_worker_that_cannot_be_started() -> None:
    with pytest.raises(OSError, match="No such file"):
        WorkerProcess(Path("/"), threads=1, nice=19, command=["/nowhere/python"]).start()
