#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""keyproviders/wg-registrar with the real wg(8) and wireguard-go as the gateway.

A second wireguard-go is the VM: it has nothing but its own private key and the
credentials that the registrar gave.  Both live in a network namespace.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kbs"))

from harness import Tap
from wg_harness import Client, RunningRegistrar, make_stub, public_key

# No two runs meet: the sockets of wireguard-go are the machine's.
SPACE = f"wgt{os.getpid()}"
GATEWAY, VM = f"g{os.getpid()}", f"v{os.getpid()}"
HANDSHAKE_SECONDS = 60
tap = Tap()


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True,
                          timeout=60).stdout.strip()


def inside(*command):
    return run("ip", "netns", "exec", SPACE, *command)


class WireGuard:
    """An interface of wireguard-go in the namespace, with a key."""

    def __init__(self, name, port):
        self.name = name
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", SPACE, "wireguard-go", "-f", name],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not os.path.exists(f"/var/run/wireguard/{name}.sock"):
            if self.process.poll() is not None:
                raise RuntimeError("wireguard-go did not start")
            time.sleep(0.02)
        private = run("wg", "genkey")
        self.public = run("wg", "pubkey", text=private)
        run("wg", "set", name, "listen-port", str(port), "private-key", "/dev/stdin",
            text=private)
        inside("ip", "link", "set", name, "up")

    def peers(self):
        """{public key: (preshared key, allowed IPs)} as `wg show` has them."""
        lines = [line.split("\t") for line in run("wg", "show", self.name, "dump").splitlines()]
        return {line[0]: (line[1], line[3]) for line in lines[1:]}

    def stop(self):
        """Its socket goes with it."""
        self.process.terminate()
        self.process.wait(60)


def make_vm(vm, credentials):
    """Configure the second interface as postern would."""
    end = credentials["peers"][0]
    run("wg", "addconf", vm.name, "/dev/stdin", text=(
        f"[Peer]\nPublicKey = {end['public-key']}\nPresharedKey = {end['preshared-key']}\n"
        f"AllowedIPs = {', '.join(end['allowed-ips'])}\nEndpoint = 127.0.0.1:51820\n"
        f"PersistentKeepalive = 1\n"))


def has_handshake(vm):
    """Waits for the first one, in vain after a time."""
    for _ in range(HANDSHAKE_SECONDS * 5):
        moment = run("wg", "show", vm.name, "latest-handshakes").split("\t")[1]
        if moment != "0":
            return True
        time.sleep(0.2)
    return False


def check(messages, gateway, vm):
    with RunningRegistrar('lifetime = "1h"', interface=gateway.name, fake=False) as running:
        client = Client(messages, running.port)
        credentials = json.loads(client.register("vm1", vm.public).body)
        end = credentials["peers"][0]
        tap.equal(end["public-key"], gateway.public, "the gateway's public key is that of wg")
        wanted = {vm.public: (end["preshared-key"], "10.77.0.2/32,fd77::2/128")}
        tap.equal(gateway.peers(), wanted, "wg show has the peer")
        make_vm(vm, credentials)
        tap.ok(has_handshake(vm), "the VM's handshake succeeds with what it was given")
        running.edit("UPDATE peers SET renewed = 0")
        tap.equal((running.command("expire").returncode, list(running.rows())), (0, ["vm1"]),
                  "who talks does not expire")
        run("wg", "set", gateway.name, "peer", vm.public, "remove")
        running.kill()
        running.start()
        tap.equal(gateway.peers(), wanted, "the start adds it again")
        client = Client(messages, running.port)
        other = public_key()
        client.register("vm2", other)
        tap.equal(sorted(gateway.peers()), sorted([vm.public, other]), "a second one")
        tap.equal(client.release("vm1").status_code, 200, "release")
        tap.equal(list(gateway.peers()), [other], "wg show does not have the peer any more")
        gateway.stop()
        answer = client.register("vm3", public_key())
        tap.equal(answer.status_code, 503, "no interface: no credentials")
        secret = base64.b64decode(end["preshared-key"])
        tap.ok(base64.b64encode(secret).decode() not in running.log(), "no key in the log")


def main():
    if os.geteuid() or not os.path.exists("/dev/net/tun") or not shutil.which("wireguard-go"):
        tap.skip("a gateway of wireguard-go", "needs root, /dev/net/tun and wireguard-go")
        return tap.done()
    stubs = tempfile.mkdtemp(prefix="wg-stub-")
    interfaces = []
    run("ip", "netns", "add", SPACE)
    try:
        inside("ip", "link", "set", "lo", "up")
        interfaces += [WireGuard(GATEWAY, 51820)]
        interfaces += [WireGuard(VM, 51821)]
        check(make_stub(stubs), *interfaces)
    finally:
        for interface in interfaces:
            interface.stop()
        run("ip", "netns", "delete", SPACE)
        shutil.rmtree(stubs)
    return tap.done()


sys.exit(main())
