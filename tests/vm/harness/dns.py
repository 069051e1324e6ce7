# SPDX-License-Identifier: GPL-2.0-or-later
"""A name server that knows one name."""

import socket
import struct
import threading

A, IN = 1, 1
RESPONSE, NXDOMAIN = 0x8180, 3


class NameServer:
    def __init__(self, name, address):
        self.name, self.address = name, address
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def start(self):
        self.socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, peer = self.socket.recvfrom(512)
            self.socket.sendto(self._answer(query), peer)

    def _answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode("latin-1"))
            at += 1 + query[at]
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        name = ".".join(labels).lower()
        self.asked.append(name)
        question = query[12:at + 5]
        known = name == self.name
        found = known and kind == A
        head = struct.pack(">2sHHHHH", query[:2], RESPONSE | (0 if known else NXDOMAIN),
                           1, int(found), 0, 0)
        # the name of the answer is a pointer to that of the question
        answer = struct.pack(">HHHIH4s", 0xC00C, A, IN, 60, 4,
                             socket.inet_aton(self.address)) if found else b""
        return head + question + answer
