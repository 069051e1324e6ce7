# SPDX-License-Identifier: GPL-2.0-or-later
"""The registered VMs, in SQLite.

One row is one registration; its UNIQUE columns are what keeps a name to one
key and an address to one VM.  Commits are on the disk when they return (WAL,
synchronous=FULL).  The file has preshared keys: 0600.
"""

import contextlib
import os
import sqlite3
from typing import NamedTuple

VERSION = 1
SCHEMA = """
CREATE TABLE peers (
    name TEXT NOT NULL PRIMARY KEY,
    public_key TEXT NOT NULL UNIQUE,
    preshared_key TEXT NOT NULL,
    ipv4 TEXT UNIQUE,
    ipv6 TEXT UNIQUE,
    registered INTEGER NOT NULL,
    renewed INTEGER NOT NULL,
    CHECK (ipv4 IS NOT NULL OR ipv6 IS NOT NULL)
) STRICT
"""


class Peer(NamedTuple):
    """A row; times are seconds since 1970."""

    name: str
    public_key: str
    preshared_key: str
    ipv4: str
    ipv6: str
    registered: int
    renewed: int

    def addresses(self):
        return [address for address in (self.ipv4, self.ipv6) if address]


def _open(path):
    """The connection; a new file is made for its owner alone."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    mode = os.fstat(descriptor).st_mode
    os.close(descriptor)
    if mode & 0o077:
        raise OSError(f"{path}: others than its owner may use it")
    # autocommit: BEGIN is ours.  Threads take turns by the caller's lock.
    return sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)


class Peers:
    """Every method is called with the lock held."""

    def __init__(self, path):
        """OSError or sqlite3.Error when the file cannot be used."""
        self.connection = _open(path)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        with self._transaction():
            version = self.connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self.connection.execute(SCHEMA)
                self.connection.execute(f"PRAGMA user_version = {VERSION}")
            elif version != VERSION:
                raise OSError(f"the database is of version {version}, not {VERSION}")

    @contextlib.contextmanager
    def _transaction(self):
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def _select(self, where, *values):
        return [Peer(*row) for row in self.connection.execute(
            f"SELECT {', '.join(Peer._fields)} FROM peers WHERE {where} ORDER BY name", values)]

    def all(self):
        return self._select("TRUE")

    def find(self, name, public_key=None):
        """The peers of this name or this key: two at most."""
        return self._select("name = ? OR public_key = ?", name, public_key)

    def renewed_before(self, moment):
        return self._select("renewed < ?", moment)

    def add(self, peer):
        """sqlite3.IntegrityError when a UNIQUE column has a value of it already."""
        with self._transaction():
            self.connection.execute(
                f"INSERT INTO peers ({', '.join(Peer._fields)}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                peer)

    def renew(self, name, moment):
        with self._transaction():
            self.connection.execute("UPDATE peers SET renewed = ? WHERE name = ?", (moment, name))

    def remove(self, name):
        with self._transaction():
            self.connection.execute("DELETE FROM peers WHERE name = ?", (name,))
