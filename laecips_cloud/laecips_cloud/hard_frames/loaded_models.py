"""The versions of f that the cloud can run: for a frame it must run the version of its robot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from laecips_edge.core.bundle.bundle import MANIFEST, Bundle, BundleError
from laecips_edge.core.inference.load_pair import Assemble
from laecips_edge.core.inference.segmenter import Segmenter

from laecips_cloud.library.model_library import version_folder

FROM_LIBRARY = 4
"""Most versions of the trainer's library in memory; robots run the newest or the one before."""


class LoadedModels:
    """Segmenters by version; all have the same classes.

    Attributes:
        classes: names of the classes, in the order of the labels.
        classes_hash: hash of the names, as in manifests.
        device: the provider that runs them, by the engine's own name.
    """

    def __init__(
        self,
        paths: Sequence[str | Path],
        *,
        library: Path | None = None,
        assemble: Assemble = Segmenter,
    ) -> None:
        """Load and test the bundles.

        Args:
            paths: folders of bundles, at least one.
            library: folder of a trainer's library; `find` loads its versions when needed.
            assemble: makes a segmenter of a bundle, on an engine.

        Raises:
            BundleError: none is given, one is broken, two have the same version, or their classes
                differ.
            EngineError: see `create_engine`.
        """
        if not paths:
            raise BundleError("bundles: none given; give the folder of at least one bundle")
        bundles: dict[int, Bundle] = {}
        classes: tuple[str, ...] | None = None
        for path in paths:
            bundle = Bundle.load(path, classes=classes)
            version, classes = bundle.manifest.version, bundle.manifest.classes
            if version in bundles:
                raise BundleError(
                    f"{path}: has version {version}, as {bundles[version].path} has; leave one out"
                )
            bundles[version] = bundle
        self._library = library
        self._assemble = assemble
        self._segmenters = {v: self._assembled(bundle) for v, bundle in sorted(bundles.items())}
        self._trained: dict[int, Segmenter] = {}
        manifest = bundles[self.versions[0]].manifest
        self.classes, self.classes_hash = manifest.classes, manifest.classes_hash
        self.device = next(iter(self._segmenters.values())).device

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions of the loaded bundles, ascending."""
        return tuple(sorted({**self._segmenters, **self._trained}))

    def find(self, version: int) -> Segmenter | None:
        """Return the segmenter of a version, or None if neither bundles nor library have it.

        Raises:
            BundleError: the library has it, but it is broken or has other classes.
            EngineError: see `create_engine`.
        """
        known = self._segmenters.get(version) or self._trained.get(version)
        if known is not None or self._library is None:
            return known
        folder = version_folder(self._library, version)
        if not (folder / MANIFEST).is_file():
            return None
        found = self._assembled(Bundle.load(folder, classes=self.classes))
        newest = sorted(self._trained)[1 - FROM_LIBRARY :]
        self._trained = {v: self._trained[v] for v in newest} | {version: found}
        return found

    def _assembled(self, bundle: Bundle) -> Segmenter:
        segmenter = self._assemble(bundle)
        segmenter.self_test()
        return segmenter
