"""The report of a training: `report.json`, `report.html` and the worst pictures."""
