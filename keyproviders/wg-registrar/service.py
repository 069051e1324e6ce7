# SPDX-License-Identifier: GPL-2.0-or-later
"""The gRPC server: kbs.plugin.v1.KbsPlugin (kbs-wire.md 7.5).

    GET     peer?name=...&pubkey=...  attested VMs; the answer is encrypted
    DELETE  peer?name=...             admins of the KBS: release the name
    GET     peers                     admins of the KBS: who is registered

The KBS asks ValidateAuth first, then checks the admin or the VM's token by its
policy, and only then calls Handle.  The plug-in does not learn who asks.
"""

import json
import sqlite3
from concurrent import futures
from ipaddress import ip_address
from urllib.parse import unquote

import grpc

import plugin_wire as wire
from checks import Refused
from gateway import GatewayError
from settings import split_endpoint

WORKERS = 16
MESSAGE_MAX = 64 * 1024


def public(peer):
    """What admins may see of a peer."""
    return {"name": peer.name, "public-key": peer.public_key, "addresses": peer.addresses(),
            "registered": peer.registered, "renewed": peer.renewed}


def _arguments(request, *names):
    """The values of exactly these keys of the query."""
    if set(request.query) != set(names):
        raise Refused(400, f"the query has other keys than {', '.join(names) or 'none'}")
    return [request.query[name] for name in names]


class Service:
    def __init__(self, registrar, allow_from, log):
        self.registrar = registrar
        self.allow_from = allow_from
        self.log = log
        # "method path": what does it, and whether it takes an admin
        self.routes = {"GET peer": (self._get_peer, False),
                       "DELETE peer": (self._delete_peer, True),
                       "GET peers": (self._get_peers, True)}

    def _route(self, request):
        """What is not known takes an admin, who is then told so."""
        return self.routes.get(f"{request.method} {'/'.join(request.path)}", (None, True))

    def _get_peer(self, request):
        return self.registrar.register(*_arguments(request, "name", "pubkey"))

    def _delete_peer(self, request):
        self.registrar.release(*_arguments(request, "name"))
        return b""

    def _get_peers(self, request):
        _arguments(request)
        return json.dumps([public(peer) for peer in self.registrar.list()]).encode()

    def _check_caller(self, context):
        """peer() is ipv4:ADDRESS:PORT or ipv6:[ADDRESS]:PORT, percent-encoded."""
        host = unquote(context.peer()).partition(":")[2].rpartition(":")[0].strip("[]")
        if self.allow_from and not any(ip_address(host) in net for net in self.allow_from):
            self.log(f"refused a call from {host}")
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "not from allow-from")

    def validate_auth(self, request, context):
        self._check_caller(context)
        return wire.ValidateAuthResponse(requires_admin_auth=self._route(request)[1])

    def needs_encryption(self, request, context):
        self._check_caller(context)
        # An admin has no TEE key to encrypt to; what he gets has no secret.
        return wire.NeedsEncryptionResponse(
            requires_payload_encryption=not self._route(request)[1])

    def handle(self, request, context):
        self._check_caller(context)
        try:
            run = self._route(request)[0]
            if run is None:
                raise Refused(404, "there is GET peer, DELETE peer and GET peers")
            return wire.PluginResponse(body=run(request), status_code=200,
                                       content_type="application/json")
        except Refused as err:
            status, sentence = err.status, str(err)
        except (GatewayError, sqlite3.Error, OSError) as err:
            # What was stored stays; the same request again completes it.
            status, sentence = 503, f"{type(err).__name__}: {err}"
        self.log(f"refused: {sentence}")
        return wire.PluginResponse(body=sentence.encode(), status_code=status,
                                   content_type="text/plain")


def _read(path):
    with open(path, "rb") as file:
        return file.read()


def _credentials(tls):
    return grpc.ssl_server_credentials(
        [(_read(tls.key), _read(tls.certificate))],
        root_certificates=_read(tls.client_ca) if tls.client_ca else None,
        require_client_auth=bool(tls.client_ca))


def serve(service, settings):
    """A started server and its port; OSError when it cannot listen."""
    methods = {"ValidateAuth": service.validate_auth, "Handle": service.handle,
               "NeedsEncryption": service.needs_encryption}
    # Without so_reuseport=0 a second registrar would share the port in silence.
    server = grpc.server(futures.ThreadPoolExecutor(WORKERS), options=[
        ("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", MESSAGE_MAX)])
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(wire.SERVICE, {
        name: grpc.unary_unary_rpc_method_handler(
            run, wire.PluginRequest.FromString, wire.RESPONSES[name].SerializeToString)
        for name, run in methods.items()})])
    try:
        port = server.add_secure_port(settings.listen, _credentials(settings.tls)) \
            if settings.tls else server.add_insecure_port(settings.listen)
    except RuntimeError:
        port = 0        # grpc 1.60 and newer; older ones return 0
    if not port:
        raise OSError(f"cannot listen on {settings.listen}")
    server.start()
    return server, f"{split_endpoint(settings.listen)[0]} port {port}"
