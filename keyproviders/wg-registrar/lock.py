# SPDX-License-Identifier: GPL-2.0-or-later
"""One at a time over the database and the gateway: of threads, processes and orphans."""

import fcntl
import os


class Lock:
    """A context manager.  `descriptor` is what a child must inherit, so that a
    wg(8) that outlives a killed registrar keeps the others waiting."""

    def __init__(self, directory):
        # Not the database: closing any descriptor of it drops SQLite's locks.
        self.directory = directory
        self.descriptor = None

    def __enter__(self):
        descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except BaseException:
            os.close(descriptor)
            raise
        self.descriptor = descriptor

    def __exit__(self, *unused):
        # Set to None first: the next owner may run as soon as it is closed.
        descriptor, self.descriptor = self.descriptor, None
        os.close(descriptor)
