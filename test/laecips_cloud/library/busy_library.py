"""Works in a library until it is killed, and says each step that is done: begun, promoted, ..."""

import os
import random
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from laecips_cloud.library.model_library import ModelLibrary
from laecips_cloud.library.version_ledger import VersionLedger
from laecips_edge.core.atomic_files import write_whole
from laecips_edge.core.bundle.bundle import MANIFEST, Bundle


def say(step: str, version: int) -> None:
    """A line in one write: a kill leaves all of it or nothing, unbuffered streams too."""
    os.write(sys.stdout.fileno(), f"{step} {version}\n".encode())


def main(root: Path, given: Path, seed: int) -> None:
    """Trainings without end; the bundles are copies of the given one."""
    dice = random.Random(seed)
    library, bundle = ModelLibrary(root), Bundle.load(given)
    library.take_in(bundle)
    library.check()
    say("opened", library.ledger.last)

    def write_job(ledger: VersionLedger, version: int) -> None:
        library.job_folder(version).mkdir(parents=True, exist_ok=True)
        write_whole(library.job_folder(version) / "job.json", b"{}")

    while True:
        version = library.ledger.in_training
        if not version:
            version = library.begin(write_job, trained_to=0, now_ns=1)
            say("begun", version)
        draft = library.folder(version).with_name(f".{version}.draft")
        shutil.rmtree(library.folder(version), ignore_errors=True)
        shutil.copytree(bundle.path, draft)
        manifest = replace(bundle.manifest, version=version, parent=library.ledger.parent)
        (draft / MANIFEST).write_text(manifest.to_json())
        draft.rename(library.folder(version))
        if dice.random() < 0.3:
            library.record(lambda it, v=version: it.refuse(v, reason="worse"))
        else:
            library.record(lambda it, v=version: it.promote(v, reason="better", train_s=1))
            say("promoted", version)
            if dice.random() < 0.3:
                library.record(lambda it, v=version: it.roll_back(v, reason="slow"))
                say("bad", version)
        library.tidy(2)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
