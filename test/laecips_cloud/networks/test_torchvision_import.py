import subprocess
import sys

import pytest

FAILING = """
import sys, types
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

class Torchvision(MetaPathFinder, Loader):
    "In the place of a torchvision whose compiled part does not load; it describes its operators."

    def find_spec(self, name, path, target=None):
        return ModuleSpec(name, self) if name == "torchvision" else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        import torch
        torch.library.register_fake("torchvision::nms", lambda *_: None)
        {more}

sys.meta_path.insert(0, Torchvision())
from laecips_cloud.networks.torchvision_import import import_torchvision
import_torchvision()
import_torchvision()
import torchvision
import torch
try:
    torch.ops.torchvision.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
except NotImplementedError:
    print("declared, not implemented")
"""


def ran(more: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: what is declared stays."""
    return subprocess.run(
        [sys.executable, "-c", FAILING.replace("{more}", more)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_operators_that_are_missing_are_declared() -> None:
    done = ran("pass")
    assert done.stdout == "declared, not implemented\n", done.stderr


@pytest.mark.slow
def test_a_torchvision_that_fails_otherwise_counts_as_missing() -> None:
    done = ran("raise RuntimeError('is broken')")
    assert "ImportError: torchvision is broken; install the build for torch 2." in done.stderr
