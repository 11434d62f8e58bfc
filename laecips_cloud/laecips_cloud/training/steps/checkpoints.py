"""Weights of a training that is under way, so that one that was stopped can go on."""

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
    """A folder with the weights of each stage that is done.

    It belongs to one recipe: weights of another would be mixed with it in silence.
    """

    def __init__(self, path: Path, *, recipe: Mapping[str, Any], resume: bool) -> None:
        """Opens the folder, or starts it afresh.

        Args:
            path: the folder.
            recipe: everything that the weights depend on, as JSON would have it.
            resume: keep what is there; otherwise it is deleted.

        Raises:
            ValueError: what is there was made by another recipe.
        """
        self._path = path
        file, wanted = path / _RECIPE, json.dumps(recipe, sort_keys=True, indent=1)
        if resume and file.is_file():
            if file.read_text(encoding="utf-8") != wanted:
                raise ValueError(
                    f"{path}: holds a training with other settings; "
                    "repeat those, or train without --resume"
                )
            return
        if file.is_file():
            shutil.rmtree(path)
        path.mkdir(parents=True, exist_ok=True)
        file.write_text(wanted, encoding="utf-8")

    def restore(self, stage: str, network: nn.Module) -> bool:
        """Loads a stage's weights into its network; False where the stage is not done."""
        file = self._file(stage)
        if not file.is_file():
            return False
        network.load_state_dict(load_file(file), strict=True)
        network.eval()
        return True

    def keep(self, stage: str, network: nn.Module) -> None:
        """Writes a stage's weights, all or nothing."""
        file = self._file(stage)
        draft = file.with_suffix(".part")
        save_file({name: w.contiguous() for name, w in network.state_dict().items()}, draft)
        os.replace(draft, file)

    def remove(self) -> None:
        """Deletes the folder: the training is over."""
        shutil.rmtree(self._path)

    def _file(self, stage: str) -> Path:
        return self._path / f"{stage}.safetensors"
