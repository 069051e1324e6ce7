# SPDX-License-Identifier: GPL-2.0-or-later
"""A confidential VM on Azure, as far as its guest can see: the HCL report in the
vTPM, the AK, the metadata service.  The hardware's reports are those of
tests/tee-sim."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from .base import once
from .paravisor import Paravisor
from .tee import fixture_sign, make_fixtures

import hcl              # noqa: E402, of tests/tee-sim as the line above

KINDS = {"az-snp-vtpm": (hcl.SNP, "snp-v3"), "az-tdx-vtpm": (hcl.TDX, "tdx-v4")}
ADDRESS = "169.254.169.254"
# QEMU shows the host's loopback at "host".
NETWORK = ["-netdev", f"user,id=metadata,net=169.254.169.0/24,host={ADDRESS}",
           "-device", "virtio-net-pci,netdev=metadata,romfile="]
NET_UP = "net_up; ip link set eth1 up; ip addr add 169.254.169.15/24 dev eth1"
AK_HANDLE = "0x81000003"
# As much as swtpm takes in one index.
REPORT_LEN = 2048
NEVER = 60          # seconds, longer than anybody waits for the metadata service


class Azure:
    """What a scenario may change before the machine is made."""

    def __init__(self, name, context):
        self.name, self.context = name, context
        self.kind, self.fixture = KINDS[name]
        self.user_data = True           # the paravisor is a new one
        self.edit = bytes               # bytes -> bytes, of each HCL report
        self.other_ak = None            # the report is about this public key
        self.paravisor = {}             # fields of Paravisor
        self.metadata = True            # is there a metadata service
        # (path, status, type, body) -> (status, type, body or None: no answer)
        self.answer = None
        self.asked = []                 # (method, path, headers, body)

    @property
    def fixtures(self):
        return once(self.context.base, "tee-fixtures", make_fixtures) / self.fixture

    def hardware(self, data):
        if self.kind == hcl.TDX:
            return hcl.tdreport(data)
        return fixture_sign.evidence(self.fixtures, data)

    def report(self, user_data):
        """With USER_DATA, or zeros where the guest has written none yet."""
        user_data = (user_data or bytes(64)) if self.user_data else None
        report = hcl.report(self.kind, self.hardware, self.other_ak or self.ak, user_data)
        return self.edit(report.ljust(REPORT_LEN, b"\0"))

    def roots(self):
        return {f"{self.name}/{folder}-{file.name}": file.read_bytes()
                for folder in ("roots", "store") if (self.fixtures / folder).is_dir()
                for file in (self.fixtures / folder).iterdir() if file.name != "vcek.der"}

    def start(self, run, swtpm):
        """Between QEMU and SWTPM: the path that QEMU is to connect to."""
        self.ak = serialization.load_pem_public_key((swtpm.state / "ak.pem").read_bytes())
        self.vtpm = Paravisor(run / "vtpm", swtpm.socket, self.report, REPORT_LEN)
        for name, value in self.paravisor.items():
            setattr(self.vtpm, name, value)
        self.vtpm.start()
        if self.metadata:
            self.serve()
        return self.vtpm.path

    def edits(self, edit):
        """From now on each HCL report is EDIT(it as it should be)."""
        self.edit = edit
        self.vtpm.renew()

    # the metadata service

    @staticmethod
    def pem(fixtures):
        der = (fixtures / "store/vcek.der").read_bytes()
        cert = x509.load_der_x509_certificate(der)
        return cert.public_bytes(serialization.Encoding.PEM).decode()

    def stranger(self):
        """The certificate of another chip, as PEM."""
        return self.pem(self.fixtures.parent / "snp-v5")

    def vcek(self):
        return {"vcekCert": self.pem(self.fixtures), "tcbm": "DB18000000000004",
                "cacheControl": "86400", "certificateChain": ""}

    def quote(self, body):
        report = base64.urlsafe_b64decode(json.loads(body)["report"] + "==")
        assert len(report) == 1024
        return {"quote": hcl.b64url(hcl.td_quote(self.fixtures, report))}

    def respond(self, method, path, headers, body):
        """(status, type, body) of the service as it should be."""
        if headers.get("Metadata") != "true":
            return 400, "text/plain", b"Metadata"
        if (method, path) == ("GET", "/metadata/THIM/amd/certification"):
            found = self.vcek()
        elif (method, path) == ("POST", "/acc/tdquote"):
            if headers.get("Content-Type") != "application/json":
                return 415, "text/plain", b"Content-Type"
            found = self.quote(body)
        else:
            return 404, "text/plain", b""
        return 200, "application/json; charset=utf-8", json.dumps(found).encode()

    def serve(self):
        server = ThreadingHTTPServer(("127.0.0.1", 80), Handler)
        server.daemon_threads, server.azure = True, self
        threading.Thread(target=server.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        azure = self.server.azure
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        azure.asked.append((self.command, self.path, dict(self.headers), body))
        status, kind, answer = azure.respond(self.command, self.path, self.headers, body)
        if azure.answer:
            status, kind, answer = azure.answer(self.path, status, kind, answer)
        if answer is None:
            time.sleep(NEVER)
            return
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET
