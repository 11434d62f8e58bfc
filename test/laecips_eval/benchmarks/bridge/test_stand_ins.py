"""What is wrong is said at once; what is right, test_site.py shows with real processes."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def test_a_robot_without_certificates_says_so() -> None:
    plan = '{"via": "grpc", "address": "127.0.0.1:1", "certificates": "/nowhere"}'
    done = subprocess.run(
        [sys.executable, "-m", "laecips_eval.benchmarks.bridge.stand_ins", "robot", plan],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "/nowhere/ca.crt: No such file" in done.stderr
    assert done.stdout == ""
