# SPDX-License-Identifier: GPL-2.0-or-later
"""The KBS: sessions, and what each request means (kbs-wire.md 1).

Knows nothing of sockets: a request comes in, a Response goes out, and `note`
collects what the log says of it.
"""

import base64
import functools
import os
import re
import secrets
import threading
import time
from email.utils import formatdate
from typing import NamedTuple
from urllib.parse import parse_qsl

import admin
import ear
import faults
import jwe
import messages
import plugins
import policy
import verify_se
from errors import (EvidenceError, KbsError, MessageError, admin_only, attest_failed,
                    auth_failed, jwe_failed, plugin_internal, plugin_not_found, policy_deny,
                    token_not_found, token_verifier)
from evidence import verify_all
from response import Response, error_response, json_response

VERSION = "0.4.0"
PREFIX = "/kbs/v0/"
COOKIE = "kbs-session-id"
SEGMENT = re.compile(r"[A-Za-z0-9_-]+[A-Za-z0-9_.-]*")
PCR = re.compile("pcr[0-9]{2}")
ADMIN = ("resource-policy", "attestation-policy", "reference-value")


class Request(NamedTuple):
    method: str
    path: str
    query: str
    headers: object     # email.message.Message, as http.server makes it
    body: bytes


class Session:
    def __init__(self, tee, seconds):
        self.id = secrets.token_hex(16)
        self.tee = tee
        self.nonce = base64.b64encode(os.urandom(32)).decode()
        self.extra, self.hash = "", None    # what the guest is told to hash with
        self.expires = time.time() + seconds
        self.token = None

    def cookie(self):
        expires = formatdate(self.expires, usegmt=True)
        return ("Set-Cookie", f"{COOKIE}={self.id}; Expires={expires}")


def route_of(request):
    """auth, attest or resource (any plugin); None outside the KBS's paths."""
    if not request.path.startswith(PREFIX):
        return None
    first = request.path[len(PREFIX):].split("/")[0]
    return first if first in ("auth", "attest") and request.method == "POST" else "resource"


def session_cookie(headers):
    for header in headers.get_all("Cookie", []):
        for pair in header.split(";"):
            name, _, value = pair.strip().partition("=")
            if name == COOKIE:
                return value
    return None


def pcrs_of(claims):
    return {name: value for name, value in claims.items() if PCR.fullmatch(name)}


