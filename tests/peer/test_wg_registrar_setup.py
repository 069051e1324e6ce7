#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""keyproviders/wg-registrar: its configuration file, TLS, and the pools it hands out."""

import ipaddress
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "kbs"))

import grpc

from harness import Tap
from wg_harness import POOL, Client, RunningRegistrar, make_stub, public_key

tap = Tap()


def client_of(running):
    return Client(MESSAGES, running.port)


def certificates(directory):
    subprocess.run([os.path.join(HERE, "..", "kbs", "pki"), directory], check=True,
                   capture_output=True, timeout=60)
    files = {}
    for name in os.listdir(directory):
        with open(os.path.join(directory, name), "rb") as file:
            files[name] = file.read()
    return files


def fails(run):
    """The gRPC status code of a call that must fail; None: it did not."""
    try:
        run()
        return None
    except grpc.RpcError as err:
        return err.code()


def check_tls():
    directory = tempfile.mkdtemp(prefix="wg-pki-")
    files = certificates(directory)
    ca, key, cert = files["ca.pem"], files["client.key"], files["client.pem"]
    tls = f'[tls]\ncertificate = "{directory}/server.pem"\nkey = "{directory}/server.key"\n'
    with RunningRegistrar(tls) as running:
        good = Client(MESSAGES, running.port, grpc.ssl_channel_credentials(ca))
        tap.equal(good.register("vm1", public_key()).status_code, 200, "TLS")
        tap.equal(fails(lambda: client_of(running).register("vm2", public_key())),
                  grpc.StatusCode.UNAVAILABLE, "no plain text then")
    with RunningRegistrar(tls + f'client-ca = "{directory}/ca.pem"\n') as running:
        nobody = Client(MESSAGES, running.port, grpc.ssl_channel_credentials(ca))
        tap.equal(fails(lambda: nobody.register("vm1", public_key())),
                  grpc.StatusCode.UNAVAILABLE, "client-ca: nobody without a certificate")
        good = Client(MESSAGES, running.port, grpc.ssl_channel_credentials(ca, key, cert))
        tap.equal(good.register("vm1", public_key()).status_code, 200, "client-ca: with one")
    with RunningRegistrar('allow-from = ["192.0.2.0/24"]') as running:
        for method in ("ValidateAuth", "Handle", "NeedsEncryption"):
            tap.equal(fails(lambda: client_of(running).call(method, "GET", "peer")),
                      grpc.StatusCode.PERMISSION_DENIED, f"allow-from: {method} from elsewhere")
        tap.equal(running.rows(), {}, "allow-from: nothing was stored")
    with RunningRegistrar('allow-from = ["192.0.2.0/24", "127.0.0.1/32"]') as running:
        tap.equal(client_of(running).register("vm1", public_key()).status_code, 200,
                  "allow-from: from there")
    shutil.rmtree(directory)


def check_pools():
    """All of a pool is handed out, and then nothing."""
    for pool, given in (('ipv4 = "10.9.9.0/30"', [["10.9.9.1/30"], ["10.9.9.2/30"]]),
                        ('ipv4 = "10.9.9.8/31"', [["10.9.9.8/31"], ["10.9.9.9/31"]]),
                        ('ipv4 = "10.9.9.9/32"', [["10.9.9.9/32"]]),
                        ('ipv6 = "fd00::/126"', [[f"fd00::{n}/126"] for n in (1, 2, 3)]),
                        ('ipv6 = "fd00::/64"\nreserved = ["fd00::/65", "10.0.0.0/8"]',
                         [["fd00::8000:0:0:0/64"]])):
        with RunningRegistrar(pool=pool) as running:
            client = client_of(running)
            answers = [client.register(f"vm{n}", public_key()) for n in range(len(given))]
            tap.equal([json.loads(answer.body)["addresses"] for answer in answers], given,
                      f"pool {pool!r}")
            if ipaddress.ip_network(given[0][0], strict=False).num_addresses < 5:
                tap.equal(client.register("more", public_key()).status_code, 503,
                          f"pool {pool!r} is exhausted")


def check_configuration():
    with RunningRegistrar() as running:
        tap.equal(running.command("serve", "x").returncode, 2, "a name without release")
        for top, pool, key in (
                ("colour = 1", POOL, "colour: unknown"), ("lifetime = 5", POOL, "lifetime"),
                ('lifetime = "5y"', POOL, "lifetime"), ("keep-active = 1", POOL, "keep-active"),
                ('allow-from = ["10.0.0.1/8"]', POOL, "allow-from"), ("", "", "neither"),
                ("", 'ipv4 = "fd00::/64"', "pool.ipv4"), ("", POOL + "\nipv5 = 1", "pool.ipv5"),
                ("", POOL + "\n[gateway.x]", "gateway.x"), ("[tls]", POOL, "tls.certificate")):
            running.configure(top, pool)
            done = running.command("list")
            tap.ok(done.returncode == 2 and key in done.stderr, f"configuration: {key}", done)
        for listen, good in (("0.0.0.0:1", False), ("[::]:1", False), ("kbs:1", False),
                             ("127.0.0.1", False), ("127.0.0.1:65536", False), ("[::1]:1", True)):
            running.configure()
            change(running, "127.0.0.1:0", listen)
            tap.equal(running.command("list").returncode, 0 if good else 2, f"listen = {listen}")
        tls = '[tls]\ncertificate = "c"\nkey = "k"\n'
        for top, good in ((tls, False), (tls + 'client-ca = "ca"', True),
                          ('allow-from = ["192.0.2.1"]\n' + tls, True),
                          ('allow-from = ["192.0.2.1"]\n', False)):
            running.configure(top)
            change(running, "127.0.0.1:0", "0.0.0.0:1")
            tap.equal(running.command("list").returncode, 0 if good else 2,
                      f"listen to all with {top!r}")
        running.configure()
        change(running, "gateway.example.org:51820", "gateway.example.org:0")
        tap.equal(running.command("list").returncode, 2, "endpoint with port 0")
        running.configure()
        change(running, "127.0.0.1:0", f"127.0.0.1:{running.port}")
        done = running.command("serve")
        tap.ok(done.returncode == 1 and "cannot listen" in done.stderr,
               "a second one on the same port", done)
        os.chmod(os.path.join(running.state, "peers.sqlite"), 0o640)
        done = running.command("list")
        tap.ok(done.returncode == 1 and "others than its owner" in done.stderr,
               "a database that others may read", done)


def change(running, old, new):
    path = os.path.join(running.state, "config.toml")
    with open(path, encoding="ascii") as file:
        text = file.read()
    with open(path, "w", encoding="ascii") as file:
        file.write(text.replace(f'"{old}"', f'"{new}"'))


STUBS = tempfile.mkdtemp(prefix="wg-stub-")
try:
    MESSAGES = make_stub(STUBS)
    check_tls()
    check_pools()
    check_configuration()
finally:
    shutil.rmtree(STUBS)
sys.exit(tap.done())
