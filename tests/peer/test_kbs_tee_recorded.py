#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The TDX, SNP, CCA and CSV verifiers and the event log parser of the development KBS,
on evidence that real machines made.

It is other projects' test data, looked for in POSTERN_VECTORS and skipped where
absent.  Nonces are what they were then, so the binding is not tested here.
"""

import datetime
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kbs"))

from cryptography.hazmat.primitives import serialization
from jwcrypto import jwk

import certs
import tcg2
import tee_evidence
import verify_cca
import verify_csv
import verify_snp
import verify_tdx
from harness import VECTORS, Tap, third_party

tap = Tap()


def read(*names):
    with open(third_party(*names), "rb") as file:
        return file.read()


def why(function, *arguments):
    """The reason of a refusal; None when there is none."""
    try:
        function(*arguments)
        return None
    except ValueError as err:
        return str(err)


# --- event logs

def check_log(path, registers, expected):
    with open(path, "rb") as file:
        data = file.read()
    name = os.path.basename(path)
    events = tcg2.parse(data)
    for register, value in registers.items():
        index, algorithm = register.split(":")
        algorithm = {"sha384": "SHA-384", "sm3": "SM3"}[algorithm]
        tap.equal(tcg2.replay(events, int(index), algorithm).hex(), value,
                  f"{name}: register {register}")
    found = tcg2.claims(events)
    if expected is not None:
        for key in ("index", "type_name", "event", "digests", "digest_matches_event"):
            tap.equal([event[key] for event in found], [event[key] for event in expected],
                      f"{name}: {key} of {len(events)} events, as Trustee's parser says")
    return found


def check_our_log():
    with open(os.path.join(VECTORS, "aael_two_events_sha384.json"), encoding="utf-8") as file:
        wanted = json.load(file)
    found = check_log(os.path.join(VECTORS, "aael_two_events_sha384.bin"),
                      {"4:sha384": wanted["rtmr3_after_both_from_zero"]}, None)
    tap.equal([event["digest_matches_event"] for event in found], [True, True],
              "aael: the digests are those of the events")
    tap.equal(found[0]["details"]["data"], {"domain": "domain", "operation": "operation",
                                            "content": "content"}, "aael: details")


def check_logs():
    replayed = json.loads(read("eventlog", "replay.json"))
    for name, wanted in replayed.items():
        path = third_party("eventlog", name)
        if path is None:
            continue
        out = third_party("eventlog", name.replace(".trimmed", "") + "_out.json")
        expected = json.loads(read("eventlog", os.path.basename(out))) if out else None
        if isinstance(expected, dict):
            expected = expected["uefi_event_logs"]
        check_log(path, wanted["replayed"], expected)


# --- TDX

def check_quote(name, version, body_type):
    raw = read("tdx", name)
    quote = verify_tdx.Quote(raw)
    tap.equal((quote.header["version"][0], len(quote.body)),
              (version, 15 if body_type == 2 else 17),
              f"{name}: version and body")
    tap.equal(why(verify_tdx.check_signatures, quote, quote.chain[-1:]), None,
              f"{name}: signed, up to Intel's root")
    tap.ok(why(verify_tdx.check_signatures, quote, []), f"{name}: refused without a root")
    wrong = []
    for at in range(0, 1100, 3):
        other = bytearray(raw)
        other[at] ^= 1
        if why(lambda data: verify_tdx.check_signatures(verify_tdx.Quote(data), quote.chain[-1:]),
               bytes(other)) is None:
            wrong.append(at)
    tap.equal(wrong, [], f"{name}: the bytes count")
    return quote


def check_tdx():
    quote = check_quote("tdx_quote_4.dat", 4, 2)
    check_quote("tdx_quote_5.dat", 5, 3)
    expected = json.loads(read("tdx", "parse_tdx_claims_expected.json"))
    events = tcg2.parse(read("eventlog", "CCEL_data.trimmed"))
    found = verify_tdx._claims(quote, events)
    for part in ("header", "body"):
        for key, value in expected["quote"][part].items():
            if found["quote"][part].get(key) != value:
                tap.ok(False, f"tdx claims: {part}.{key}", found["quote"][part].get(key))
    tap.equal(found["td_attributes"], expected["td_attributes"], "tdx claims: attributes")
    tap.equal(set(found["quote"]["body"]), set(expected["quote"]["body"]), "tdx claims: names")


# --- SNP

def snp_store(*names):
    return [cert for name in names for cert in certs.parse(read("snp", name))]


def check_snp():
    raw = read("snp", "genoa-v3-report.bin")
    evidence = json.loads(read("snp", "genoa-v3-evidence.json"))
    report, chain = evidence["attestation_report"], evidence["cert_chain"]
    tap.equal(verify_snp.encode(report), raw, "genoa: the struct encodes to the report")
    tap.equal(tee_evidence.snp_report(raw), report, "genoa: the report decodes to the struct")
    genoa = snp_store("genoa_ask_ark_asvk.pem")
    tap.equal(why(verify_snp.check_signature, report, chain, genoa), None,
              "genoa: signed, up to AMD's root")
    tap.equal(why(verify_snp.check_signature, report, None,
                  genoa + snp_store("genoa-v3-vcek.der")), None, "genoa: with the VCEK on store")
    milan = snp_store("milan_ask_ark_asvk.pem")
    for label, store in (("no root", []), ("the root of Milan", milan)):
        tap.ok(why(verify_snp.check_signature, report, chain, store),
               f"genoa: refused with {label}")
    tap.ok(why(verify_snp.check_signature, report, None, genoa + snp_store("test-vcek.der")),
           "genoa: refused with the VCEK of another chip")
    old = json.loads(read("snp", "test-report-evidence.json"))["attestation_report"]
    tap.equal(tee_evidence.snp_report(read("snp", "test-report.bin")), old,
              "milan: the report decodes to the struct")
    tap.ok("version 2" in (why(verify_snp.encode, old) or ""), "milan: version 2 is refused")
    for name, good in (("test-vcek.der", True), ("virtee-vcek_milan.der", True),
                       ("test-vcek-invalid-legacy.der", False)):
        found = why(lambda vcek: certs.check_chain(certs.parse(vcek)[0], [], milan),
                    read("snp", name))
        tap.equal(found is None, good, f"{name}: chain")
    turin = certs.parse(read("snp", "virtee-vcek_turin.der"))[0]
    tap.equal(why(certs.check_chain, turin, [], snp_store("turin_ask_ark_asvk.pem")), None,
              "turin: chain of the VCEK")
    tap.equal(len(verify_snp.extensions(turin)[verify_snp.HWID]), 8, "turin: HWID of 8 bytes")


# --- CCA

def check_cca():
    key = jwk.JWK.from_json(read("cca", "cpak-pub.json").decode())
    pem = key.export_to_pem()
    keys = [serialization.load_pem_public_key(pem)]
    for name in ("cca-example-token.cbor", "ccatoken-01.cbor", "ccatoken-draft-ffm-00.cbor"):
        raw = read("cca", name)
        platform, realm = verify_cca.parse(raw)
        tap.equal(why(verify_cca.check_claims, platform, realm), None, f"{name}: claims")
        tap.equal(why(verify_cca.check_signatures, platform, realm, keys), None,
                  f"{name}: CPAK, platform, realm")
        tap.ok(why(verify_cca.parse, raw[:-1]), f"{name}: cut, it is refused")
        tap.ok(why(verify_cca.parse, raw + b"\0"), f"{name}: a byte more is refused")
    evidence = json.loads(read("cca", "cca-example-evidence.json"))
    tap.equal(bytes(evidence["token"]), read("cca", "cca-example-token.cbor"),
              "the evidence is the token as numbers")
    challenge = verify_cca.parse(bytes(evidence["token"]))[1].claims[10]
    with tempfile.TemporaryDirectory() as trusted:
        with open(os.path.join(trusted, "cpak.pem"), "wb") as file:
            file.write(pem)
        claims = verify_cca.verify(evidence, challenge, None, trusted)
    tap.equal(claims["report_data"], challenge.hex(), "claims of the example")


# --- CSV

def check_csv():
    raw, hrk = read("csv", "csv-rs-report.cert"), read("csv", "hrk.cert")
    hsk_cek = read("csv", "csv-rs-hsk_cek.cert")
    evidence = tee_evidence.csv(raw)
    report = verify_csv.Report(evidence)
    tap.equal(why(verify_csv.check_signatures, report, hrk, hsk_cek), None,
              "csv: signed, up to Hygon's root")
    tap.equal(report.info["report_data"], b"user data".ljust(64, b"\0"), "csv: report data")
    tap.equal(report.serial.rstrip(b"\0"), b"NZA9T14052605", "csv: serial number")
    for label, parts in (("HRK", (bytes([1]) + hrk[1:100] + b"x" + hrk[101:], hsk_cek)),
                         ("HSK", (hrk, hsk_cek[:600] + b"x" + hsk_cek[601:])),
                         ("CEK", (hrk, hsk_cek[:900] + b"x" + hsk_cek[901:]))):
        tap.ok(why(verify_csv.check_signatures, report, *parts), f"csv: {label}: refused")
    for at in (70, 130, 150, 178, 200, 270):
        other = bytearray(raw)
        other[at] ^= 1
        tap.ok(why(verify_csv.check_signatures, verify_csv.Report(tee_evidence.csv(bytes(other))),
                   hrk, hsk_cek), f"csv: byte {at} counts")
    # The chip of this one has no certificates here; its PEK signs all the same.
    evidence = json.loads(read("csv", "csv_evidence.json"))
    report = verify_csv.Report(evidence)
    pek = verify_csv.pek_bytes(evidence["cert_chain"]["pek"])
    tap.equal(report.pek, pek, "csv: the PEK encodes to that of the report")
    tap.equal(tee_evidence.csv_certificate(pek), evidence["cert_chain"]["pek"],
              "csv: the PEK decodes to the struct")
    tap.ok(verify_csv.certificate(pek).signs(report.signed, report.signature),
           "csv: evidence that Trustee takes is signed by its PEK")


def main():
    # The time of the recordings; their certificates need not be good for ever.
    certs.now = lambda: datetime.datetime(2025, 6, 1)
    check_our_log()
    for folder, check in (("eventlog", check_logs), ("tdx", check_tdx), ("snp", check_snp),
                          ("cca", check_cca), ("csv", check_csv)):
        if third_party(folder) is None:
            tap.skip(f"recorded: {folder}", "no third-party vectors here")
        else:
            check()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
