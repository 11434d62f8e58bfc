"""A process that takes one version after the other into a model store, to be killed while it does.

    python swapping.py FOLDER FIRST

FOLDER has `base`, `models` and `made/<version>`. Each version is fetched in small pieces, tested,
exchanged and kept, over and over; what is begun is said on stdout.
"""

import hashlib
import sys
from pathlib import Path

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.update.bundle_download import BundleDownload
from laecips_edge.core.update.model_store import ModelStore


def take(store: ModelStore, bundle: Path) -> None:
    """What a robot does with an update, without networks."""
    digest = hashlib.sha256((bundle / "manifest.json").read_bytes()).hexdigest()
    download = BundleDownload(
        store.downloads.only(digest),
        manifest_sha256=digest,
        most_bytes=1 << 20,
        find=store.find,
        check=lambda manifest: None,
    )
    while (piece := download.next(40)) is not None:
        data = (bundle / piece.file).read_bytes()
        download.add(piece, size=len(data), data=data[piece.offset : piece.offset + 40])
    Bundle.load(download.folder)
    store.begin_trial(store.admit(download.folder))
    store.keep()


def main() -> None:
    folder, first = Path(sys.argv[1]), int(sys.argv[2])
    store = ModelStore(folder / "models", robot="robot", base=Bundle.load(folder / "base"))
    store.count_start()
    store.started(next(store.candidates()))
    if store.on_trial:
        store.keep()
    made = sorted((folder / "made").iterdir(), key=lambda path: int(path.name))
    print("begins", flush=True)
    for bundle in [path for path in made if int(path.name) >= first]:
        take(store, bundle)
        print(bundle.name, flush=True)


if __name__ == "__main__":
    main()
