# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP/1.1 and TLS around the KBS, and its log.

One thread for each connection.  The log line is written before the answer, so
that who has the answer can read why.
"""

import json
import os
import socket
import socketserver
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from errors import Dropped
from rcar import Request
from response import Response

BODY_MAX = 2 * 1024 * 1024
TLS_VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
                "1.2": ssl.TLSVersion.TLSv1_2}


class TooLarge(Exception):
    """A body above the limit."""


class Log:
    """JSON lines, one for each request."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()

    def write(self, note):
        line = json.dumps(note) + "\n"
        with self.lock, open(self.path, "a", encoding="utf-8") as file:
            file.write(line)


def new_note(peer, **more):
    now = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03}Z"
    return dict({"time": stamp, "peer": peer, "verdict": "ok", "reason": "", "faults": []}, **more)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    # Without this the head and the body travel in two segments, and Nagle's
    # algorithm holds the second one back.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format, *args):
        pass            # the log file says it better

    def version_string(self):
        return "kbs-for-tests"

    def _read_chunked(self):
        body = b""
        while True:
            size = int(self.rfile.readline(1024).split(b";")[0], 16)
            if size > BODY_MAX - len(body):
                raise TooLarge
            if size == 0:
                break
            body += self.rfile.read(size)
            self.rfile.readline(16)
        while self.rfile.readline(1024).strip():
            pass
        return body

    def _read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._read_chunked()
        size = int(self.headers.get("Content-Length", "0"))
        if size > BODY_MAX:
            # Read and drop what a guest sends before it listens, else it meets a
            # reset connection in place of the answer.
            self.rfile.read(min(size, 8 * BODY_MAX))
            raise TooLarge
        return self.rfile.read(size)

    def _response(self, note):
        try:
            body = self._read_body()
        except TooLarge:
            self.close_connection = True
            return Response(413, b"A payload reached size limit.", "text/plain")
        except ValueError:
            self.close_connection = True
            return Response(400)
        path, _, query = self.path.partition("?")
        request = Request(self.command, path, query, self.headers, body)
        return self.server.kbs.handle(request, note)

    def _answer(self):
        note = new_note(self.client_address[0], port=self.client_address[1], method=self.command, path=self.path)
        try:
            response = self._response(note)
        except Dropped as drop:
            note.update(verdict="dropped", reason=str(drop))
            self.server.log.write(note)
            self.close_connection = True
            return
        except Exception as err:
            # An error of this program or a bad line in STATE/faults: a status
            # that Trustee never sends, so that no test takes it for an answer.
            note.update(verdict="broken", status=500, reason=f"{type(err).__name__}: {err}")
            self.server.log.write(note)
            self.close_connection = True
            self.send_error(500)
            return
        note["status"] = response.status
        if note["faults"] and note["verdict"] == "ok":
            note["verdict"] = "fault"
        elif response.status >= 400 and note["verdict"] == "ok":
            note["verdict"] = "refused"
        self.server.log.write(note)
        response.send(self, response)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def _not_allowed(self):
        self.close_connection = True
        Response(405).send(self, Response(405))

    do_HEAD = do_PATCH = do_OPTIONS = _not_allowed


def tls_context(cert, key, client_ca=None, version=None):
    """TLS 1.2 or newer; with `version` exactly that one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if version:
        # OpenSSL 3 signs TLS 1.1 handshakes only at security level 0.
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = TLS_VERSIONS[version]
        context.maximum_version = TLS_VERSIONS[version]
    context.load_cert_chain(cert, key)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_ca)
    return context


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, port, kbs, tls=None):
        if ":" in address:
            self.address_family = socket.AF_INET6
        self.kbs = kbs
        self.tls = tls          # arguments of tls_context(), or None: plain HTTP
        if tls:
            tls_context(*tls)   # a wrong file ends the program now, not later
        self.log = Log(os.path.join(kbs.state, "log.jsonl"))
        super().__init__((address, port), Handler)

    def server_bind(self):
        # Not HTTPServer's, which asks the DNS for the name of this machine.
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, request, client_address):
        pass            # a guest that hangs up is an every-day matter here

    def finish_request(self, request, client_address):
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        try:
            version = self.kbs.faults.hit("old-tls")
            context = tls_context(*self.tls, version=None if version is None else version or "1.1")
            request.settimeout(10)
            secured = context.wrap_socket(request, server_side=True)
        except (OSError, ValueError, KeyError) as err:
            self.log.write(new_note(client_address[0], verdict="tls", reason=str(err)))
            return
        with secured:
            super().finish_request(secured, client_address)
            secured.settimeout(2)
            try:
                secured.unwrap()
            except (OSError, ValueError):
                pass    # the guest did not wait for our good-bye
