# SPDX-License-Identifier: GPL-2.0-or-later
"""The configuration file: TOML, strict (README.md lists the keys).

Unknown keys, wrong types and contradictions are errors that name the key.
"""

import ipaddress
import re
import tomllib
from typing import NamedTuple

# What postern takes of each list (agent/tunnel.h, TUNNEL_LIST_MAX).
LIST_MAX = 16
UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
HOST_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9][A-Za-z0-9.-]*)):([0-9]{1,5})")
INTERFACE = re.compile("[A-Za-z0-9_=+.-]{1,15}")


class Pool(NamedTuple):
    """Addresses to hand out; `reserved` are networks that are not."""

    ipv4: object
    ipv6: object
    reserved: list


class Gateway(NamedTuple):
    """The other end of each tunnel, as the VMs are told."""

    interface: str
    endpoint: str
    allowed_ips: list
    dns: list
    mtu: int
    keepalive: int


class Tls(NamedTuple):
    certificate: str
    key: str
    client_ca: str


class Settings(NamedTuple):
    listen: str
    database: str
    lifetime: int       # seconds; 0: for ever
    keep_active: bool
    allow_from: list
    tls: Tls            # None: plain text
    gateway: Gateway
    pool: Pool


def _typed(kind):
    def parse(value):
        if type(value) is not kind:
            raise ValueError(f"not a {kind.__name__}")
        return value
    return parse


_text, _flag = _typed(str), _typed(bool)


def _number(low, high):
    def parse(value):
        if not low <= _typed(int)(value) <= high:
            raise ValueError(f"not from {low} to {high}")
        return value
    return parse


def _list(parse):
    def parse_all(value):
        if len(_typed(list)(value)) > LIST_MAX:
            raise ValueError(f"more than {LIST_MAX} items")
        return [parse(item) for item in value]
    return parse_all


def _network(value):
    return ipaddress.ip_network(_text(value))


def _pool(kind):
    def parse(value):
        network = _network(value)
        if not isinstance(network, kind):
            raise ValueError("of the other IP version")
        return network
    return parse


def _duration(value):
    found = re.fullmatch("([0-9]{1,9})(s|min|h|d)|0", _text(value))
    if not found:
        raise ValueError("not a number with s, min, h or d")
    return int(found[1]) * UNITS[found[2]] if found[1] else 0


def split_endpoint(value):
    """(host, port) of host:port or [IPv6]:port; ValueError if it is neither."""
    found = HOST_PORT.fullmatch(_text(value))
    if not found or int(found[3]) > 65535:
        raise ValueError("not host:port or [address]:port")
    if found[1]:
        ipaddress.IPv6Address(found[1])
    return found[1] or found[2], int(found[3])


def _endpoint(value):
    if split_endpoint(value)[1] == 0:
        raise ValueError("port 0")
    return value


def _interface(value):
    if not INTERFACE.fullmatch(_text(value)):
        raise ValueError("not the name of an interface")
    return value


def _listen(value):
    ipaddress.ip_address(split_endpoint(value)[0])
    return value


# key: (parser, what it is when not given); no second: must be given.
_TOP = {
    "listen": (_listen,), "database": (_text,), "lifetime": (_duration, 30 * 86400),
    "keep-active": (_flag, True), "allow-from": (_list(_network), []),
}
_TLS = {"certificate": (_text,), "key": (_text,), "client-ca": (_text, "")}
_GATEWAY = {
    "interface": (_interface,), "endpoint": (_endpoint,),
    "allowed-ips": (_list(lambda value: str(_network(value))),),
    "dns": (_list(lambda value: str(ipaddress.ip_address(_text(value)))), []),
    "mtu": (_number(576, 65535), 1420), "keepalive": (_number(0, 65535), 0),
}
_POOL = {
    "ipv4": (_pool(ipaddress.IPv4Network), None), "ipv6": (_pool(ipaddress.IPv6Network), None),
    "reserved": (_list(_network), []),
}


def _section(table, keys, where=""):
    """The values of `keys` by Python names."""
    for key in table:
        if key not in keys:
            raise ValueError(f"{where}{key}: unknown")
    values = {}
    for key, (parse, *default) in keys.items():
        if key not in table and not default:
            raise ValueError(f"{where}{key}: missing")
        try:
            values[key.replace("-", "_")] = parse(table[key]) if key in table else default[0]
        except ValueError as err:
            raise ValueError(f"{where}{key}: {err}") from None
    return values


def _check_access(settings):
    """Who reaches the port can register keys: the KBS and nobody else."""
    if ipaddress.ip_address(split_endpoint(settings.listen)[0]).is_loopback:
        return
    if not settings.tls:
        raise ValueError("listen: not on this machine, and there is no [tls]")
    if not settings.tls.client_ca and not settings.allow_from:
        raise ValueError("listen: not on this machine; client-ca or allow-from must "
                         "say who the KBS is")


def load(path):
    """Settings of a file; OSError or ValueError, whose text names the key."""
    with open(path, "rb") as file:
        table = tomllib.load(file)
    sections = {"tls": table.pop("tls", None), "gateway": table.pop("gateway", {}),
                "pool": table.pop("pool", {})}
    for name, section in sections.items():
        if section is not None and not isinstance(section, dict):
            raise ValueError(f"{name}: not a section")
    tls = sections["tls"]
    settings = Settings(
        tls=None if tls is None else Tls(**_section(tls, _TLS, "tls.")),
        gateway=Gateway(**_section(sections["gateway"], _GATEWAY, "gateway.")),
        pool=Pool(**_section(sections["pool"], _POOL, "pool.")),
        **_section(table, _TOP))
    if settings.pool.ipv4 is None and settings.pool.ipv6 is None:
        raise ValueError("pool: neither ipv4 nor ipv6")
    _check_access(settings)
    return settings
