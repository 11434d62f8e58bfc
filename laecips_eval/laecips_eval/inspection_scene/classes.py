"""Classes of the inspection scene: names, numbers and colours."""

CLASSES: tuple[str, ...] = (
    "panel",  # everything that carries parts: plates, boards, the belt
    "rail",
    "housing",
    "connector",
    "screw",
    "cable",
    "label",
    "scratch",
    "dent",
    "missing_screw",
)
PANEL, RAIL, HOUSING, CONNECTOR, SCREW, CABLE, LABEL, SCRATCH, DENT, MISSING_SCREW = range(10)

DEFECTS: tuple[int, ...] = (SCRATCH, DENT, MISSING_SCREW)

# RGB, for overlays; the picture itself shares its colours between classes on purpose.
PALETTE: tuple[tuple[int, int, int], ...] = (
    (72, 76, 84),
    (152, 160, 174),
    (66, 133, 214),
    (38, 166, 121),
    (244, 180, 32),
    (150, 90, 200),
    (236, 236, 224),
    (226, 62, 62),
    (240, 120, 30),
    (232, 60, 168),
)
