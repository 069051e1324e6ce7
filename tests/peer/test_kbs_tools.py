#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""TLS of the development KBS, its test PKI, and the volume descriptor tool.

The descriptor's MAC is computed here once more with dd-like slices and the
openssl command, so that a slip in tests/kbs/descriptor is not believed.
"""

import base64
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import warnings

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kbs"))

import guest
from harness import HERE, RunningKbs, Tap

KEY = b"correct horse battery staple"
tap = Tap()


def output(*command, stdin=None):
    return subprocess.run(command, input=stdin, capture_output=True, check=True, timeout=60).stdout


def why_not(kbs, ca, **options):
    """The error of a request to /healthz; None when it is answered."""
    try:
        guest.Guest(kbs.host, kbs.port, ca=ca, **options).request("GET", "/healthz")
        return None
    except OSError as err:
        return str(err)


def check_identities(pki):
    """Which certificate a careful client accepts, with which trust anchor."""
    def file(name):
        return os.path.join(pki, name)

    for name, anchor, wanted in (("server", "ca", None), ("self", "self", None),
                                 ("other", "other-ca", None), ("other", "ca", "verify failed"),
                                 ("self", "ca", "verify failed"),
                                 ("expired", "ca", "expired"),
                                 ("wrongname", "ca", "not valid for")):
        with RunningKbs("--cert", file(name + ".pem"), "--key", file(name + ".key")) as kbs:
            found = why_not(kbs, file(anchor + ".pem"))
            good = found is None if wanted is None else found is not None and wanted in found
            tap.ok(good, f"{name} under {anchor}: {wanted or 'accepted'}", found)
    with RunningKbs("--cert", file("server.pem"), "--key", file("server.key"),
                    "--client-ca", file("ca.pem")) as kbs:
        tap.ok(why_not(kbs, file("ca.pem")), "no client certificate: refused")
        own = file("client.pem"), file("client.key")
        tap.equal(why_not(kbs, file("ca.pem"), client=own), None, "client certificate")


def check_tls_versions(pki):
    ca = os.path.join(pki, "ca.pem")
    with RunningKbs("--cert", os.path.join(pki, "server.pem"),
                    "--key", os.path.join(pki, "server.key")) as kbs:
        who = guest.Guest(kbs.host, kbs.port, ca=ca)
        kbs.resource("a/b/c", KEY)
        kbs.policy("[default]\nsample = true\n")
        who.handshake()
        tap.equal(who.open(who.get("a/b/c").body), KEY, "the whole handshake over TLS")
        kbs.faults("old-tls")
        tap.ok(why_not(kbs, ca), "old-tls: a client of today refuses")
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.load_verify_locations(ca)
        who.tls = old
        tap.equal(who.request("GET", "/healthz").status, 200, "old-tls: TLS 1.1 is spoken")
        kbs.faults()
        tap.ok(why_not_old(who), "without it TLS 1.1 is refused")


def why_not_old(who):
    try:
        who.request("GET", "/healthz")
        return None
    except OSError as err:
        return str(err)


def check_pin(pki, printed):
    pem = os.path.join(pki, "server.pem")
    spki = output("openssl", "x509", "-in", pem, "-noout", "-pubkey")
    der = output("openssl", "pkey", "-pubin", "-outform", "der", stdin=spki)
    digest = output("openssl", "dgst", "-sha256", "-binary", stdin=der)
    tap.equal(printed, "sha256//" + base64.b64encode(digest).decode(), "the pin printed")
    text = output("openssl", "x509", "-in", pem, "-noout", "-text").decode()
    tap.ok("IP Address:192.0.2.7" in text and "DNS:kbs.example" in text, "names as asked for")
    text = output("openssl", "x509", "-in", os.path.join(pki, "self.pem"), "-noout",
                  "-text").decode()
    tap.ok("CA:FALSE" in text, "self-signed is no CA")


def openssl_mac(image, key, generation):
    """The header MAC by the openssl command: see tests/kbs/descriptor."""
    with open(image, "rb") as file:
        data = file.read()
    size = int.from_bytes(data[8:16], "big")
    text = json.loads(data[4096:size].rstrip(b"\0"))
    (slot,) = text["keyslots"].values()
    start = int(slot["area"]["offset"])
    canonical = b"postern header v1\n" + generation.to_bytes(8, "big") + \
        len(data).to_bytes(8, "big") + \
        data[:448] + bytes(64) + data[512:size] + \
        data[size:size + 448] + bytes(64) + data[size + 512:2 * size] + \
        data[start:start + int(slot["area"]["size"])]
    uuid = output("cryptsetup", "luksUUID", image).decode().strip()
    mac_key = output("openssl", "kdf", "-keylen", "32", "-kdfopt", "digest:SHA256",
                     "-kdfopt", "hexkey:" + key.hex(), "-kdfopt", "salt:" + uuid,
                     "-kdfopt", "info:postern header v1", "-binary", "HKDF")
    mac = output("openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:" + mac_key.hex(),
                 stdin=canonical).decode()
    return mac.split()[-1], uuid


def describe(image, key_file, *more):
    return json.loads(output(os.path.join(HERE, "descriptor"), image, "--key-file", key_file,
                             *more))


def check_descriptor(directory):
    if shutil.which("cryptsetup") is None:
        tap.skip("descriptor", "no cryptsetup")
        return
    image, key_file = os.path.join(directory, "image"), os.path.join(directory, "key")
    with open(image, "wb") as file:
        file.truncate(32 * 1024 * 1024)
    with open(key_file, "wb") as file:
        file.write(KEY)
    output("cryptsetup", "luksFormat", "-q", "--type", "luks2", "--pbkdf", "pbkdf2",
           "--pbkdf-force-iterations", "1000", "--sector-size", "512", "--key-file", key_file,
           image)
    found = describe(image, key_file, "--generation", "7")
    mac, uuid = openssl_mac(image, KEY, 7)
    tap.equal(found, {"postern": 1, "key": base64.b64encode(KEY).decode(), "uuid": uuid,
                      "generation": 7, "header-mac": mac, "device-size": 32 << 20,
                      "profile": {"cipher": "aes-xts-plain64", "key-bits": 512,
                                  "sector-size": 512, "integrity": "none"},
                      "provision": False}, "descriptor")
    with open(image, "r+b") as file:
        for offset, name, counts in ((448, "first checksum", False), (16384 + 500, "second "
                                     "checksum", False), (40, "label", True), (4096 + 12000,
                                     "end of the JSON area", True), (16384 + 110, "second salt",
                                     True), (32768 + 5, "keyslot", True), (30 * 1024 * 1024,
                                     "data", False)):
            file.seek(offset)
            old = file.read(1)
            file.seek(offset)
            file.write(bytes([old[0] ^ 1]))
            file.flush()
            other = describe(image, key_file, "--generation", "7")["header-mac"]
            tap.equal(other != mac, counts, f"MAC: {name} {'counts' if counts else 'does not'}")
            file.seek(offset)
            file.write(old)
            file.flush()
        file.truncate(33 * 1024 * 1024)
    tap.ok(describe(image, key_file, "--generation", "7")["header-mac"] != mac, "MAC: size counts")
    wrong = subprocess.run([os.path.join(HERE, "descriptor"), key_file, "--key-file", key_file],
                           capture_output=True, check=False, timeout=20)
    tap.equal(wrong.returncode, 1, "descriptor of something else")


def main():
    with tempfile.TemporaryDirectory(prefix="kbs-tools-") as directory:
        pki = os.path.join(directory, "pki")
        printed = output(os.path.join(HERE, "pki"), pki, "--ip", "127.0.0.1", "--ip", "192.0.2.7",
                         "--dns", "kbs.example").decode().strip()
        check_pin(pki, printed)
        check_identities(pki)
        check_tls_versions(pki)
        check_descriptor(directory)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
