# SPDX-License-Identifier: GPL-2.0-or-later
"""Things that several scenarios of a run share, each made by the first one that
needs it.  Scenarios are processes of their own, hence the lock."""

import fcntl
import shutil
from pathlib import Path


def once(base, name, make):
    """BASE/NAME, which MAKE(path) writes if it is not there yet."""
    path = Path(base) / name
    with open(Path(base) / (name + ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            new = Path(base) / (name + ".new")
            make(new)
            new.rename(path)
    return path


def fresh(path):
    """An empty directory."""
    path = Path(path)
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path