class Kbs:
    def __init__(self, state, fixed_faults=(), session_seconds=300, token_seconds=300,
                 roots=None, plugin_file=None):
        self.state = state
        self.plugins = plugins.load(plugin_file, state)
        self.roots = roots or os.path.join(state, "roots")
        self.session_seconds = session_seconds
        self.token_seconds = token_seconds
        os.makedirs(os.path.join(state, "resources"), exist_ok=True)
        self.key = ear.load_key(os.path.join(state, "token.key"))
        self.faults = faults.Faults(fixed_faults, os.path.join(state, "faults"))
        self.sessions = {}
        self.lock = threading.Lock()

    def handle(self, request, note):
        """The answer to one request, with the faults that are on."""
        route = route_of(request)
        if route is None:
            return self._outside(request)
        before = self.faults.hit_kind("before", route)
        try:
            if before:
                name, arg, run = before[0]
                note["faults"].append(name)
                response = run(arg)
            else:
                response = self._dispatch(route, request, note)
        except KbsError as err:
            note.update(verdict="refused", error=err.variant, reason=err.reason)
            response = error_response(err)
        for name, arg, run in self.faults.hit_kind("after", route):
            note["faults"].append(name)
            run(response, arg)
        return response

    @staticmethod
    def _outside(request):
        if request.path == "/healthz" and request.method == "GET":
            return Response(200)
        return Response(404)

    def _dispatch(self, route, request, note):
        if route == "auth":
            return self._auth(request, note)
        if route == "attest":
            return self._attest(request, note)
        plugin, _, path = request.path[len(PREFIX):].partition("/")
        if plugin in ADMIN:
            raise admin_only(request.path)
        if plugin == "resource" and request.method != "GET":
            return self._store(path, request, note)
        return self._release(plugin, path, request, note)

    def _flag(self, name, route, note):
        arg = self.faults.hit(name, route)
        if arg is not None:
            note["faults"].append(name)
        return arg

    # auth

    def _auth(self, request, note):
        try:
            wanted = messages.parse_request(request.body)
        except MessageError as err:
            raise auth_failed(err.shown, str(err)) from None
        note["tee"] = wanted.tee
        matches = messages.version_matches(wanted.version, VERSION)
        if matches is None:
            raise auth_failed("failed to parse KBS version", f"version '{wanted.version}'")
        if not matches:
            text = ("KBS Client Protocol Version Mismatch: "
                    f"expect ={VERSION} while the request is {wanted.version}")
            raise auth_failed(text, text)
        session = Session(wanted.tee, self.session_seconds)
        if wanted.tee == "se":
            try:
                session.nonce, session.extra, session.hash = verify_se.challenge(
                    wanted.extra, os.path.join(self.roots, "se"))
            except ValueError as err:
                raise auth_failed("no challenge", str(err)) from None
        with self.lock:
            now = time.time()
            self.sessions = {k: s for k, s in self.sessions.items() if s.expires > now}
            self.sessions[session.id] = session
        return json_response({"nonce": session.nonce, "extra-params": session.extra},
                             [session.cookie()])

    # sessions

    def _session(self, request, route, note):
        """The living session of the request's cookie; ValueError says why not."""
        value = session_cookie(request.headers)
        if value is None:
            raise ValueError("no session cookie")
        with self.lock:
            session = self.sessions.get(value)
        if session is None:
            raise ValueError("no such session")
        if session.expires < time.time() or self._flag("expire-session", route, note) is not None:
            raise ValueError("the session has expired")
        return session

    # attest

    def _attest(self, request, note):
        try:
            attestation = messages.parse_attestation(request.body)
            session = self._session(request, "attest", note)
        except (ValueError, MessageError) as err:
            raise attest_failed(str(err)) from None
        note["tee"] = session.tee
        note["tee_key"] = jwe.thumbprint(attestation.jwk)
        if session.token is None:
            self._verify(session, attestation, note)
        else:
            note["reason"] = "attested before; the old token is returned"
        token = session.token
        if self._flag("token-none", "attest", note) is not None:
            token = faults.unsigned(token)
        return json_response({"token": token}, [session.cookie()])

    def _verify(self, session, attestation, note):
        """Verify the evidence; the session has a token when it is good."""
        if attestation.nonce != session.nonce:
            raise attest_failed("runtime-data has another nonce than the session")
        nonce = session.nonce
        if self._flag("wrong-nonce", "attest", note) is not None:
            nonce = base64.b64encode(os.urandom(32)).decode()
        if isinstance(attestation.primary, dict) and attestation.primary.get("version") == 2 and \
                self._flag("old-evidence", "attest", note) is not None:
            raise attest_failed("evidence: unknown version 2")
        try:
            submods, init_table = verify_all(session.tee, attestation, nonce,
                                             self.roots, session.hash)
        except EvidenceError as err:
            raise attest_failed(str(err)) from None
        note["pcrs"] = pcrs_of(submods[0].claims)
        note["claims"] = {submod.name: {k: v for k, v in submod.claims.items()
                                        if not PCR.fullmatch(k)} for submod in submods}
        lifetime = self.token_seconds
        if self._flag("token-expired", "attest", note) is not None:
            lifetime = -2 * ear.LEEWAY
        claims = ear.build(submods, policy.reference_values(self.state), attestation,
                           init_table, lifetime)
        note["ear"] = {name: part["ear.status"] for name, part in claims["submods"].items()}
        session.token = ear.sign(claims, self.key)

    # resources

    def _token(self, request, note):
        """The token of the session, else the Bearer token: unverified."""
        try:
            session = self._session(request, "resource", note)
            if session.token is None:
                raise ValueError("the session is not attested")
            return session.token
        except ValueError as err:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() == "bearer" and token:
                return token.strip()
            raise token_not_found(str(err)) from None

    def _release(self, plugin, path, request, note):
        directory = os.path.join(self.state, "resources") if plugin == "resource" else \
            os.path.join(self.state, "plugins", plugin)
        program = self.plugins.get(plugin)
        if not program and (not SEGMENT.fullmatch(plugin) or not os.path.isdir(directory)):
            raise plugin_not_found(plugin)
        note["query"] = dict(parse_qsl(request.query))
        call = plugins.Call(request.method, path.split("/"), note["query"], request.body)
        if program and program.needs_admin(call):
            raise admin_only(request.path)
        try:
            claims = ear.verify(self._token(request, note), self.key.public_key())
        except ValueError as err:
            raise token_verifier(f"token: {err}") from None
        note["tee"], evidence, _ = policy.primary(claims)
        note["pcrs"] = pcrs_of(evidence)
        status = self._flag("deny-all", "resource", note)
        if status is not None:
            raise policy_deny("fault", int(status or 401))
        policy.check(self.state, plugin, path, claims, note["query"])
        if program:
            secret, encrypted = program.handle(call)
            if not encrypted:
                return Response(200, secret, "text/xml")
        else:
            secret = self._read(directory, plugin, path)
        return self._seal(secret, claims, f"{plugin}/{path}", note)

    @staticmethod
    def _place(directory, plugin, path):
        segments = path.split("/")
        if not all(SEGMENT.fullmatch(segment) for segment in segments) or \
                plugin == "resource" and len(segments) != 3:
            raise plugin_internal(f"'{path}' is not <repository>/<type>/<tag>")
        return os.path.join(directory, *segments)

    def _store(self, path, request, note):
        """POST or DELETE of an administrator."""
        try:
            admin.check(self.state, request.headers)
        except ValueError as err:
            raise admin_only(request.path, str(err)) from None
        place = self._place(os.path.join(self.state, "resources"), "resource", path)
        try:
            if request.method == "DELETE":
                os.unlink(place)
            elif request.method == "POST":
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place + "~", "wb") as file:
                    file.write(request.body)
                os.rename(place + "~", place)
        except OSError as err:
            raise plugin_internal(f"resource '{path}': {err.strerror}") from None
        note["stored"] = {"resource": path, "bytes": len(request.body)}
        return Response(200)

    def _read(self, directory, plugin, path):
        place = self._place(directory, plugin, path)
        try:
            with open(place, "rb") as file:
                return file.read()
        except OSError as err:
            raise plugin_internal(f"resource '{path}': {err.strerror}") from None

    def _seal(self, secret, claims, name, note):
        submod = claims["submods"]["cpu0"]
        jwk = submod[policy.ANNOTATED]["runtime_data_claims"]["tee-pubkey"]
        fault = None
        wrong = self.faults.hit_kind("jwe", "resource")
        if wrong:
            fault_name, arg, run = wrong[0]
            note["faults"].append(fault_name)
            fault = functools.partial(run, arg=arg)
        try:
            sealed = jwe.encrypt(secret, jwk, fault)
        except ValueError as err:
            raise jwe_failed(str(err)) from None
        note["tee_key"] = jwe.thumbprint(jwk)
        note["released"] = {"resource": name, "bytes": len(secret), "alg": jwk["alg"]}
        return json_response(sealed)
