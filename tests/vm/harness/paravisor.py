# SPDX-License-Identifier: GPL-2.0-or-later
"""What Azure's paravisor does with the vTPM, between QEMU and a real swtpm.

It relays every command, and sends some of its own: when the TPM was started it
leaves the HCL report in an NV index, and when the guest has written its report
data, a new one."""

import array
import socket
import struct
import threading

NO_SESSIONS, SESSIONS = 0x8001, 0x8002
STARTUP, NV_DEFINE, NV_WRITE, NV_READ, PCR_EXTEND = 0x144, 0x12A, 0x137, 0x14E, 0x182
OWNER = 0x40000001
EMPTY_PASSWORD = bytes.fromhex("00000009 40000009 0000 00 0000")
OWNER_MAY = 0x00020002          # OWNERREAD, OWNERWRITE
SHA256 = 0x000B
CHUNK = 1024
REPORT, USER_DATA = 0x01400001, 0x01400002


def command(code, handles, parameters):
    body = b"".join(struct.pack(">I", h) for h in handles) + EMPTY_PASSWORD + parameters
    return struct.pack(">HII", SESSIONS, 10 + len(body), code) + body


def sized(data):
    return struct.pack(">H", len(data)) + data


def define(index, size):
    public = struct.pack(">IHIHH", index, SHA256, OWNER_MAY, 0, size)
    return command(NV_DEFINE, [OWNER], sized(b"") + sized(public))


def write(index, at, data):
    return command(NV_WRITE, [OWNER, index], sized(data) + struct.pack(">H", at))


def extend(pcr, digest):
    return command(PCR_EXTEND, [pcr], struct.pack(">IH", 1, SHA256) + digest)


def message(connection):
    """One command or response; its length is in its header.  b"" at the end."""
    data = b""
    size = 10
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            return b""
        data += more
        if len(data) == 10:
            size = struct.unpack(">I", data[2:6])[0]
    return data


def received(connection):
    """Bytes of the control channel, and the descriptor that came with them."""
    data, ancillary, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(4))
    for level, kind, what in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            return data, array.array("i", what)[0]
    return data, None


class Paravisor:
    """Listens at PATH in the place of the swtpm at BEHIND.  REPORT_OF(user data or
    None) is the HCL report; None means none was written yet."""

    def __init__(self, path, behind, report_of, size):
        self.path, self.behind, self.report_of, self.size = path, behind, report_of, size
        self.reads = 2          # the new report is there at this read of the old one,
        self.torn = False       # ... or rather in the middle of it
        self.deaf = False       # there will be no new report
        self.init_data = None   # what the launcher has extended PCR 8 by
        self.renewals = 0
        self.started = False
        self.pending = None     # (user data, reads that are left)

    def start(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen(1)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        guest, _ = self.listener.accept()
        tpm = socket.socket(socket.AF_UNIX)
        tpm.connect(str(self.behind))
        threading.Thread(target=self._control, args=(tpm, guest), daemon=True).start()
        self._control(guest, tpm)

    def _control(self, one, other):
        """The control channel, as it is, but for the data channel's descriptor."""
        while True:
            data, fd = received(one)
            if not data:
                other.close()
                return
            if fd is None:
                other.sendall(data)
                continue
            ours, theirs = socket.socketpair()
            socket.send_fds(other, [data], [theirs.fileno()])
            theirs.close()
            threading.Thread(target=self._data, args=(socket.socket(fileno=fd), ours),
                             daemon=True).start()

    def _data(self, guest, tpm):
        self.tpm = tpm
        while request := message(guest):
            code, = struct.unpack_from(">I", request, 6)
            self._before(code, request)
            response = self._run(request)
            guest.sendall(response)
            if not any(response[6:10]):
                self._after(code, request)

    def _run(self, request):
        self.tpm.sendall(request)
        return message(self.tpm)

    def _own(self, request):
        response = self._run(request)
        assert not any(response[6:10]), response.hex()

    def _store(self, report):
        assert len(report) == self.size
        for at in range(0, len(report), CHUNK):
            self._own(write(REPORT, at, report[at:at + CHUNK]))

    def renew(self):
        """A new report; only while the guest waits for the host."""
        self._store(self.report_of(None))

    def _before(self, code, request):
        """The guest reads: from the beginning, or on in the middle."""
        if code != NV_READ or struct.unpack_from(">I", request, 14)[0] != REPORT:
            return
        offset, = struct.unpack(">H", request[-2:])
        if not self.pending or bool(offset) != self.torn:
            return
        user_data, left = self.pending
        self.pending = (user_data, left - 1) if left > 1 else None
        if not self.pending:
            self._store(self.report_of(user_data))
            self.renewals += 1

    def _after(self, code, request):
        if code == STARTUP and not self.started:
            self.started = True
            self._own(define(REPORT, self.size))
            self._store(self.report_of(None))
            if self.init_data:
                self._own(extend(8, self.init_data))
        if code == NV_WRITE and struct.unpack_from(">I", request, 14)[0] == USER_DATA \
                and not self.deaf:
            at = 22 + struct.unpack_from(">I", request, 18)[0]
            size, = struct.unpack_from(">H", request, at)
            self.pending = request[at + 2:at + 2 + size], self.reads
