"""The library on the disk: whatever ends its process, what it offers is whole."""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from laecips_cloud.export.bundle_export import write_manifest
from laecips_cloud.library.model_library import LOST, LibraryError, ModelLibrary
from laecips_cloud.library.version_ledger import Fate, VersionLedger, VersionLedgerError
from laecips_edge.core.bundle.bundle import MANIFEST, WEIGHTS, Bundle

KILLS = 25
BUSY = Path(__file__).with_name("busy_library.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "new" / "library"


@pytest.fixture
def library(root: Path, tiny_bundle: Bundle) -> Iterator[ModelLibrary]:
    it = ModelLibrary(root)
    it.take_in(tiny_bundle)
    yield it
    it.close()


@pytest.fixture
def train(library: ModelLibrary, tiny_bundle: Bundle) -> Callable[..., int]:
    """Makes a version, promoted or refused; its bundle is a copy of the given one."""

    def it(*, promoted: bool = True) -> int:
        version = library.begin(write_job(library), trained_to=1, now_ns=1)
        copy_bundle(tiny_bundle, library.folder(version), version=version, parent=1)
        if promoted:
            library.record(lambda it: it.promote(version, reason="better", train_s=1.0))
        else:
            library.record(lambda it: it.refuse(version, reason="worse"))
        return version

    return it


def write_job(library: ModelLibrary) -> Callable[[VersionLedger, int], None]:
    def write(ledger: VersionLedger, version: int) -> None:
        library.job_folder(version).mkdir()
        (library.job_folder(version) / "job.json").touch()

    return write


def copy_bundle(bundle: Bundle, path: Path, **manifest: object) -> Bundle:
    shutil.copytree(bundle.path, path)
    return write_manifest(Bundle.load(path), replace(bundle.manifest, **manifest))  # type: ignore[arg-type]


def test_the_given_bundle_is_its_first_version(
    library: ModelLibrary, tiny_bundle: Bundle, root: Path
) -> None:
    assert Bundle.load(root / "versions" / "000001").manifest == tiny_bundle.manifest
    assert (library.ledger.offered, library.ledger.parent, library.ledger.last) == (1, 1, 1)
    before = library.ledger
    library.take_in(tiny_bundle)
    assert library.ledger is before
    assert library.check() == []


def test_it_goes_on_where_it_was(library: ModelLibrary, train: Callable, root: Path) -> None:
    train()
    train(promoted=False)
    library.record(lambda it: it.pause(True).pin(1))
    library.close()
    again = ModelLibrary(root)
    assert again.ledger == library.ledger
    assert again.begin(write_job(again), trained_to=9, now_ns=9) == 4
    again.close()


def test_one_trainer_at_a_time(library: ModelLibrary, root: Path) -> None:
    with pytest.raises(LibraryError, match=f"{root}: another trainer uses it"):
        ModelLibrary(root)
    library.close()
    ModelLibrary(root).close()


def test_a_step_that_cannot_be_written_changes_nothing(
    library: ModelLibrary, full_after: Callable[[int | None], None], root: Path
) -> None:
    before = library.ledger
    full_after(10)
    with pytest.raises(OSError, match="File too large"):
        library.record(lambda it: it.pause(True))
    full_after(None)
    assert library.ledger is before
    library.close()
    again = ModelLibrary(root)
    assert again.ledger == before
    again.close()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"delta": 0.25}, "version 1 of .* is another bundle; give the parameter library another"),
        ({"name": "other"}, "holds bundles 'tiny' of the classes belt, part, screw, scratch; "),
        ({"classes": ("a", "b", "c", "d")}, "is 'tiny' of a, b, c, d: give the parameter library"),
    ],
)
def test_another_bundle_has_no_place_in_it(
    changes: dict, message: str, library: ModelLibrary, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    other = copy_bundle(tiny_bundle, tmp_path / "other", **changes)
    with pytest.raises(LibraryError, match=message):
        library.take_in(other)


def test_a_later_first_training_of_the_line_is_taken_in(
    library: ModelLibrary, train: Callable, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    train()
    library.take_in(copy_bundle(tiny_bundle, tmp_path / "later", version=7))
    assert (library.ledger.offered, library.ledger.last) == (7, 7)
    with pytest.raises(LibraryError, match="version 5 is not above 7"):
        library.take_in(copy_bundle(tiny_bundle, tmp_path / "earlier", version=5))


def test_the_given_version_is_mended_from_what_is_given(
    library: ModelLibrary, tiny_bundle: Bundle
) -> None:
    shutil.rmtree(library.folder(1))
    library.take_in(tiny_bundle)
    assert Bundle.load(library.folder(1)).manifest == tiny_bundle.manifest


def test_what_is_damaged_is_not_offered_any_more(library: ModelLibrary, train: Callable) -> None:
    train()
    train()
    (library.folder(3) / WEIGHTS).write_bytes(b"")
    (told,) = library.check()
    assert told.startswith("version 3 is not used any more: ")
    assert (library.ledger.offered, library.ledger.parent) == (2, 2)


def test_a_training_whose_job_is_gone_is_given_up(library: ModelLibrary) -> None:
    version = library.begin(write_job(library), trained_to=1, now_ns=1)
    assert library.check() == []
    shutil.rmtree(library.job_folder(version))
    assert library.check() == [f"version 2: {LOST}"]
    assert library.ledger.entries[2].fate is Fate.REFUSED


def test_jobs_that_are_over_are_removed(library: ModelLibrary, train: Callable) -> None:
    version = train()
    assert library.job_folder(version).is_dir()
    library.check()
    assert not library.job_folder(version).exists()


def test_old_versions_are_removed_but_for_those_that_are_needed(
    library: ModelLibrary, train: Callable
) -> None:
    for promoted in (True, False, True, False, True, False, True):  # 2 to 8
        train(promoted=promoted)
    library.record(lambda it: it.pin(2))
    library.tidy(1)
    # Given; pinned; refused; good; the parent.
    assert kept(library) == [1, 2, 6, 7, 8]
    assert library.check() == []
    with pytest.raises(
        VersionLedgerError, match=r"version 4 is removed \(better\): take one of 1, 2, 6"
    ):
        library.order(4, pin=True)
    for version in (8, 6, 2):  # back to what is still here, and no other
        library.record(lambda it, v=version: it.roll_back(v, reason="slow"))
    assert library.ledger.parent == 1


def kept(library: ModelLibrary) -> list[int]:
    return sorted(int(path.name) for path in (library.root / "versions").iterdir())


def test_an_operator_goes_to_the_parent(library: ModelLibrary, train: Callable) -> None:
    train()
    train()
    library.order(0, pin=False)
    assert (library.ledger.offered, library.ledger.ordered) == (2, True)
    library.order(0, pin=True)
    assert (library.ledger.offered, library.ledger.pinned) == (1, 1)
    with pytest.raises(VersionLedgerError, match="version 1 has no parent to go back to"):
        library.order(0, pin=True)


@pytest.mark.parametrize("text", ["", "{}", '{"schema": 99}'])
def test_a_ledger_that_cannot_be_read(text: str, library: ModelLibrary, root: Path) -> None:
    library.close()
    (root / "ledger.json").write_text(text)
    for _ in range(2):  # the lock is let go
        with pytest.raises(LibraryError, match=r"ledger\.json: .*; give another library"):
            ModelLibrary(root)


def test_drafts_of_a_killed_process_are_removed(library: ModelLibrary, root: Path) -> None:
    for name in ("versions/.000002.xyz", "versions/.gone.000003", "jobs/.gone.000002"):
        (root / name).mkdir()
    library.close()
    ModelLibrary(root).close()
    assert [path.name for path in (root / "versions").iterdir()] == ["000001"]
    assert not list((root / "jobs").iterdir())


def test_killed_at_any_moment_it_is_whole_and_no_number_comes_twice(
    root: Path, tiny_bundle: Bundle
) -> None:
    dice, begun, bad = random.Random(11), list[int](), set[int]()
    for seed in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, str(BUSY), str(root), str(tiny_bundle.path), str(seed)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline().startswith("opened")
        said = [process.stdout.readline() for _ in range(dice.randrange(8))]
        time.sleep(dice.random() * 0.02)  # a moment of the next step: there is nothing to poll for
        process.kill()
        steps = [line.split() for line in [*said, *process.stdout.read().splitlines()]]
        process.wait()
        process.stdout.close()
        begun += [int(version) for step, version in steps if step == "begun"]
        bad |= {int(version) for step, version in steps if step == "bad"}
        promoted = max((int(version) for step, version in steps if step == "promoted"), default=0)
        library = ModelLibrary(root)
        assert library.check() == []
        ledger = library.ledger
        assert not bad & set(ledger.good)
        assert ledger.last >= max(begun, default=1)
        assert ledger.last >= promoted
        assert Bundle.load(library.folder(ledger.offered)).manifest.version == ledger.offered
        assert ledger.parent == ledger.good[0]
        assert (library.folder(ledger.parent) / MANIFEST).is_file()
        library.close()
    assert begun == sorted(set(begun))
    assert len(begun) > KILLS
