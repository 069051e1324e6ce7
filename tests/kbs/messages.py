# SPDX-License-Identifier: GPL-2.0-or-later
"""Parsing of what a guest sends: Request, Attestation, tee-pubkey.

Unknown keys are ignored and dropped, as Trustee's typed parser does; missing
keys, wrong types and repeated keys are errors.
"""

import base64
import binascii
import json
import re
from typing import NamedTuple

from errors import MessageError

TEES = ("sample", "sampledevice", "tdx", "snp", "cca", "tpm", "az-snp-vtpm", "az-tdx-vtpm",
        "se", "csv", "sgx", "hygondcu", "nvidia", "nvidia-dpu")

JWK_MEMBERS = {"EC": ("alg", "crv", "kty", "x", "y"), "RSA": ("alg", "e", "kty", "n")}

SEMVER = re.compile(
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")


class Request(NamedTuple):
    version: str
    tee: str
    extra: object


class Attestation(NamedTuple):
    nonce: str
    jwk: dict
    init_data: dict
    primary: object
    additional: str


def _no_repeats(pairs):
    result = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f"repeated key '{key}'")
        result[key] = value
    return result


def _no_constant(name):
    raise ValueError(f"'{name}' is not JSON")


def strict_json(data):
    """JSON without repeated keys, NaN or broken UTF-8; ValueError otherwise."""
    if isinstance(data, bytes):
        data = data.decode("utf-8")
    try:
        return json.loads(data, object_pairs_hook=_no_repeats, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None


def b64(value, what):
    """Bytes of a base64 string with padding (RFC 4648 standard alphabet)."""
    try:
        return base64.b64decode(_string(value, what), validate=True)
    except (binascii.Error, ValueError) as err:
        raise ValueError(f"{what}: not base64: {err}") from None


def _string(value, what):
    if not isinstance(value, str):
        raise ValueError(f"{what}: not a string")
    return value


def member(value, key, what):
    if not isinstance(value, dict):
        raise ValueError(f"{what}: not an object")
    if key not in value:
        raise ValueError(f"{what}: no '{key}'")
    return value[key]


def version_matches(version, wanted):
    """Does `version` meet the requirement `=wanted`?  None: it does not parse."""
    found = SEMVER.fullmatch(version)
    if not found:
        return None
    return ".".join(found.group(1, 2, 3)) == wanted and not found.group(4)


def parse_request(body):
    try:
        value = strict_json(body)
        version = _string(member(value, "version", "Request"), "version")
        tee = _string(member(value, "tee", "Request"), "tee")
        extra = member(value, "extra-params", "Request")
        if tee not in TEES:
            raise ValueError(f"unknown tee '{tee}'")
    except ValueError as err:
        raise MessageError(f"Request: {err}", "deserialize Request") from None
    return Request(version, tee, extra)


def parse_jwk(value):
    """The typed form of a tee-pubkey, which is what gets hashed."""
    kty = member(value, "kty", "tee-pubkey")
    if kty not in JWK_MEMBERS:
        raise ValueError(f"tee-pubkey: kty '{kty}'")
    return {name: _string(member(value, name, "tee-pubkey"), name)
            for name in JWK_MEMBERS[kty]}


def _parse_init_data(value):
    if value is None:
        return None
    return {name: _string(member(value, name, "init-data"), name)
            for name in ("format", "body")}


def parse_attestation(body):
    try:
        value = strict_json(body)
        runtime = member(value, "runtime-data", "Attestation")
        evidence = member(value, "tee-evidence", "Attestation")
        return Attestation(
            nonce=_string(member(runtime, "nonce", "runtime-data"), "nonce"),
            jwk=parse_jwk(member(runtime, "tee-pubkey", "runtime-data")),
            init_data=_parse_init_data(value.get("init-data")),
            primary=member(evidence, "primary_evidence", "tee-evidence"),
            additional=_string(member(evidence, "additional_evidence", "tee-evidence"),
                               "additional_evidence"))
    except ValueError as err:
        raise MessageError(f"Attestation: {err}", "") from None
