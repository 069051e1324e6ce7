# SPDX-License-Identifier: GPL-2.0-or-later
"""Wrong answers at the level of HTTP: made before, or changed after, the right one."""

import base64
import gzip
import json
import os
import time

from errors import Dropped, auth_failed
from response import Response, send_head

MIB = 1024 * 1024


# before(arg): an answer instead of the right one

def refuse(arg):
    retry_after = (arg.split(",") + ["1"])[1]
    return Response(503, b"busy\n", "text/plain", [("Retry-After", retry_after)])


def drop(arg):
    raise Dropped("fault")


def html(arg):
    return Response(200, b"<html><body>Welcome to the hotel network</body></html>", "text/html")


def status(arg):
    return Response(int(arg or 500))


def no_content(arg):
    return Response(204)


def redirect(arg):
    return Response(302, b"", None, [("Location", arg or "http://127.0.0.1:1/kbs/v0/elsewhere")])


def version_mismatch(arg):
    raise auth_failed("KBS Client Protocol Version Mismatch: "
                      f"expect ={arg or '0.5.0'} while the request is 0.4.0", "fault")


# after(response, arg): change the right answer

def not_json(response, arg):
    response.body = b"{\"this is\": not JSON"


def zipped(response, arg):
    plain = bytes(256 * MIB) if arg == "bomb" else response.body
    response.body = gzip.compress(plain)
    response.headers.append(("Content-Encoding", "gzip"))


def huge(response, arg):
    if arg == "header":
        # Many lines, each of a size that a server may send.
        response.headers += [("X-Filler", "x" * 8000)] * 256
        return
    # White space after JSON is JSON: only a limit of size can refuse this.
    response.body += b" " * (MIB + 4096)
    if arg == "chunked":
        response.send = _send_chunked


def _send_chunked(handler, response):
    send_head(handler, response, ("Transfer-Encoding", "chunked"))
    for start in range(0, len(response.body), 16384):
        piece = response.body[start:start + 16384]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def slow(response, arg):
    response.send = lambda handler, this: _send_slowly(handler, this, float(arg or 1))


class _Trickle:
    """A file that writes one byte at a time."""

    def __init__(self, file, pause):
        self.file = file
        self.pause = pause

    def write(self, data):
        for value in bytes(data):
            self.file.write(bytes([value]))
            self.file.flush()
            time.sleep(self.pause)

    def flush(self):
        self.file.flush()


def _send_slowly(handler, response, pause):
    plain = handler.wfile
    handler.wfile = _Trickle(plain, pause)
    try:
        send_head(handler, response, ("Content-Length", str(len(response.body))))
        handler.wfile.write(response.body)
    finally:
        handler.wfile = plain


def chunk_bomb(response, arg):
    bombs = {"": b"1\r\n \r\n", "ext": b"1;" + b"x" * 60000 + b"\r\n \r\n"}
    response.send = lambda handler, this: _send_bomb(handler, this, bombs.get(arg or ""))


def _send_bomb(handler, response, chunk):
    handler.close_connection = True
    send_head(handler, response, ("Transfer-Encoding", "chunked"))
    if chunk is None:
        handler.wfile.write(b"fffffffffffffff0\r\n" + response.body)
        return
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(response.body), response.body))
    batch = chunk * max(1, 65536 // len(chunk))
    # Bounded, so that a test with a broken guest ends as well.
    for _ in range(256 * MIB // len(batch)):
        handler.wfile.write(batch)


def truncate(response, arg):
    response.send = _send_truncated


def _send_truncated(handler, response):
    handler.close_connection = True
    send_head(handler, response, ("Content-Length", str(len(response.body))))
    handler.wfile.write(response.body[:len(response.body) // 2])


def dup_keys(response, arg):
    """{"k":v,...} becomes {"k":"AAAA","k":v,...}."""
    if not response.body.startswith(b"{\""):
        return
    value = json.loads(response.body)
    key = json.dumps(next(iter(value))).encode()
    response.body = b"{" + key + b":\"AAAA\"," + response.body[1:]


def without_member(name):
    def change(response, arg):
        if response.status != 200:
            return
        value = json.loads(response.body)
        value.pop(name, None)
        response.body = json.dumps(value, separators=(",", ":")).encode()
    return change


def swap_nonce(response, arg):
    if response.status == 200:
        value = json.loads(response.body)
        value["nonce"] = base64.b64encode(os.urandom(32)).decode()
        response.body = json.dumps(value, separators=(",", ":")).encode()
