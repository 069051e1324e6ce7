# SPDX-License-Identifier: GPL-2.0-or-later
"""What a machine had on its wire: each frame has a kind, and the contents of the TCP
connections are put together again, since a record of TLS is longer than a frame."""

import struct
from collections import Counter, defaultdict
from pathlib import Path

from .gateway import PORT as WIREGUARD
from .kbs import PORT as KBS

RECORD = struct.Struct("<IIII")
ARP, IPV4, IPV6 = 0x0806, 0x0800, 0x86DD
TCP, UDP, ICMPV6 = 6, 17, 58
DNS, DHCP = 53, {67, 68}
# initiation, response, cookie reply; transport data is longer than its header
LENGTHS = {1: 148, 2: 92, 3: 64}
TRANSPORT, TRANSPORT_MIN = 4, 32
# packets are padded to 16 bytes, but not beyond the MTU of both ends
LONGEST = TRANSPORT_MIN + 1380
# how a machine finds its network, and names in it
QUIET = {"arp", "neighbours", "dns", "dhcp"}


def options(path):
    """QEMU's, so that PATH gets the frames of its network device."""
    return ["-object", f"filter-dump,id=dump,netdev=net,file={path}"]


def start(vm):
    """From now on, the frames of VM's network device."""
    vm.capture = Path(vm.out) / "wire.pcap"
    vm.qemu += options(vm.capture)


def frames(path):
    raw, at = Path(path).read_bytes(), 24
    while at < len(raw):
        length = RECORD.unpack_from(raw, at)[2]
        at += RECORD.size
        yield raw[at:at + length]
        at += length


def is_wireguard(data):
    kind = int.from_bytes(data[:4], "little")
    return len(data) == LENGTHS.get(kind) or \
        kind == TRANSPORT and len(data) >= TRANSPORT_MIN and \
        (len(data) % 16 == 0 or len(data) == LONGEST)


def of_udp(ports, data):
    if WIREGUARD in ports and is_wireguard(data):
        return "wireguard"
    return "dns" if DNS in ports else "dhcp" if DHCP & ports else f"UDP {sorted(ports)}"


def is_tls(stream):
    """Nothing but records, but for the last that the end may have cut."""
    at = 0
    while at + 5 <= len(stream):
        kind, version, length = struct.unpack_from(">BHH", stream, at)
        if not 20 <= kind <= 23 or version >> 8 != 3 or length > (1 << 14) + 256:
            return False
        at += 5 + length
    return at > 0


class Wire:
    def __init__(self, path):
        self.kinds = Counter()
        self.segments = defaultdict(dict)   # (addresses, port, port) -> sequence -> data
        for frame in frames(path):
            self._frame(frame)
        for flow, found in self.segments.items():
            tls = KBS in flow[1:] and is_tls(self._stream(found))
            self.kinds["tls" if tls else f"TCP {flow}"] += 1

    @staticmethod
    def _stream(segments):
        data, start = b"", min(segments)
        for sequence, piece in sorted(segments.items()):
            data += piece[max(0, start + len(data) - sequence):]
        return data

    def _frame(self, frame):
        kind = struct.unpack_from(">H", frame, 12)[0]
        packet = frame[14:]
        if kind == IPV4:
            end = struct.unpack_from(">H", packet, 2)[0]
            head = 4 * (packet[0] & 15)
            self._packet(packet[9], packet[12:20], packet[head:end])
        elif kind == IPV6:
            end = 40 + struct.unpack_from(">H", packet, 4)[0]
            protocol, at = packet[6], 40
            if protocol == 0:           # hop by hop: listeners tell their groups
                protocol, at = packet[at], at + 8 * (packet[at + 1] + 1)
            self._packet(protocol, packet[8:40], packet[at:end])
        else:
            self.kinds["arp" if kind == ARP else f"EtherType {kind:#x}"] += 1

    def _packet(self, protocol, addresses, data):
        if protocol == ICMPV6 and data[0] >= 130:
            self.kinds["neighbours"] += 1   # routers, neighbours and groups; no echo
        elif protocol == UDP:
            self.kinds[of_udp(set(struct.unpack_from(">HH", data)), data[8:])] += 1
        elif protocol == TCP:
            source, target, sequence = struct.unpack_from(">HHI", data)
            content = data[4 * (data[12] >> 4):]
            if content:
                self.segments[addresses, source, target][sequence] = content
        else:
            self.kinds[f"protocol {protocol}"] += 1
