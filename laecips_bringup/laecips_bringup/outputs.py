"""Names of what a replay leaves in its folder."""

from typing import Final

REPORT: Final = "report.json"
FRAMES: Final = "frames.csv"
RESULT: Final = "result.mcap"
BUFFER: Final = "replay.sqlite"
MODELS: Final = "models"
LOGS: Final = "logs"
PARAMETERS: Final = "parameters"

OFFLINE_REPORT: Final = "offline.json"
OFFLINE_FRAMES: Final = "offline.csv"
