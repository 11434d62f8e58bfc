"""The versions of f that the cloud can run: it must use the one that the robot used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from laecips_edge.core.bundle import Bundle, BundleError
from laecips_edge.core.segmenter import Segmenter


class ModelShelf:
    """Segmenters by version; all of one bundle line, so of the same classes.

    Attributes:
        classes: names, in the order of the labels.
        classes_hash: of them, as manifests have it.
        versions: of the bundles, rising.
    """

    def __init__(
        self,
        paths: Sequence[str | Path],
        *,
        engine: str = "onnxruntime",
        providers: Sequence[str] = ("CPUExecutionProvider",),
        threads: int = 1,
    ) -> None:
        """Loads and tests the bundles.

        Args:
            paths: folders of bundles, at least one.
            engine, providers, threads: as `Segmenter` takes them.

        Raises:
            BundleError: none given, one is broken, two have the same version or other classes.
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
                    f"{path}: version {version} as {bundles[version].path} is; leave one out"
                )
            bundles[version] = bundle
        self._segmenters = {
            version: Segmenter(bundle, engine=engine, providers=providers, threads=threads)
            for version, bundle in sorted(bundles.items())
        }
        for segmenter in self._segmenters.values():
            segmenter.self_test()
        self.versions = tuple(self._segmenters)
        manifest = bundles[self.versions[0]].manifest
        self.classes, self.classes_hash = manifest.classes, manifest.classes_hash

    def find(self, version: int) -> Segmenter | None:
        """The pair of this version, or None where it is not here."""
        return self._segmenters.get(version)
