# SPDX-License-Identifier: GPL-2.0-or-later
"""Registering, renewing, expiring and releasing: database and gateway together.

What the gateway lets in is always in the database: a peer is added there after
its row is committed, and removed there before its row is.  So the program may
die at any moment; start() adds what is missing.
"""

import base64
import ipaddress
import json
import os
import time

from checks import KEY_LEN, Refused, check_key, check_name
from gateway import Gateway
from lock import Lock
from peers import Peer, Peers
from pool import free_address


class Registrar:
    def __init__(self, settings, log):
        """OSError or sqlite3.Error when the database cannot be used."""
        self.settings = settings
        self.log = log
        self.lock = Lock(os.path.dirname(os.path.abspath(settings.database)))
        self.gateway = Gateway(settings.gateway.interface, self.lock)
        with self.lock:
            self.peers = Peers(settings.database)

    def start(self):
        """GatewayError when the interface is not there."""
        with self.lock:
            self._expire()
            self.gateway.apply(self.peers.all())

    def tidy(self):
        """Expire, and add what an interface that was made anew does not have."""
        with self.lock:
            self._expire()
            present = self.gateway.handshakes()
            self.gateway.apply([peer for peer in self.peers.all()
                                if peer.public_key not in present])

    def register(self, name, public_key):
        """The credentials of this VM as JSON; its row is on the disk.  Refused."""
        check_name(name)
        public_key = check_key(public_key)
        with self.lock:
            gateway_key = self.gateway.public_key()
            if public_key == gateway_key:
                raise Refused(400, "the public key is the gateway's own")
            self._expire()
            peer = self._known(name, public_key) or self._add(name, public_key)
            self.gateway.apply([peer])
        return self._credentials(peer, gateway_key)

    def release(self, name):
        """Forget a name; its key and addresses are free again.  Refused: no such name."""
        check_name(name)
        with self.lock:
            found = self.peers.find(name)
            if not found:
                raise Refused(404, f"there is no '{name}'")
            self._remove(found[0])
            self.log(f"released '{name}'")

    def list(self):
        with self.lock:
            return self.peers.all()

    def _known(self, name, public_key):
        """This registration, renewed; None: there is none.  Refused: it would be a second one."""
        for peer in self.peers.find(name, public_key):
            if peer.name != name:
                raise Refused(409, f"the key of '{name}' is registered under another name")
            if peer.public_key != public_key:
                raise Refused(409, f"'{name}' has another public key; "
                                   "its owner must release it first")
            self.peers.renew(name, int(time.time()))
            self.log(f"renewed '{name}'")
            return peer
        return None

    def _add(self, name, public_key):
        now = int(time.time())
        peer = Peer(name, public_key, base64.b64encode(os.urandom(KEY_LEN)).decode(),
                    self._address("ipv4"), self._address("ipv6"), now, now)
        # Whatever was looked up before, the UNIQUE columns have the last word.
        self.peers.add(peer)
        self.log(f"registered '{name}': {', '.join(peer.addresses())}")
        return peer

    def _address(self, family):
        network = getattr(self.settings.pool, family)
        if network is None:
            return None
        used = [getattr(peer, family) for peer in self.peers.all() if getattr(peer, family)]
        address = free_address(network, self.settings.pool.reserved, used)
        if address is None:
            raise Refused(503, f"the {family} pool has no free address")
        return address

    def _expire(self):
        """Remove who was not renewed in time."""
        lifetime = self.settings.lifetime
        late = self.peers.renewed_before(int(time.time()) - lifetime) if lifetime else []
        seen = self.gateway.handshakes() if late and self.settings.keep_active else {}
        for peer in late:
            moment = seen.get(peer.public_key, 0)
            if moment >= time.time() - lifetime:
                self.peers.renew(peer.name, moment)
                continue
            self._remove(peer)
            self.log(f"expired '{peer.name}'")

    def _remove(self, peer):
        self.gateway.remove(peer.public_key)
        self.peers.remove(peer.name)

    def _credentials(self, peer, gateway_key):
        """The form that postern's agent/tunnel_json.c reads."""
        pool, gateway = self.settings.pool, self.settings.gateway
        prefix = {network.version: network.prefixlen
                  for network in (pool.ipv4, pool.ipv6) if network}
        addresses = [ipaddress.ip_address(address) for address in peer.addresses()]
        end = {"public-key": gateway_key, "preshared-key": peer.preshared_key,
               "endpoint": gateway.endpoint, "allowed-ips": gateway.allowed_ips}
        if gateway.keepalive:
            end["persistent-keepalive"] = gateway.keepalive
        return json.dumps({
            "kind": "wireguard", "private-key": "generate",
            "addresses": [f"{one}/{prefix.get(one.version, one.max_prefixlen)}"
                          for one in addresses],
            "dns": gateway.dns, "mtu": gateway.mtu, "peers": [end]}).encode()
