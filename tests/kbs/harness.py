# SPDX-License-Identifier: GPL-2.0-or-later
"""For tests: TAP output, and a development KBS that runs while a test does."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
VECTORS = os.path.join(ROOT, "tests", "vectors", "ours")


def third_party(*names):
    """A file of other projects' test data; None where the folder is absent."""
    folder = os.environ.get("POSTERN_VECTORS", "../shared/vectors/third-party")
    path = os.path.join(ROOT, folder, *names)
    return path if os.path.exists(path) else None


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, good, name, found=None):
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}", flush=True)
        if not good:
            self.failed += 1
            if found is not None:
                print(f"# found: {str(found)[:300]!r}", flush=True)
        return good

    def equal(self, found, wanted, name):
        return self.ok(found == wanted, name, found)

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}", flush=True)

    def done(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


class RunningKbs:
    """tests/kbs/kbs with a state directory of its own; a context manager."""

    def __init__(self, *options):
        self.state = tempfile.mkdtemp(prefix="kbs-test-")
        self.ready = os.path.join(self.state, "ready")
        self.options = options
        self.process = self.host = self.port = None

    def __enter__(self):
        self.process = subprocess.Popen(
            [os.path.join(HERE, "kbs"), "--state", self.state, "--ready", self.ready,
             *self.options])
        for _ in range(200):
            if os.path.exists(self.ready):
                break
            if self.process.poll() is not None:
                raise RuntimeError("the KBS did not start")
            time.sleep(0.05)
        with open(self.ready, encoding="ascii") as file:
            self.host, port = file.read().split()
        self.port = int(port)
        return self

    def __exit__(self, *unused):
        self.stop()
        shutil.rmtree(self.state, ignore_errors=True)

    def stop(self):
        """SIGTERM; the exit status."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)

    def write(self, name, content):
        path = os.path.join(self.state, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def resource(self, path, secret):
        self.write(os.path.join("resources", path), secret)

    def policy(self, text):
        self.write("policy.toml", text)

    def faults(self, *lines):
        self.write("faults", "".join(line + "\n" for line in lines))

    def log(self):
        with open(os.path.join(self.state, "log.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]
