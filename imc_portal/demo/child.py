"""Become another program that ends when its parent ends: `python -m imc_portal.demo.child COMMAND…`."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with_parent(sign: signal.Signals = signal.SIGTERM) -> None:
    """Ask Linux to send this process a signal when its parent is gone, however it went."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)


if __name__ == "__main__":
    end_with_parent()
    # The parent may have gone before the request was made.
    if os.getppid() != int(os.environ["IMC_PARENT"]):
        sys.exit("the parent is gone")
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  # to become the command is what this module is for
