"""Checkpoints: the weights of finished stages, so that an interrupted training can continue."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import nn

_RECIPE = "recipe.json"


class Checkpoints:
    """A folder with the weights of each finished stage of one training.

    It belongs to one recipe (the settings and data of the training), so that weights of different
    settings are never mixed.
    """

    def __init__(self, path: Path, *, recipe: Mapping[str, Any], resume: bool) -> None:
        """Open or make the folder.

        Args:
            path: the folder.
            recipe: everything that the weights depend on, as JSON's types.
            resume: keep existing weights; otherwise delete them.

        Raises:
            ValueError: the existing weights were made with another recipe.
        """
        self._path = path
        file, wanted = path / _RECIPE, json.dumps(recipe, sort_keys=True, indent=1)
        if resume and file.is_file():
            if file.read_text(encoding="utf-8") != wanted:
                raise ValueError(
                    f"{path}: holds a training with other settings or pictures; "
                    "give the same ones, or train without --resume"
                )
            return
        if file.is_file():
            shutil.rmtree(path)
        path.mkdir(parents=True, exist_ok=True)
        file.write_text(wanted, encoding="utf-8")

    def restore(self, stage: str, network: nn.Module) -> bool:
        """Load a stage's weights into its network; return False if the stage has no weights."""
        file = self._file(stage)
        if not file.is_file():
            return False
        network.load_state_dict(load_file(file), strict=True)
        network.eval()
        return True

    def keep(self, stage: str, network: nn.Module) -> None:
        """Write a stage's weights atomically."""
        file = self._file(stage)
        draft = file.with_suffix(".part")
        save_file({name: w.contiguous() for name, w in network.state_dict().items()}, draft)
        os.replace(draft, file)

    def _file(self, stage: str) -> Path:
        return self._path / f"{stage}.safetensors"
