"""Findings: regions of chosen classes, followed over frames, measured, and kept on disk."""
