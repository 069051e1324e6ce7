# SPDX-License-Identifier: GPL-2.0-or-later
"""The ways in which this KBS can be told to misbehave.

Spelled NAME[=ARG][@ROUTE][*N]: only on ROUTE (auth, attest, resource), only the
first N times.  Given by --fault, or as lines of STATE/faults, which is read
anew for each request; a line taken out and put back starts to count again.
"""

import os
import re
import threading
from typing import Callable, NamedTuple

import faults_http as http
import faults_jwe as jwe
from ear import b64url

SPELLING = re.compile(r"([a-z0-9_-]+)(?:=([^@*\s]*))?(?:@(auth|attest|resource))?(?:\*([0-9]+))?")
ALL = ("auth", "attest", "resource")
AUTH, ATTEST, RESOURCE = ALL
COUNTED = ("refuse-first", "drop-first")


class Fault(NamedTuple):
    kind: str           # before, after: run() on answers; jwe: run() makes it; flag: asked for
    routes: tuple
    does: str
    run: Callable = None


FAULTS = {
    "refuse-first": Fault("before", ALL, "503 with Retry-After for the first N requests "
                          "(N[,SECONDS])", http.refuse),
    "drop-first": Fault("before", ALL, "close the connection without an answer, N times",
                        http.drop),
    "html-200": Fault("before", ALL, "200 with a web page, as a captive portal", http.html),
    "status": Fault("before", ALL, "an empty answer with status ARG (500)", http.status),
    "status-204": Fault("before", ALL, "204 No Content", http.no_content),
    "redirect": Fault("before", ALL, "302 to ARG, or to a closed port", http.redirect),
    "version-mismatch": Fault("before", (AUTH,), "401: another protocol version is expected "
                              "(ARG, 0.5.0)", http.version_mismatch),
    "not-json": Fault("after", ALL, "the body is cut off JSON", http.not_json),
    "gzip": Fault("after", ALL, "Content-Encoding: gzip, unasked; =bomb: 256 MiB of zeros",
                  http.zipped),
    "huge": Fault("after", ALL, "the right answer, padded above 1 MiB; =chunked without a "
                  "Content-Length; =header: 2 MiB of headers", http.huge),
    "slow": Fault("after", ALL, "one byte per second (or per ARG seconds)", http.slow),
    "chunk-bomb": Fault("after", ALL, "one-byte chunks without end; =ext: with 60 kB of "
                        "extension each; =size: one chunk of nearly 2^64 bytes", http.chunk_bomb),
    "truncate": Fault("after", ALL, "half the body, then the connection closes", http.truncate),
    "dup-keys": Fault("after", ALL, "the first key of the answer comes twice", http.dup_keys),
    "nonce-missing": Fault("after", (AUTH,), "a challenge without nonce",
                           http.without_member("nonce")),
    "swap-nonce": Fault("after", (AUTH,), "the challenge has another nonce than the session, as "
                        "a relay would do it", http.swap_nonce),
    "token-missing": Fault("after", (ATTEST,), "200 to attest, but no token",
                           http.without_member("token")),
    "old-evidence": Fault("flag", (ATTEST,), "Azure's evidence of version 2 is refused, as by "
                          "Trustee up to v0.20"),
    "token-none": Fault("flag", (ATTEST,), "the token is unsigned, alg none"),
    "token-expired": Fault("flag", (ATTEST,), "the token is too old when it is made"),
    "wrong-nonce": Fault("flag", (ATTEST,), "evidence is compared with another nonce, as if it "
                         "were replayed: it must be refused"),
    "expire-session": Fault("flag", (ATTEST, RESOURCE), "the session has expired"),
    "deny-all": Fault("flag", (RESOURCE,), "PolicyDeny for every resource (ARG: status, 401)"),
    "old-tls": Fault("flag", (), "TLS 1.1 at most (ARG: 1.0, 1.1, 1.2)"),
    "jwe-alg-dir": Fault("jwe", (RESOURCE,), "alg dir, under a key of zeros", jwe.alg_dir),
    "jwe-rsa1_5": Fault("jwe", (RESOURCE,), "alg RSA1_5", jwe.rsa1_5),
    "jwe-wrong-enc": Fault("jwe", (RESOURCE,), "enc A128GCM, and truly so", jwe.wrong_enc),
    "jwe-bad-epk": Fault("jwe", (RESOURCE,), "the epk is not on its curve", jwe.bad_epk),
    "jwe-other-curve": Fault("jwe", (RESOURCE,), "an epk of another curve", jwe.other_curve),
    "jwe-other-key": Fault("jwe", (RESOURCE,), "encrypted to another key", jwe.other_key),
    "jwe-short-tag": Fault("jwe", (RESOURCE,), "tag cut to 12 (ARG) bytes", jwe.short_tag),
    "jwe-tamper": Fault("jwe", (RESOURCE,), "a bit flipped in ciphertext (ARG: any member)",
                        jwe.tamper),
    "jwe-aad": Fault("jwe", (RESOURCE,), "an aad member, rightly used", jwe.with_aad),
    "jwe-missing": Fault("jwe", (RESOURCE,), "without the member tag (ARG)", jwe.missing),
}


class Active:
    """One fault switched on."""

    def __init__(self, line):
        found = SPELLING.fullmatch(line)
        if not found or found[1] not in FAULTS:
            raise ValueError(f"no such fault: '{line}'")
        self.name, self.arg, self.route = found[1], found[2] or "", found[3]
        self.left = int(found[4]) if found[4] else None
        if self.name in COUNTED and self.left is None:
            self.left = int(self.arg.split(",")[0] or 1)

    def hit(self, route):
        """Does it apply to this request?  Counts when it does."""
        routes = FAULTS[self.name].routes
        if routes and (route not in routes or self.route not in (None, route)):
            return False
        if self.left is not None:
            if self.left == 0:
                return False
            self.left -= 1
        return True


class Faults:
    """All faults switched on, from the command line and from a file."""

    def __init__(self, fixed, path):
        self.fixed = [Active(line) for line in fixed]
        self.path = path
        self.read = {}
        self.lock = threading.Lock()

    def _active(self):
        lines = []
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as file:
                lines = [line.strip() for line in file]
        lines = [line for line in lines if line and not line.startswith("#")]
        self.read = {line: self.read.get(line) or Active(line) for line in lines}
        return self.fixed + list(self.read.values())

    def hit(self, name, route=None):
        """The argument of fault `name` when it is on for `route`, else None."""
        with self.lock:
            for active in self._active():
                if active.name == name and active.hit(route):
                    return active.arg
        return None

    def hit_kind(self, kind, route):
        """(name, argument, function) of each fault of this kind that applies."""
        with self.lock:
            return [(a.name, a.arg, FAULTS[a.name].run) for a in self._active()
                    if FAULTS[a.name].kind == kind and a.hit(route)]


def unsigned(token):
    """The same token with alg none and no signature."""
    return b64url(b'{"typ":"JWT","alg":"none"}') + "." + token.split(".")[1] + "."
