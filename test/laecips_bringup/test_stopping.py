"""SIGTERM as Ctrl-C."""

import os
import signal

import pytest
from laecips_bringup.stopping import sigterm_interrupts


def test_sigterm_interrupts_and_the_former_handler_comes_back() -> None:
    former = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), sigterm_interrupts():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is former
