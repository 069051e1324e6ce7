# SPDX-License-Identifier: GPL-2.0-or-later
"""A Nebula network of the owner's: the CA that the KBS's plug-in signs with, and a
lighthouse in the scenario's network namespace."""

import json
import subprocess
import time
from pathlib import Path

from .base import fresh
from .initrd import program
from .kbs import ADDRESS

PROGRAM, INTERFACE, PORT = "/usr/bin/nebula", "lighthouse", 4242
INSIDE = "10.42.0.1"
SETTINGS_PATH = "default/nebula/settings"
SETTINGS = json.dumps({"lighthouses": [{"address": INSIDE,
                                        "endpoints": [f"{ADDRESS}:{PORT}"]}]}).encode()
CONFIG = """pki:
  ca: {ca}/ca.crt
  cert: {ca}/lighthouse.crt
  key: {ca}/lighthouse.key
lighthouse:
  am_lighthouse: true
listen:
  host: 127.0.0.1
  port: {port}
tun:
  dev: {interface}
firewall:
  outbound:
    - {{ port: any, proto: any, host: any }}
  inbound:
    - {{ port: any, proto: icmp, host: any }}
"""


# a dangling link is not read; the unit has Restart=always
START = """cd /run/systemd/system/multi-user.target.wants &&
unit=postern-tunnel-neb0.service && grep -q ^Restart=always $unit &&
start=$(sed -n 's/^ExecStart=//p' $unit) && [ "$start" ] || exit
n=0
until ip addr show neb0 2> /dev/null | grep -q inet; do
	if ! kill -0 $pid 2> /dev/null; then
		[ $n -lt 5 ] || { tail -n 4 /facts/nebula.log >&2; exit 1; }
		n=$((n + 1))
		$start >> /facts/nebula.log 2>&1 &
		pid=$!
	fi
	sleep 0.1
done"""


def cert(*words):
    return subprocess.run(["nebula-cert", *map(str, words)], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


class Lighthouse:
    def __init__(self, out):
        self.out, self.work = Path(out), fresh(Path(out) / "nebula-ca")
        self.ca = fresh(self.work / "ca")
        self.plugins = f'[[plugins]]\nname = "nebula-ca"\nwork_dir = "{self.work}"\n'
        cert("ca", "-name", "network for tests", "-out-crt", self.ca / "ca.crt",
             "-out-key", self.ca / "ca.key")
        cert("sign", "-name", "lighthouse", "-ip", f"{INSIDE}/24", "-ca-crt", self.ca / "ca.crt",
             "-ca-key", self.ca / "ca.key", "-out-crt", self.ca / "lighthouse.crt",
             "-out-key", self.ca / "lighthouse.key")

    def start(self):
        config = self.work / "config.yml"
        config.write_text(CONFIG.format(ca=self.ca, port=PORT, interface=INTERFACE))
        with open(self.out / "lighthouse.log", "wb") as log:
            process = subprocess.Popen([PROGRAM, "-config", config], stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log)
        end = time.monotonic() + 30
        while not Path("/proc/sys/net/ipv4/conf", INTERFACE).exists():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the lighthouse does not start; see lighthouse.log")
            time.sleep(0.05)


def use(vm, name, address):
    """VM is NAME in the network, and starts nebula as the unit says when its real
    root is there."""
    vm.kbs.resources[SETTINGS_PATH] = SETTINGS
    vm.config["tunnel neb0"] = {
        "kind": "nebula", "settings": f"kbs:///{SETTINGS_PATH}",
        "credentials": f"kbs+nebula-ca:///credential?name={name}&ip={address}/24"}
    vm.modules += ["tun"]
    vm.real_files.update(program(PROGRAM))
    vm.real_step("nebula", START)
