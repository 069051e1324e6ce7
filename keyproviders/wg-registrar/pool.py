# SPDX-License-Identifier: GPL-2.0-or-later
"""The lowest free address of a network.  Pure."""

import ipaddress


def _bounds(network):
    """First and last address that a host may have, as numbers."""
    first, last = int(network.network_address), int(network.broadcast_address)
    if last - first > 1:
        # IPv4: the network and its broadcast address; IPv6: the anycast
        # address of the subnet's routers (RFC 4291 2.6.1).
        first += 1
        last -= network.version == 4
    return first, last


def free_address(network, reserved, used):
    """An address that is in no `reserved` network and not in `used`; None: exhausted.

    `used` holds addresses of any version as text.
    """
    taken = {int(address) for address in map(ipaddress.ip_address, used)
             if address.version == network.version}
    skipped = [(int(net.network_address), int(net.broadcast_address)) for net in reserved
               if net.version == network.version]
    at, last = _bounds(network)
    while at <= last:
        end = max((high for low, high in skipped if low <= at <= high), default=None)
        if end is not None:
            at = end + 1        # a step, however large the network
        elif at in taken:
            at += 1
        else:
            return str(type(network.network_address)(at))
    return None
