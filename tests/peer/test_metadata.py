#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Our client of Azure's metadata service against an HTTP server of Python's, which
does what the service does, and much that it should not."""

import base64
import contextlib
import gzip
import http.server
import json
import os
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "kbs"))

from harness import Tap

CLIENT = os.environ.get("METADATA_CLIENT") or os.path.join(
    HERE, "..", "..", os.environ.get("O", "build"), "tests", "peer", "metadata_client")
VCEK, QUOTE = "/metadata/THIM/amd/certification", "/acc/tdquote"
DER = b"\x30\x82\x04\x00" + bytes(range(256)) * 4
REPORT = b"\x81" + bytes(1023)
TD_QUOTE = bytes(range(256)) * 20
DEADLINE = 20       # seconds after which a test has failed; the client has one
tap = Tap()


def pem(der):
    return ("-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der).decode() +
            "-----END CERTIFICATE-----\n")


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, fault=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.fault, self.asked, self.stop = fault, [], threading.Event()
        self.address = f"127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, self.path, self.headers, body))
        status, value = self.right(body)
        answer = json.dumps(value).encode()
        self.close_connection = True
        if self.server.fault:
            return self.server.fault(self, answer)
        return self.answer(answer, status)

    do_POST = do_GET

    def right(self, body):
        """The service as it should be: it insists on every header."""
        if self.headers.get_all("Metadata") != ["true"]:
            return 400, {}
        if (self.command, self.path) == ("GET", VCEK):
            return 200, {"vcekCert": pem(DER), "tcbm": "DB18000000000004",
                         "certificateChain": pem(DER) * 2, "cacheControl": "86400"}
        if (self.command, self.path) == ("POST", QUOTE):
            if self.headers.get_all("Content-Type") != ["application/json"]:
                return 415, {}
            if json.loads(body) != {"report": b64url(REPORT)}:
                return 400, {}
            return 200, {"quote": b64url(TD_QUOTE)}
        return 404, {}

    def answer(self, body, status=200, **headers):
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def slowly(self, pieces, head):
        """HEAD, then a piece now and then, without end."""
        with contextlib.suppress(OSError):
            self.wfile.write(head)
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()
                if self.server.stop.wait(0.2):
                    return


@contextlib.contextmanager
def running(fault=None):
    server = Server(fault)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.stop.set()
        server.shutdown()
        server.socket.close()


def ask(address, what, **env):
    command = [CLIENT, address, what] + ([REPORT.hex()] if what == "quote" else [])
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE,
                          env={**os.environ, **env})


def forever(piece):
    while True:
        yield piece


def drip(handler, body):
    handler.slowly((body[n:n + 1] for n in range(len(body))),
                   b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))


def huge_unannounced(handler, body):
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + body + b" " * (1 << 20))


def huge_headers(handler, body):
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: %s\r\n" % (b"x" * 8000) * 20)


def raw(data):
    def fault(handler, body):
        handler.wfile.write(data)
    return fault


# name -> (what it does with the right answer, may it be tried again)
FAULTS = {
    "no answer": (lambda h, body: h.server.stop.wait(DEADLINE), True),
    "a byte now and then": (drip, True),
    "headers without end": (lambda h, body: h.slowly(forever(b"X: y\r\n"),
                                                     b"HTTP/1.1 200 OK\r\n"), True),
    "hangs up": (lambda h, body: None, True),
    "half the body": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), True),
    "503": (lambda h, body: h.answer(body, 503), True),
    "500": (lambda h, body: h.answer(body, 500), True),
    "429": (lambda h, body: h.answer(body, 429), True),
    "410": (lambda h, body: h.answer(body, 410), True),
    "404": (lambda h, body: h.answer(body, 404), False),
    "400": (lambda h, body: h.answer(body, 400), False),
    "201": (lambda h, body: h.answer(body, 201), False),
    "206": (lambda h, body: h.answer(body, 206), False),
    "204": (raw(b"HTTP/1.1 204 No Content\r\n\r\n"), False),
    "huge, as it says": (lambda h, body: h.answer(body + b" " * (64 << 10)), False),
    "huge, and does not say": (huge_unannounced, False),
    "huge headers": (huge_headers, False),
    "compressed": (lambda h, body: h.answer(gzip.compress(body), Content_Encoding="gzip"),
                   False),
    "not HTTP": (raw(b"SSH-2.0-server\r\n"), False),
    "a page": (lambda h, body: h.answer(b"<html></html>"), False),
    "nothing": (lambda h, body: h.answer(b""), False),
    "another type": (lambda h, body: h.answer(b'["vcekCert", "quote"]'), False),
    "numbers": (lambda h, body: h.answer(b'{"vcekCert": 1, "quote": 1}'), False),
    "empty strings": (lambda h, body: h.answer(b'{"vcekCert": "", "quote": ""}'), False),
    "cut off": (lambda h, body: h.answer(body[:-1]), False),
    "something behind it": (lambda h, body: h.answer(body + b"0"), False),
    "twice": (lambda h, body: h.answer(body[:-1] + b"," + body[1:]), False),
    "not UTF-8": (lambda h, body: h.answer(body.replace(b"{", b'{"\xff":1,', 1)), False),
}


def check_good():
    with running() as server:
        for what, wanted in (("vcek", DER), ("quote", TD_QUOTE)):
            found = ask(server.address, what)
            tap.equal(found.stdout.strip(), wanted.hex(), f"{what}: is what the service has")
        for method, path, headers, _ in server.asked:
            extra = set(map(str.lower, headers)) - {"host", "user-agent", "accept", "metadata",
                                                    "content-type", "content-length"}
            tap.equal((extra, headers["Host"]), (set(), server.address),
                      f"{method} {path}: headers")


def check_faults():
    for name, (fault, again) in FAULTS.items():
        for what in ("vcek", "quote"):
            with running(fault) as server:
                found = ask(server.address, what)
            good = found.returncode == (75 if again else 1) and not found.stdout and \
                found.stderr.count("NO_TEE") == 1 and found.stderr.count("\n") == 1
            tap.ok(good, f"{what}: {name}", (found.returncode, found.stderr))


def check_places():
    """Nobody else is asked: no redirect, no proxy."""
    with running() as other:
        def away(handler, body):
            handler.answer(b"", 302, Location=f"http://{other.address}{handler.path}")
        with running(away) as server:
            found = ask(server.address, "vcek")
            tap.equal((found.returncode, len(server.asked)), (1, 1), "a redirect is final")
        with running() as server:
            proxy = f"http://{other.address}"
            found = ask(server.address, "vcek", http_proxy=proxy, HTTP_PROXY=proxy,
                        all_proxy=proxy, ALL_PROXY=proxy)
            tap.equal(found.stdout.strip(), DER.hex(), "proxies of the environment are left alone")
        tap.equal(other.asked, [], "nobody else is asked")
        address = other.address
    found = ask(address, "vcek")
    tap.equal((found.returncode, "NO_TEE" in found.stderr), (75, True), "nobody there")


def main():
    check_good()
    check_faults()
    check_places()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
