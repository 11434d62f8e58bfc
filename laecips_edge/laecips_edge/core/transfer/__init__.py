"""Transfers of files over a slow link: piece by piece, paced, resumed, checked."""
