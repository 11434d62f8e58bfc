"""The data set of a joint-inference job: the samples of an index of pictures."""

from __future__ import annotations

from typing import Any

from laecips_joint.picture_sample import PictureSample


class PictureIndex:
    """Turns the paths of an index into samples; Ianvs calls it once, before the first frame."""

    def __call__(self, dataset: Any) -> Any:
        """Return the data set with samples in `x` in place of paths; no picture is read yet."""
        dataset.x = [PictureSample.of_file(path, number=i) for i, path in enumerate(dataset.x)]
        return dataset
