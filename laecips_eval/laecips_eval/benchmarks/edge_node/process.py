"""An edge node as a process of its own, for benchmarks."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.launching.transport import transport_environment

PATIENCE_S = 60.0
"""How long the first answer may take."""


@contextmanager
def edge_process(bundle: Path, *, namespace: str, **parameters: Any) -> Iterator[psutil.Process]:
    """Start an edge node without a cloud, with the transport that launch files choose; end it.

    Args:
        bundle: the bundle's folder.
        namespace: namespace of the node, so that the domain may be anybody's.
        **parameters: parameters of the node, as ROS's command line takes them.

    Raises:
        ValueError: the bundle cannot be used; the node would wait to be configured with another.
    """
    Bundle.load(bundle)
    with tempfile.TemporaryDirectory() as store:
        given = {"bundle": bundle, "model_store": store, **parameters}
        command = [sys.executable, "-m", "laecips_edge.edge_node", "--ros-args"]
        command += ["-r", f"__ns:={namespace}", "--log-level", "ERROR"]
        for name, value in given.items():
            command += ["-p", f"{name}:={value}"]
        environment = {**os.environ, **transport_environment(os.environ)}
        process = subprocess.Popen(command, env=environment)
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()
