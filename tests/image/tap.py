# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of one image or system: what is said of each, and how one fails."""

import sys
import traceback


def check(condition, why):
    if not condition:
        raise AssertionError(why)


class Tap:
    """The tests of one image or system.  Threads and processes may have one each and
    write to one place, so each test is one write, and has no number."""

    def __init__(self, image):
        self.image, self.failed = image, 0

    def test(self, name, function, *arguments, **more):
        why = None
        try:
            function(*arguments, **more)
        except AssertionError as err:
            why = str(err) or traceback.format_exc()
        except Exception:               # a broken check is a failed one
            why = traceback.format_exc()
        self.failed += bool(why)
        lines = [f"{'not ok' if why else 'ok'} - {self.image}: {name}",
                 *(f"#   {line[:400]}" for line in (why or "").splitlines()), ""]
        sys.stdout.write("\n".join(lines))
        sys.stdout.flush()
