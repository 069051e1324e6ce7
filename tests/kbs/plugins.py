# SPDX-License-Identifier: GPL-2.0-or-later
"""Plug-ins as Trustee has them: external ones by gRPC, and nebula-ca.

    [[plugins]]
    name = "external"               # kbs-wire.md 7.5
    backends = [ { name = "wg", endpoint = "http://127.0.0.1:50051" } ]

    [[plugins]]
    name = "nebula-ca"              # kbs-wire.md 7.3
    work_dir = "..."                # not given: nebula-ca below the state directory

The file of --plugins has these tables as Trustee's kbs.toml does.
"""

import os
import sys
import tomllib
from typing import NamedTuple

import nebula_ca
from errors import plugin_internal, plugin_not_found

WIRE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "keyproviders",
                    "wg-registrar")
CONNECT_SECONDS = 30


class Call(NamedTuple):
    """What a plug-in learns of a request: not who asks."""

    method: str
    path: list
    query: dict
    body: bytes


class Backend:
    """One service that speaks kbs.plugin.v1."""

    def __init__(self, name, endpoint, ca_cert_path=None, timeout_ms=None):
        # Only who has plug-ins needs python3-grpcio.
        sys.path.append(WIRE)
        import grpc
        import plugin_wire
        self.grpc, self.wire = grpc, plugin_wire
        self.name = name
        self.timeout = timeout_ms / 1000 if timeout_ms else None
        scheme, _, address = endpoint.partition("://")
        if scheme == "https" and ca_cert_path:
            with open(ca_cert_path, "rb") as file:
                channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(file.read()))
        elif scheme == "http" and not ca_cert_path:
            channel = grpc.insecure_channel(address)
        else:
            raise ValueError(f"{name}: https:// goes with ca_cert_path, http:// without")
        try:
            grpc.channel_ready_future(channel).result(CONNECT_SECONDS)
        except grpc.FutureTimeoutError:
            raise ValueError(f"{name}: cannot connect to {endpoint}") from None
        self.channel = channel

    def call(self, method, call):
        run = self.channel.unary_unary(f"/{self.wire.SERVICE}/{method}",
                                       self.wire.PluginRequest.SerializeToString,
                                       self.wire.RESPONSES[method].FromString)
        request = self.wire.PluginRequest(method=call.method, path=call.path[1:],
                                          query=call.query, body=call.body)
        try:
            return run(request, timeout=self.timeout)
        except self.grpc.RpcError as err:
            raise plugin_internal(f"plugin '{self.name}': gRPC {err.code().name}") from None


class External:
    """Requests for external/<backend>/<rest> go to that backend."""

    def __init__(self, table, state):
        self.backends = {entry["name"]: Backend(**entry) for entry in table["backends"]}

    def _backend(self, call):
        if call.path[0] not in self.backends:
            raise plugin_not_found(f"external/{call.path[0]}")
        return self.backends[call.path[0]]

    def needs_admin(self, call):
        return self._backend(call).call("ValidateAuth", call).requires_admin_auth

    def handle(self, call):
        """(body, is it to be encrypted?)"""
        backend = self._backend(call)
        answer = backend.call("Handle", call)
        if answer.status_code and not 200 <= answer.status_code < 300:
            raise plugin_internal(f"plugin '{backend.name}': status {answer.status_code}: "
                                  + answer.body.decode(errors="replace"))
        return answer.body, backend.call("NeedsEncryption", call).requires_payload_encryption


KINDS = {"external": External, "nebula-ca": nebula_ca.NebulaCa}


def load(path, state):
    """{name: plug-in} of a file; OSError or ValueError when one cannot be had."""
    if path is None:
        return {}
    with open(path, "rb") as file:
        tables = tomllib.load(file).get("plugins", [])
    try:
        return {table["name"]: KINDS[table["name"]](table, state) for table in tables}
    except (KeyError, TypeError) as err:
        raise ValueError(f"{path}: {err}") from None
