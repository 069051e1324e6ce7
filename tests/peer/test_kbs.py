#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The development KBS against a Python guest and the canned transcript.

Everything that is decrypted or verified here is so by python3-jwcrypto, which
the KBS does not use.
"""

import base64
import hashlib
import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kbs"))

from jwcrypto import jwe as jose_jwe
from jwcrypto import jwk as jose_jwk
from jwcrypto import jws as jose_jws

import evidence
import guest
import jcs
import jwe
import messages
from errors import EvidenceError
from harness import VECTORS, RunningKbs, Tap

SECRET = b"marker-secret-0f1e2d3c\n"
SAMPLE_OK = '[default]\ntee = "sample"\nsample = true\n'
tap = Tap()


def vector(*names):
    with open(os.path.join(VECTORS, *names), "rb") as file:
        return file.read()


def opens(body, pem, algs):
    box = jose_jwe.JWE(algs=algs + ["A256GCM"])
    box.deserialize(body, jose_jwk.JWK.from_pem(pem))
    return box.payload


def check_binding():
    tap.equal(hashlib.sha384(jcs.canonical({"b": 1, "a": "test", "c": {"d": "e"}})).hexdigest(),
              "e71ce8e70d814ba6639c3612ebee0ff1f76f650f8dbb5e47157e0f3f525cd22c"
              "4597480a186427c813ca941da78870c3", "JCS self-test")
    tap.equal(jcs.canonical({"\ufb33": "\x01\x7f/\"\\\n", "\U0001f600": "\x1f"}),
              '{"\U0001f600":"\\u001f","\ufb33":"\\u0001\x7f/\\"\\\\\\n"}'.encode(),
              "JCS: order by UTF-16 units, escapes")
    example = json.loads(vector("jwe-example.json"))
    for name, case in example["runtime_data_binding"].items():
        key = example["rsa_oaep_256" if name == "rsa" else "ecdh_es_a256kw_p256"]["tee_pubkey_jwk"]
        key = messages.parse_jwk(dict(key, kid="is dropped"))
        text = evidence.primary_runtime_data(key, case["nonce"],
                                             case.get("additional_evidence_string", ""))
        tap.ok(text.decode() == case["primary_canonical_utf8"] and
               hashlib.sha384(text).hexdigest() == case["primary_sha384_hex"],
               f"runtime data {name}", text)
        text = evidence.device_runtime_data(key, case["nonce"])
        tap.equal(hashlib.sha384(text).hexdigest(), case["device_sha384_hex"],
                  f"runtime data {name}, device")


def check_canned_attestation():
    nonce = json.loads(vector("rcar", "2-challenge.json"))["nonce"]
    body = vector("rcar", "3-attestation.json")
    attestation = messages.parse_attestation(body)
    text = evidence.primary_runtime_data(attestation.jwk, nonce, "")
    tap.equal(text, vector("rcar", "runtime-data.canonical.json"), "canned runtime data")
    submods, table = evidence.verify_all("sample", attestation, nonce)
    tap.equal((submods[0].name, table), ("cpu0", {"agent.conf": "mode=attest"}),
              "canned attestation verifies")
    digests = json.loads(vector("rcar", "init-data-digests.json"))
    tap.equal(submods[0].claims["init_data"], digests["sha256"], "canned init-data digest")
    try:
        evidence.verify_all("sample", attestation, nonce[:-2] + "k=")
        tap.ok(False, "canned attestation, other nonce")
    except EvidenceError as err:
        tap.ok("report_data" in str(err), "canned attestation, other nonce, is refused")


def check_canned_answers():
    plain = vector("rcar", "expected-plaintext.bin")
    tap.equal(opens(vector("rcar", "5-resource-response.json").decode(),
                    vector("rcar", "tee-private-key.pem"), ["ECDH-ES+A256KW"]), plain,
              "canned resource opens")
    example = json.loads(vector("jwe-example.json"))
    for name in ("ecdh_es_a256kw_p256", "ecdh_es_a256kw_p521", "rsa_oaep_256", "rsa1_5"):
        case = example[name]
        pem = case.get("tee_private_key_pkcs8_pem", example["rsa_private_key_pkcs1_pem"])
        found = opens(json.dumps(case["jwe"]), pem.encode(), [case["tee_pubkey_jwk"]["alg"]])
        tap.equal(found.decode(), case["plaintext_utf8"], f"example {name} opens")
        if "Z_hex" in case:
            kek = jwe.derive_kek(bytes.fromhex(case["Z_hex"]), jwe.ECDH)
            tap.equal(kek.hex(), case["kek_hex"], f"example {name}: our KEK")
    token = jose_jws.JWS()
    token.deserialize(json.loads(vector("rcar", "4-token-response.json"))["token"],
                      jose_jwk.JWK.from_pem(vector("rcar", "token-signing-pubkey.pem")))
    tap.ok(b"cpu0" in token.payload, "canned token verifies")


def check_good(kbs):
    """The handshake with each kind of key, and what the answers look like."""
    for options in ({}, {"crv": "P-521"}, {"kty": "RSA"}, {"kty": "RSA", "alg": "RSA1_5"}):
        who = guest.Guest(kbs.host, kbs.port, **options)
        challenge = who.auth()
        tap.ok(challenge.status == 200 and challenge.json()["extra-params"] == "" and
               len(base64.b64decode(who.nonce, validate=True)) == 32, f"auth {options}")
        tap.equal(who.attest().status, 200, f"attest {options}")
        answer = who.get("default/keys/disk1")
        tap.ok(answer.status == 200 and who.open(answer.body) == SECRET,
               f"resource {options}", answer.body)
        protected = json.loads(base64.urlsafe_b64decode(answer.json()["protected"] + "==="))
        tap.equal((protected["alg"], protected["enc"]), (who.jwk["alg"], "A256GCM"),
                  f"protected header {options}")
    cookie = challenge.headers["Set-Cookie"]
    name, expires = cookie.split("; ")
    tap.ok(len(name) == len("kbs-session-id=") + 32 and expires.startswith("Expires=") and
           expires.endswith("GMT"), "the cookie's form", cookie)
    tap.equal(who.request("GET", "/healthz").status, 200, "healthz")


def check_token(kbs):
    who = guest.Guest(kbs.host, kbs.port)
    who.auth()
    first = who.attest(init_data=vector("rcar", "init-data.toml").decode())
    header = json.loads(base64.urlsafe_b64decode(who.token.split(".")[0] + "==="))
    token = jose_jws.JWS()
    token.deserialize(who.token, jose_jwk.JWK(**header["jwk"]))
    claims = json.loads(token.payload)
    part = claims["submods"]["cpu0"]
    annotated = part["ear.veraison.annotated-evidence"]
    tap.equal((part["ear.status"], part["ear.trustworthiness-vector"]["hardware"]),
              ("contraindicated", 97), "EAR status of sample")
    tap.equal(annotated["runtime_data_claims"]["tee-pubkey"], who.jwk, "token holds the TEE key")
    tap.equal(annotated["init_data_claims"], {"agent.conf": "mode=attest"},
              "token holds the init-data")
    tap.equal(annotated["sample"]["launch_digest"], "abcde", "token holds the claims")
    tap.equal(who.attest(evidence={"not": "looked at"}).body, first.body,
              "an attested session returns its token again")
    bearer = {"Authorization": "Bearer " + who.token}
    stranger = guest.Guest(kbs.host, kbs.port)
    answer = stranger.get("default/keys/disk1", bearer)
    tap.ok(answer.status == 200 and who.open(answer.body) == SECRET, "Bearer instead of cookie")
    broken = who.token[:-10] + ("A" if who.token[-10] != "A" else "B") + who.token[-9:]
    for name, text in (("tampered", broken), ("garbage", "a.b.c"),
                       ("unsigned", "eyJhbGciOiJub25lIn0." + who.token.split(".")[1] + ".")):
        answer = stranger.get("default/keys/disk1", {"Authorization": "Bearer " + text})
        tap.equal((answer.status, answer.variant()), (401, "TokenVerifierError"),
                  f"Bearer {name} is refused")
    answer = stranger.get("default/keys/disk1")
    tap.equal((answer.status, answer.variant()), (401, "TokenNotFound"), "neither is refused")


def check_auth_errors(kbs):
    who = guest.Guest(kbs.host, kbs.port)
    answer = who.auth(version="0.4.1")
    tap.equal((answer.status, answer.json()),
              (401, {"type": "https://github.com/confidential-containers/kbs/errors/"
                             "AttestationError",
                     "detail": "Attestation error: RCAR handshake Auth failed: KBS Client Protocol "
                               "Version Mismatch: expect =0.4.0 while the request is 0.4.1"}),
              "version 0.4.1")
    for version, good in (("0.4", 401), ("0.3.0", 401), ("0.4.0-rc1", 401), ("0.4.0+x", 200)):
        tap.equal(who.auth(version=version).status, good, f"version {version}")
    tap.equal(who.auth(tee="sev").status, 401, "unknown tee")
    for name, body in (
            ("no extra-params", b'{"version":"0.4.0","tee":"tpm"}'),
            ("repeated key", b'{"version":"0.4.0","tee":"tpm","tee":"tpm","extra-params":""}'),
            ("not JSON", b"{"), ("not UTF-8", b'{"version":"\xff"}'), ("too deep", b"[" * 100000)):
        answer = who.request("POST", "auth", body)
        tap.equal((answer.status, answer.variant()), (401, "AttestationError"), f"auth: {name}")
    for extra in (b'""', b"null", b"{}"):
        body = b'{"version":"0.4.0","tee":"tpm","x":1,"extra-params":' + extra + b"}"
        tap.equal(who.request("POST", "auth", body).status, 200, f"auth: extra-params {extra}")
    tap.equal(who.request("POST", "auth", b" " * (2 * 1024 * 1024 + 1)).status, 413, "2 MiB + 1")


def refused(kbs, who, message, name, reason):
    """A POST attest that must be refused with nothing but the fixed sentence."""
    answer = who.request("POST", "attest", message)
    good = answer.status == 401 and answer.json()["detail"] == \
        "Attestation error: RCAR handshake Attest failed"
    last = kbs.log()[-1]
    tap.ok(good and reason in last["reason"], f"attest: {name}", last)


def check_attest_errors(kbs):
    who = guest.Guest(kbs.host, kbs.port)
    who.auth()
    old = who.attestation(who.sample())
    old_nonce = who.nonce
    who.auth()
    refused(kbs, who, old, "an old attestation replayed", "another nonce")
    replayed = json.loads(json.dumps(old))
    replayed["runtime-data"]["nonce"] = who.nonce
    refused(kbs, who, replayed, "old evidence under the new nonce", "report_data")
    good = who.attestation(who.sample())
    stolen = json.loads(json.dumps(good))
    stolen["runtime-data"]["tee-pubkey"]["x"] = guest.Guest(kbs.host, kbs.port).jwk["x"]
    refused(kbs, who, stolen, "another TEE key", "report_data")
    extra = json.loads(json.dumps(good))
    extra["tee-evidence"]["additional_evidence"] = "{}"
    refused(kbs, who, extra, "additional evidence that is not bound", "report_data")
    for name in ("runtime-data", "tee-evidence"):
        broken = {key: value for key, value in good.items() if key != name}
        refused(kbs, who, broken, f"no {name}", f"no '{name}'")
    broken = json.loads(json.dumps(good))
    del broken["runtime-data"]["tee-pubkey"]["y"]
    refused(kbs, who, broken, "a JWK without y", "no 'y'")
    broken = json.loads(json.dumps(good))
    del broken["tee-evidence"]["additional_evidence"]
    refused(kbs, who, broken, "no additional_evidence", "no 'additional_evidence'")
    refused(kbs, who, dict(good, **{"init-data": {"format": "json", "body": "{}"}}),
            "init-data as JSON", "format")
    cookie, who.cookie = who.cookie, None
    refused(kbs, who, good, "no cookie", "no session cookie")
    who.cookie = "0" * 32
    refused(kbs, who, good, "an unknown cookie", "no such session")
    who.cookie = cookie
    tap.equal(who.attest().status, 200, "after all that the session is still good")
    tap.ok(old_nonce != who.nonce, "nonces differ")
    who.auth(tee="sgx")
    refused(kbs, who, who.attestation({}), "a TEE without a verifier", "no verifier")


def check_devices(kbs):
    who = guest.Guest(kbs.host, kbs.port)
    who.auth()
    device = {"svn": "2", "report_data": base64.b64encode(who.device_digest()).decode()}
    text = json.dumps({"sampledevice": device})
    tap.equal(who.attest(additional=text).status, 200, "with a sampledevice")
    tap.equal(kbs.log()[-1]["ear"], {"cpu0": "contraindicated", "gpu0": "contraindicated"},
              "its submod")
    who.auth()
    text = json.dumps({"sampledevice": who.sample()})
    refused(kbs, who, who.attestation(who.sample(text), text), "a device with primary's digest",
            "report_data")


def check_resources(kbs):
    who = guest.Guest(kbs.host, kbs.port)
    who.handshake()
    path = "default/keys/disk1"
    for wanted, name in ((("PluginInternalError", 401), "default/keys/none"),
                         (("PluginInternalError", 401), "keys/disk1"),
                         (("PluginInternalError", 401), "/default/keys/disk1"),
                         (("PluginInternalError", 401), "default/../disk1"),
                         (("PluginInternalError", 401), "default/.keys/disk1")):
        answer = who.get(name)
        tap.equal((answer.variant(), answer.status), wanted, f"GET resource/{name}")
    for method, name, wanted in (("GET", "auth", "PluginNotFound"),
                                 ("GET", "nebula-ca/credential?name=x", "PluginNotFound"),
                                 ("PUT", "resource/" + path, "AdminAuthAccess")):
        answer = who.request(method, name)
        tap.equal(answer.variant(), wanted, f"{method} {name}")
    tap.equal(who.request("GET", "/elsewhere").status, 404, "outside the prefix")
    kbs.policy('[resource."default/keys/disk1"]\ntee = "tpm"\n')
    tap.equal(who.get(path).variant(), "PolicyDeny", "policy: another tee, read anew")
    kbs.policy('[default]\ntee = "sample"\n')
    tap.equal(who.get(path).variant(), "PolicyDeny", "policy: sample is not allowed")
    kbs.policy('[default]\nsample = true\n"platform_version.minor" = 5\n')
    tap.equal(who.get(path).variant(), "PolicyDeny", "policy: another claim")
    kbs.policy('[default]\nsample = true\n"platform_version.minor" = 4\n')
    tap.equal(who.get(path).status, 200, "policy: the claim is met")
    kbs.policy("[defualt]\nsample = true\n")
    tap.equal(who.get(path).variant(), "PolicyDeny", "policy: unknown section")
    os.unlink(os.path.join(kbs.state, "policy.toml"))
    tap.equal(who.get(path).variant(), "PolicyDeny", "no policy: not for sample")
    kbs.write("plugins/provisioner/default/x/root", SECRET)
    kbs.policy('[plugin."provisioner/default/x/root"]\nsample = true\n')
    answer = who.request("GET", "provisioner/default/x/root?a=b")
    tap.ok(answer.status == 200 and who.open(answer.body) == SECRET, "another plugin", answer.body)
    kbs.policy(SAMPLE_OK)
    who = guest.Guest(kbs.host, kbs.port, crv="P-384")
    who.handshake()
    tap.equal(who.get(path).variant(), "JweError", "P-384: known at the resource only")
    who = guest.Guest(kbs.host, kbs.port)
    who.jwk["x"] = who.jwk["x"][:-2]
    who.handshake()
    tap.equal(who.get(path).variant(), "JweError", "a short coordinate")


def check_admin(kbs):
    """Storing and deleting (kbs-wire.md 8.2); tokens by jwcrypto."""
    who = guest.Guest(kbs.host, kbs.port)
    who.handshake()
    kbs.policy(SAMPLE_OK)
    path, now = "default/keys/new", int(time.time())
    keys = [jose_jwk.JWK.generate(kty="OKP", crv="Ed25519") for _ in range(2)]
    claims = {"iss": "issuer", "aud": ["kbs"], "role": "admin", "iat": now, "exp": now + 60}

    def store(key, method="POST", **changes):
        token = jose_jws.JWS(json.dumps({**claims, **changes}))
        token.add_signature(key, "EdDSA", json.dumps({"alg": "EdDSA"}))
        bearer = {"Authorization": "Bearer " + token.serialize(compact=True)}
        return who.request(method, "resource/" + path, "stored", headers=bearer)

    tap.equal(store(keys[0]).variant(), "AdminAuthAccess", "admin: there is none")
    kbs.write("admin.pem", keys[0].export_to_pem())
    for name, key, changes in (("another key", keys[1], {}), ("expired", keys[0], {"exp": 1}),
                               ("no administrator", keys[0], {"role": "user"}),
                               ("another audience", keys[0], {"aud": "x"}),
                               ("another issuer", keys[0], {"iss": "x"})):
        tap.equal(store(key, **changes).variant(), "AdminAuthAccess", f"admin: {name}")
    tap.equal(who.request("POST", "resource/" + path, "stored").variant(), "AdminAuthAccess",
              "admin: no token")
    tap.equal(who.get(path).variant(), "PluginInternalError", "admin: nothing was stored")
    tap.equal((store(keys[0]).status, who.open(who.get(path).body)), (200, b'"stored"'),
              "admin: stored")
    tap.equal((store(keys[0], "DELETE").status, who.get(path).variant()),
              (200, "PluginInternalError"), "admin: deleted")


def check_log(kbs):
    records = kbs.log()
    released = [record["released"] for record in records if "released" in record]
    tap.ok(released and released[0] == {"resource": "resource/default/keys/disk1",
                                        "bytes": len(SECRET), "alg": "ECDH-ES+A256KW"},
           "the log tells what was released", released[:1])
    text = json.dumps(records).encode()
    forms = (SECRET.strip(), base64.b64encode(SECRET)[:16], SECRET.hex().encode())
    tap.ok(not any(form in text for form in forms), "the log has no secret")
    tap.equal([record for record in records if record["verdict"] == "broken"], [],
              "no request broke the KBS")


def main():
    check_binding()
    check_canned_attestation()
    check_canned_answers()
    with RunningKbs() as kbs:
        kbs.resource("default/keys/disk1", SECRET)
        kbs.policy(SAMPLE_OK)
        for check in (check_good, check_token, check_auth_errors, check_attest_errors,
                      check_devices, check_resources, check_admin, check_log):
            check(kbs)
        tap.equal(kbs.stop(), 0, "SIGTERM ends it cleanly")
        tap.ok(not os.path.exists(kbs.ready), "the ready file is gone")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
