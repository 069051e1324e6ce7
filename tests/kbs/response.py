# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTP answer, and how it goes out; a fault may replace the sending."""

import json


class Response:
    def __init__(self, status, body=b"", ctype=None, headers=()):
        self.status = status
        self.body = body
        self.ctype = ctype
        self.headers = list(headers)
        # send(handler, response) instead of the plain way
        self.send = send_plain


def json_response(value, headers=()):
    return Response(200, json.dumps(value, separators=(",", ":")).encode(),
                    "application/json", headers)


def error_response(err):
    # Trustee sets no Content-Type on errors, so a client must not ask for one.
    return Response(err.status, json.dumps(err.body(), separators=(",", ":")).encode())


def send_head(handler, response, framing):
    """Status line and headers; `framing` is the header that delimits the body."""
    handler.send_response(response.status)
    if response.ctype:
        handler.send_header("Content-Type", response.ctype)
    for name, value in response.headers:
        handler.send_header(name, value)
    if framing:
        handler.send_header(*framing)
    handler.end_headers()


def send_plain(handler, response):
    # 204 has neither body nor length (RFC 9110 8.6).
    framing = None if response.status == 204 else ("Content-Length", str(len(response.body)))
    send_head(handler, response, framing)
    if handler.command != "HEAD":
        handler.wfile.write(response.body)
