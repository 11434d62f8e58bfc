"""The inspection scene as a data set: labelled frames of many panels, by index."""

from collections import OrderedDict
from collections.abc import Sequence

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.labelled_frames import LabelledFrame

from laecips_eval.inspection_scene.classes import CLASSES, PALETTE
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.panel.sections import HEIGHT
from laecips_eval.inspection_scene.panel.strip import Strip, draw_strip
from laecips_eval.inspection_scene.parts.makes import Make
from laecips_eval.inspection_scene.view.camera import REACH, Camera
from laecips_eval.inspection_scene.view.drift import DAY_ZERO, Drift
from laecips_eval.inspection_scene.view.sensor import Lamp, expose

SPLITS: dict[str, tuple[int, int]] = {
    "train": (1, 1200),
    "held_out": (2, 240),
    "teacher": (4, 2400),
}
"""Name -> (what keeps its random numbers apart from all others, usual number of frames).

`teacher` is what a stand-in for a foundation model has seen: each panel under a drift of its own,
half of its parts of a make that no bag shows (`makes.Make.FOREIGN`), none of the make that arrives
in bags (`Make.NEW`).
"""

_FOREIGN_SHARE = 0.5

_FRAMES_A_SCENE = 8
_SCENE_WIDTH = 1480
_KEPT_STRIPS = 24


class InspectionFrames:
    """Frames of seeded panels; the same on every machine, drawn when asked for.

    Frames of a scene stand side by side: going through them in order draws each panel once; in
    random order a panel is drawn again (a quarter of a second) once it left the last 24.

    Args:
        split: a key of `SPLITS`; splits never share a panel, whatever their seeds.
        count: number of frames; None for the split's usual number.
        seed: another seed, other panels.
        drift: how far from day zero; None for the split's own: day zero, and of `teacher` one
            that each panel draws.
        defect_rate: 1 for the usual rarity of defects.

    Raises:
        DatasetError: unknown split or impossible count.

    Example:
        >>> frames = InspectionFrames("held_out", count=8)
        >>> frames[0].image.shape
        (360, 480, 3)
    """

    classes: Sequence[str] = CLASSES
    palette: Sequence[tuple[int, int, int]] = PALETTE

    def __init__(
        self,
        split: str = "train",
        *,
        count: int | None = None,
        seed: int = 0,
        drift: Drift | None = None,
        defect_rate: float = 1.0,
    ) -> None:
        if split not in SPLITS:
            raise DatasetError(f"inspection has no split '{split}': it has {', '.join(SPLITS)}")
        stream, usual = SPLITS[split]
        self._count = usual if count is None else count
        if self._count < 1:
            raise DatasetError(f"inspection: count is {count}, it must be 1 or more")
        self.split = split
        self._drift = drift
        self._make = Make.FOREIGN if split == "teacher" else Make.NEW
        self._stream = RandomStream(stream, seed)
        self._defect_rate = defect_rate
        self._strips: OrderedDict[int, Strip] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of frames."""
        return self._count

    def __getitem__(self, index: int, /) -> LabelledFrame:
        """Return the frame at `index`; raises IndexError past the end."""
        if not 0 <= index < self._count:
            raise IndexError(
                f"inspection {self.split} has {self._count} frames, there is no frame {index}"
            )
        scene, place = divmod(index, _FRAMES_A_SCENE)
        strip = self._strip(scene)
        drift = self.drift_of(scene)
        camera = Camera(self._stream.child(scene, 1), moved=drift.camera)
        stream = self._stream.child(scene, 2, place)
        room = (strip.width - 2 * REACH) / _FRAMES_A_SCENE
        x = REACH + (place + stream.uniform()) * room
        y = HEIGHT / 2 + stream.uniform(-24, 24)
        view = camera.look(strip, x, y, dust=drift.dust > 0)
        image = expose(view, drift, Lamp.drawn(stream), stream)
        return LabelledFrame(f"{self.split}-{scene:04d}-{place}", image, view.label)

    def drift_of(self, scene: int) -> Drift:
        """Return what has changed since day zero on the panel of this number."""
        if self._drift is not None:
            return self._drift
        if self.split == "teacher":
            return Drift.drawn(self._stream.child(scene, 3), variants=_FOREIGN_SHARE)
        return DAY_ZERO

    def _strip(self, scene: int) -> Strip:
        if scene in self._strips:
            self._strips.move_to_end(scene)
            return self._strips[scene]
        strip = draw_strip(
            *self._stream.keys,
            scene,
            width=_SCENE_WIDTH,
            variants=self.drift_of(scene).variants,
            make=self._make,
            defect_rate=self._defect_rate,
        )
        self._strips[scene] = strip
        if len(self._strips) > _KEPT_STRIPS:
            self._strips.popitem(last=False)
        return strip
