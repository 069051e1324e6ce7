# SPDX-License-Identifier: GPL-2.0-or-later
"""From an Attestation message to verified claims, whatever the TEE.

The runtime data is printed anew from its typed fields (kbs-wire.md 2) and
hashed; each piece of evidence must carry that hash.  A TEE is one module with
verify() and appraise(), and one line in VERIFIERS.  What a verifier trusts it
finds in the folder of its TEE's name below `roots`.
"""

import hashlib
import os
import tomllib
from typing import Callable, NamedTuple

import jcs
import verify_az
import verify_cca
import verify_csv
import verify_sample
import verify_se
import verify_snp
import verify_tdx
import verify_tpm
from errors import EvidenceError
from messages import TEES, strict_json


class Verifier(NamedTuple):
    # Class of the submod in the token: cpu, gpu, ...
    tee_class: str
    # verify(evidence, digest, init_digest or None[, folder]) -> claims, or EvidenceError
    verify: Callable
    # appraise(claims, reference, vector) changes the trustworthiness vector
    appraise: Callable
    hash: str = "sha384"
    # verify() wants the folder with its trust anchors as well
    rooted: bool = False


VERIFIERS = {
    "sample": Verifier("cpu", verify_sample.verify, verify_sample.appraise),
    "sampledevice": Verifier("gpu", verify_sample.verify, verify_sample.appraise),
    "tpm": Verifier("cpu", verify_tpm.verify, verify_tpm.appraise),
    "tdx": Verifier("cpu", verify_tdx.verify, verify_tdx.appraise, rooted=True),
    "snp": Verifier("cpu", verify_snp.verify, verify_snp.appraise, rooted=True),
    "cca": Verifier("cpu", verify_cca.verify, verify_cca.appraise, rooted=True),
    "az-snp-vtpm": Verifier("cpu", verify_az.verify_snp_vtpm, verify_az.appraise_snp,
                            rooted=True),
    "az-tdx-vtpm": Verifier("cpu", verify_az.verify_tdx_vtpm, verify_az.appraise_tdx,
                            rooted=True),
    "csv": Verifier("cpu", verify_csv.verify, verify_csv.appraise, rooted=True),
    "se": Verifier("cpu", verify_se.verify, verify_se.appraise, hash="sha512", rooted=True),
}

INIT_DATA_HASHES = ("sha256", "sha384", "sha512")


class Submod(NamedTuple):
    name: str
    tee: str
    claims: dict


def primary_runtime_data(jwk, nonce, additional):
    return jcs.canonical({"tee-pubkey": jwk, "nonce": nonce, "additional-evidence": additional})


def device_runtime_data(jwk, nonce):
    return jcs.canonical({"tee-pubkey": jwk, "nonce": nonce})


def parse_init_data(init_data):
    """(digest, data table) of an init-data object, hashed as the bytes sent."""
    if init_data is None:
        return None, None
    if init_data["format"] != "toml":
        raise EvidenceError(f"init-data: format '{init_data['format']}' is refused")
    try:
        table = tomllib.loads(init_data["body"])
    except tomllib.TOMLDecodeError as err:
        raise EvidenceError(f"init-data: {err}") from None
    algorithm, data = table.get("algorithm"), table.get("data")
    if not isinstance(table.get("version"), str) or algorithm not in INIT_DATA_HASHES:
        raise EvidenceError("init-data: version or algorithm missing or unknown")
    if not isinstance(data, dict) or not all(isinstance(v, str) for v in data.values()):
        raise EvidenceError("init-data: [data] is not a table of strings")
    return hashlib.new(algorithm, init_data["body"].encode()).digest(), data


def _verify_one(tee, evidence, runtime_data, init_digest, roots, selected=None):
    verifier = VERIFIERS.get(tee)
    if verifier is None:
        raise EvidenceError(f"this KBS has no verifier for '{tee}'")
    digest = hashlib.new(selected or verifier.hash, runtime_data).digest()
    if verifier.rooted:
        return verifier.verify(evidence, digest, init_digest, roots and os.path.join(roots, tee))
    return verifier.verify(evidence, digest, init_digest)


def _parse_additional(text):
    if text == "":
        return {}
    try:
        devices = strict_json(text)
    except ValueError as err:
        raise EvidenceError(f"additional_evidence: {err}") from None
    if not isinstance(devices, dict) or any(tee not in TEES for tee in devices):
        raise EvidenceError("additional_evidence: not an object of known TEEs")
    return devices


def verify_all(tee, attestation, nonce, roots=None, selected=None):
    """Verify primary and additional evidence against `nonce`; `selected` is the hash
    that went with it, where it is not that of the TEE.

    Returns the list of submods, the primary one first, and the init-data table.
    """
    init_digest, init_table = parse_init_data(attestation.init_data)
    devices = _parse_additional(attestation.additional)
    runtime = primary_runtime_data(attestation.jwk, nonce, attestation.additional)
    found = [(tee, _verify_one(tee, attestation.primary, runtime, init_digest, roots, selected))]
    for device, evidence in devices.items():
        runtime = device_runtime_data(attestation.jwk, nonce)
        found.append((device, _verify_one(device, evidence, runtime, None, roots)))
    submods, count = [], {}
    for name, claims in found:
        tee_class = VERIFIERS[name].tee_class
        index = count.get(tee_class, 0)
        count[tee_class] = index + 1
        submods.append(Submod(f"{tee_class}{index}", name, claims))
    return submods, init_table
