# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest in Python: the client's side of the handshake, to test the KBS with.

Imports nothing of the KBS, and does its cryptography with python3-jwcrypto,
so that an error of the KBS is not repeated here.
"""

import base64
import hashlib
import http.client
import json
import ssl

from jwcrypto import jwe, jwk

PREFIX = "/kbs/v0/"
ALGORITHMS = {"EC": "ECDH-ES+A256KW", "RSA": "RSA-OAEP-256"}
OPENED = ["ECDH-ES+A256KW", "RSA-OAEP-256", "RSA1_5", "A256GCM"]
PARTIAL_CHAIN = 0x80000     # X509_V_FLAG_PARTIAL_CHAIN, unnamed in Python 3.11


def canonical(value):
    """JCS of objects of strings: what json can do without help."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)

    def variant(self):
        """The error variant, e.g. PolicyDeny."""
        return self.json()["type"].rsplit("/", 1)[1]


class Guest:
    def __init__(self, host, port, ca=None, client=None, crv="P-256", kty="EC", alg=None,
                 timeout=20):
        self.host, self.port, self.timeout = host, port, timeout
        self.tls = None
        if ca:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self.tls.verify_flags |= PARTIAL_CHAIN
            self.tls.load_verify_locations(ca)
            if client:
                self.tls.load_cert_chain(*client)
        size = {"crv": crv} if kty == "EC" else {"size": 2048}
        self.key = jwk.JWK.generate(kty=kty, **size)
        self.jwk = json.loads(self.key.export_public())
        self.jwk.pop("kid", None)
        self.jwk["alg"] = alg or ALGORITHMS[kty]
        self.nonce = self.cookie = self.token = None

    def request(self, method, path, body=None, headers=None):
        """One request on a connection of its own; `path` is below /kbs/v0/."""
        if self.tls:
            connection = http.client.HTTPSConnection(self.host, self.port, timeout=self.timeout,
                                                     context=self.tls)
        else:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        fields = {"Cookie": f"kbs-session-id={self.cookie}"} if self.cookie else {}
        if body is not None:
            fields["Content-Type"] = "application/json"
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        fields.update(headers or {})
        try:
            connection.request(method, path if path.startswith("/") else PREFIX + path, body,
                               fields)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def auth(self, tee="sample", version="0.4.0"):
        answer = self.request("POST", "auth", {"version": version, "tee": tee, "extra-params": {}})
        if answer.status == 200:
            self.nonce = answer.json()["nonce"]
            cookie = answer.headers["Set-Cookie"].split(";")[0]
            self.cookie = cookie.partition("=")[2]
        return answer

    def digest(self, additional=""):
        """What primary evidence must carry."""
        return hashlib.sha384(canonical({"nonce": self.nonce, "tee-pubkey": self.jwk,
                                         "additional-evidence": additional})).digest()

    def device_digest(self):
        return hashlib.sha384(canonical({"nonce": self.nonce, "tee-pubkey": self.jwk})).digest()

    def sample(self, additional=""):
        return {"svn": "1", "report_data": base64.b64encode(self.digest(additional)).decode()}

    def attestation(self, evidence, additional="", init_data=None):
        message = {"runtime-data": {"nonce": self.nonce, "tee-pubkey": self.jwk},
                   "tee-evidence": {"primary_evidence": evidence,
                                    "additional_evidence": additional}}
        if init_data is not None:
            message["init-data"] = {"format": "toml", "body": init_data}
        return message

    def attest(self, evidence=None, additional="", init_data=None):
        message = self.attestation(evidence or self.sample(additional), additional, init_data)
        answer = self.request("POST", "attest", message)
        if answer.status == 200 and b"token" in answer.body[:10]:
            self.token = answer.json()["token"]
        return answer

    def get(self, path, headers=None):
        return self.request("GET", "resource/" + path, headers=headers)

    def open(self, body):
        """Decrypt a resource answer."""
        box = jwe.JWE(algs=OPENED)
        box.deserialize(body.decode(), self.key)
        return box.payload

    def handshake(self):
        """auth and attest with sample evidence, for tests of what follows."""
        self.auth()
        return self.attest()
