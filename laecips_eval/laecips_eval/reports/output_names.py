"""File names in the output folder of a replay, live or without ROS (`OFFLINE_...`)."""

from typing import Final

REPORT: Final = "report.json"
FRAMES: Final = "frames.csv"
PAGE: Final = "report.html"
RESULT: Final = "result.mcap"
BUFFER: Final = "replay.sqlite"
MODELS: Final = "models"
LIBRARY: Final = "library"
FINDINGS: Final = "findings"
SPOOL: Final = "spool"
CERTIFICATES: Final = "certificates"
LOGS: Final = "logs"
PARAMETERS: Final = "parameters"

OFFLINE_BUFFER: Final = "offline.sqlite"
OFFLINE_LIBRARY: Final = "offline-library"
OFFLINE_REPORT: Final = "offline.json"
OFFLINE_FRAMES: Final = "offline.csv"
