# SPDX-License-Identifier: GPL-2.0-or-later
"""The gateway's WireGuard interface, through wg(8): the kernel's or wireguard-go's.

Peers that the registrar did not add are left alone.
"""

import subprocess

SECONDS = 30


class GatewayError(Exception):
    """wg(8) failed; the text has no keys."""


class Gateway:
    """Every method is called with the lock held."""

    def __init__(self, interface, lock):
        self.interface = interface
        self.lock = lock

    def _wg(self, command, *arguments, stdin=""):
        try:
            done = subprocess.run(["wg", command, self.interface, *arguments], input=stdin,
                                  capture_output=True, text=True, timeout=SECONDS, check=False,
                                  pass_fds=[self.lock.descriptor])
        except (OSError, subprocess.TimeoutExpired) as err:
            raise GatewayError(f"wg {command}: {type(err).__name__}") from None
        if done.returncode:
            # wg quotes a line that it does not understand; that may be a key.
            why = "" if stdin else ": " + done.stderr.strip()
            raise GatewayError(f"wg {command} {self.interface} failed{why}")
        return done.stdout

    def public_key(self):
        key = self._wg("show", "public-key").strip()
        if key == "(none)":
            raise GatewayError(f"{self.interface} has no private key")
        return key

    def handshakes(self):
        """{public key: time of the last handshake, 0 for none} of all peers."""
        lines = self._wg("show", "latest-handshakes").splitlines()
        return {key: int(moment) for key, moment in (line.split("\t") for line in lines)}

    def apply(self, peers):
        """Add these, or give those that are there exactly these settings."""
        if not peers:
            return
        # Not `wg set`, which takes the preshared key of one peer only.
        self._wg("addconf", "/dev/stdin", stdin="".join(
            f"[Peer]\nPublicKey = {peer.public_key}\nPresharedKey = {peer.preshared_key}\n"
            f"AllowedIPs = {', '.join(peer.addresses())}\n" for peer in peers))

    def remove(self, public_key):
        """It is no error if there is no such peer."""
        self._wg("set", "peer", public_key, "remove")
