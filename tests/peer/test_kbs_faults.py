#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each fault of the development KBS does what its sentence says.

A fault that silently did nothing would make a test of postern pass for nothing.
"""

import base64
import gzip
import http.client
import json
import os
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kbs"))

from jwcrypto import jwe as jose_jwe
from jwcrypto.common import JWException

import guest
from faults import FAULTS
from harness import HERE, RunningKbs, Tap

SECRET = b"marker-secret-0f1e2d3c"
PATH = "default/keys/disk1"
MIB = 1024 * 1024
tap = Tap()
tested = set()


def on(kbs, *lines):
    """Switch these faults on, and all others off."""
    kbs.faults(*lines)
    tested.update(line.split("=")[0].split("@")[0].split("*")[0] for line in lines)


def raw(kbs, path, limit=4 * MIB, seconds=5):
    """All bytes of an answer, or those of the first `seconds`."""
    with socket.create_connection((kbs.host, kbs.port), timeout=seconds) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        data, end = b"", time.monotonic() + seconds
        try:
            while len(data) < limit and time.monotonic() < end:
                piece = connection.recv(65536)
                if not piece:
                    break
                data += piece
        except TimeoutError:
            pass
        return data


def check_before(kbs):
    who = guest.Guest(kbs.host, kbs.port)
    on(kbs, "refuse-first=2,7")
    answers = [who.auth() for _ in range(3)]
    tap.equal([a.status for a in answers], [503, 503, 200], "refuse-first")
    tap.equal(answers[0].headers["Retry-After"], "7", "refuse-first: Retry-After")
    on(kbs, "drop-first=1")
    try:
        who.auth()
        tap.ok(False, "drop-first")
    except http.client.RemoteDisconnected:
        tap.equal(who.auth().status, 200, "drop-first, then an answer")
    on(kbs, "html-200")
    answer = who.request("POST", "attest", {})
    tap.ok(answer.status == 200 and answer.headers["Content-Type"] == "text/html", "html-200")
    on(kbs, "status-204")
    answer = who.request("POST", "auth", {})
    tap.equal((answer.status, answer.body, answer.headers["Content-Length"]), (204, b"", None),
              "status-204")
    on(kbs, "status=413@auth")
    tap.equal((who.auth().status, who.request("POST", "attest", {}).status), (413, 401),
              "status, on one route")
    on(kbs, "redirect=https://elsewhere.invalid:1/x")
    answer = who.auth()
    tap.equal((answer.status, answer.headers["Location"]),
              (302, "https://elsewhere.invalid:1/x"), "redirect")
    on(kbs, "version-mismatch=0.5.0")
    tap.ok("expect =0.5.0 while the request is 0.4.0" in who.auth().json()["detail"],
           "version-mismatch")


def check_http(kbs):
    path = "/kbs/v0/resource/" + PATH
    right = b'{"type":'
    on(kbs, "not-json")
    tap.ok(not raw(kbs, path).endswith(b"}"), "not-json")
    on(kbs, "gzip")
    head, _, body = raw(kbs, path).partition(b"\r\n\r\n")
    tap.ok(b"Content-Encoding: gzip" in head and gzip.decompress(body).startswith(right), "gzip")
    on(kbs, "gzip=bomb")
    tap.ok(100000 < len(raw(kbs, path, seconds=30)) < MIB, "gzip=bomb is small on the wire")
    on(kbs, "huge")
    head, _, body = raw(kbs, path).partition(b"\r\n\r\n")
    tap.ok(len(body) > MIB and f"Content-Length: {len(body)}".encode() in head and
           json.loads(body), "huge")
    on(kbs, "huge=chunked")
    answer = guest.Guest(kbs.host, kbs.port).get(PATH)
    tap.ok(answer.headers["Transfer-Encoding"] == "chunked" and len(answer.body) > MIB and
           answer.json(), "huge=chunked")
    on(kbs, "huge=header")
    tap.ok(len(raw(kbs, path)) > 2 * 1000 * 1000, "huge=header")
    on(kbs, "slow")
    tap.ok(0 < len(raw(kbs, path, seconds=3)) <= 5, "slow")
    for arg, limit in (("", 4 * MIB), ("=ext", 4 * MIB), ("=size", 100)):
        on(kbs, "chunk-bomb" + arg)
        data = raw(kbs, path, limit)
        tap.ok(b"Transfer-Encoding: chunked" in data and len(data) >= limit,
               f"chunk-bomb{arg}", data[-20:])
    on(kbs, "truncate")
    try:
        guest.Guest(kbs.host, kbs.port).get(PATH)
        tap.ok(False, "truncate")
    except http.client.IncompleteRead:
        tap.ok(True, "truncate")


def check_messages(kbs):
    who = guest.Guest(kbs.host, kbs.port)
    on(kbs, "nonce-missing")
    tap.equal(who.request("POST", "auth", {"version": "0.4.0", "tee": "sample",
                                           "extra-params": ""}).json(),
              {"extra-params": ""}, "nonce-missing")
    on(kbs, "swap-nonce")
    who.auth()
    tap.equal(who.attest().status, 401, "swap-nonce: the evidence is refused")
    tap.ok("another nonce" in kbs.log()[-1]["reason"], "swap-nonce: for its nonce")
    on(kbs, "dup-keys@auth")
    pairs = json.loads(who.auth().body, object_pairs_hook=list)
    tap.equal([key for key, _ in pairs], ["nonce", "nonce", "extra-params"], "dup-keys")
    on(kbs)
    who.auth()
    on(kbs, "wrong-nonce")
    tap.equal(who.attest().status, 401, "wrong-nonce is refused")
    tap.ok("report_data" in kbs.log()[-1]["reason"], "wrong-nonce: for its report data")
    on(kbs, "expire-session@attest")
    tap.equal(who.attest().status, 401, "expire-session at attest")
    tap.ok("expired" in kbs.log()[-1]["reason"], "expire-session: the log says so")
    on(kbs, "token-missing")
    tap.equal(who.attest().body, b"{}", "token-missing")
    on(kbs, "token-none")
    head, claims, signature = who.attest().json()["token"].split(".")
    tap.ok(b'"none"' in base64.urlsafe_b64decode(head + "===") and claims and not signature,
           "token-none")
    on(kbs, "expire-session@resource*1")
    tap.equal(who.get(PATH).variant(), "TokenNotFound", "expire-session at resource")
    tap.equal(who.get(PATH).status, 200, "only once")
    on(kbs, "deny-all")
    answer = who.get(PATH)
    tap.equal((answer.status, answer.variant()), (401, "PolicyDeny"), "deny-all")
    on(kbs, "deny-all=403")
    tap.equal(who.get(PATH).status, 403, "deny-all=403")
    on(kbs, "token-expired")
    who.handshake()
    tap.equal(who.get(PATH).variant(), "TokenVerifierError", "token-expired")


def reason_not_to_open(who, answer):
    try:
        who.open(answer.body)
        return None
    except (JWException, ValueError) as err:
        return str(err) or type(err).__name__


def check_jwe(kbs):
    """jwcrypto refuses what is broken, and opens what is only not allowed."""
    for kty in ("EC", "RSA"):
        who = guest.Guest(kbs.host, kbs.port, kty=kty)
        on(kbs)
        who.handshake()
        broken = ["jwe-alg-dir", "jwe-other-key", "jwe-short-tag", "jwe-tamper", "jwe-missing",
                  "jwe-tamper=tag", "jwe-tamper=iv", "jwe-tamper=encrypted_key", "jwe-other-curve",
                  "jwe-wrong-enc"]
        broken += ["jwe-bad-epk", "jwe-rsa1_5"] if kty == "EC" else []
        for fault in broken:
            on(kbs, fault)
            answer = who.get(PATH)
            tap.ok(answer.status == 200 and reason_not_to_open(who, answer),
                   f"{fault} to {kty} does not open", answer.body)
        whole = ["jwe-aad"] + (["jwe-rsa1_5"] if kty == "RSA" else [])
        for fault in whole:
            on(kbs, fault)
            answer = who.get(PATH)
            tap.ok(who.open(answer.body) == SECRET, f"{fault} to {kty} opens, where allowed")
    on(kbs, "jwe-wrong-enc")
    who = guest.Guest(kbs.host, kbs.port)
    who.handshake()
    box = jose_jwe.JWE(algs=["ECDH-ES+A256KW", "A128GCM"])
    box.deserialize(who.get(PATH).body.decode(), who.key)
    tap.equal(box.payload, SECRET, "jwe-wrong-enc is truly A128GCM")
    on(kbs, "jwe-short-tag=4")
    tag = who.get(PATH).json()["tag"]
    tap.equal(len(base64.urlsafe_b64decode(tag + "===")), 4, "jwe-short-tag: its length")
    on(kbs, "jwe-missing=iv")
    tap.ok("iv" not in who.get(PATH).json(), "jwe-missing: the member")


def check_switching(kbs):
    who = guest.Guest(kbs.host, kbs.port)
    kbs.faults("# a comment", "", "refuse-first=1")
    first = who.auth().status
    kbs.faults()
    who.auth()
    kbs.faults("refuse-first=1")
    tap.equal((first, who.auth().status, who.auth().status), (503, 503, 200),
              "a line put back counts anew")
    kbs.faults("no-such-fault")
    tap.equal(who.auth().status, 500, "an unknown fault breaks the KBS openly")
    kbs.faults()
    wrong = subprocess.run([os.path.join(HERE, "kbs"), "--state", kbs.state, "--fault", "nonsense"],
                           capture_output=True, check=False, timeout=20)
    tap.equal(wrong.returncode, 2, "an unknown --fault is a usage error")
    listed = subprocess.run([os.path.join(HERE, "kbs"), "--list-faults"], capture_output=True,
                            check=True, timeout=20, text=True).stdout
    tap.equal(sorted(line.split()[0] for line in listed.splitlines()), sorted(FAULTS),
              "--list-faults")


def main():
    with RunningKbs() as kbs:
        kbs.resource(PATH, SECRET)
        kbs.policy("[default]\nsample = true\n")
        for check in (check_before, check_http, check_messages, check_jwe, check_switching):
            check(kbs)
            kbs.faults()
    with RunningKbs("--fault", "refuse-first=1", "--fault", "jwe-tamper") as kbs:
        who = guest.Guest(kbs.host, kbs.port)
        kbs.resource(PATH, SECRET)
        kbs.policy("[default]\nsample = true\n")
        tap.equal(who.auth().status, 503, "--fault")
        who.handshake()
        tap.ok(reason_not_to_open(who, who.get(PATH)), "--fault twice")
    # old-evidence needs evidence of Azure, test_kbs_az.py; old-tls TLS, test_kbs_tools.py.
    tap.equal(sorted(set(FAULTS) - tested), ["old-evidence", "old-tls"],
              "every fault was looked at")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
