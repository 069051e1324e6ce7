# SPDX-License-Identifier: GPL-2.0-or-later
"""The boot that comes to its real root."""

import base64
import hashlib
import json

import stage
from tap import check


def json_seq(text):
    """The records of RFC 7464."""
    return [json.loads(record) for record in text.split("\x1e")[1:]]


# each check gets the facts that the real root sent, and the stage of it


def powers_off(facts, world):
    """the image boots to its root and powers off by itself"""
    check(facts, "the running system sent nothing")
    check(world.reason == "guest-shutdown", f"it ended by {world.reason}")


def status_ok(facts, world):
    """postern status says ok, and all steps were"""
    report = json.loads(facts["report"])
    check(report["result"] == "ok", report["result"])
    bad = [s for s in report["steps"] if s["result"] != "ok"]
    check(not bad, bad)
    check("result        ok" in world.console(), "the console does not show it")


def root_is_crypt(facts, world):
    """the root is /dev/mapper/root, dm-crypt with its key in the keyring"""
    check(facts["findmnt"].strip() == "/dev/mapper/root", facts["findmnt"])
    check(facts["dm"].startswith("root:CRYPT-LUKS2-"), facts["dm"])
    table = facts["table"].split()
    check(table[3:5] == ["crypt", "aes-xts-plain64"], table)
    check(table[5].startswith(":64:logon:cryptsetup:"), table)


def header_is_authenticated(facts, world):
    """the header was checked against the MAC that the KBS holds"""
    volumes = json.loads(facts["report"])["volumes"]
    check([v["header"] for v in volumes] == ["authenticated"], volumes)


def tunnel_works(facts, world):
    """the peer answers through the tunnel"""
    check(facts["ping.exit"] == "0\n", facts["ping"])
    check(world.received > 0, "the peer received nothing")


def replays(facts, world):
    """PCR 15 is what the event log replays to, in each bank"""
    records = json_seq(facts["eventlog"])
    check([r["content"]["string"].split()[1] for r in records] ==
          ["config", "kbs", "volume", "tunnel", "leave"], records)
    banks = [name for name in facts if name.startswith("pcr-") and "." not in name]
    check(len(banks) >= 2, banks)
    for bank in banks:
        name = bank[len("pcr-"):]
        value = bytes(hashlib.new(name).digest_size)
        for record in records:
            digest = hashlib.new(name, record["content"]["string"].encode()).digest()
            logged = {d["hashAlg"]: d["digest"] for d in record["digests"]}
            check(record["pcr"] == 15 and logged[name] == digest.hex(), (name, record))
            value = hashlib.new(name, value + digest).digest()
        check(facts[bank].strip().lower() == value.hex(), f"{name}: {facts[bank]}")


def systemd_log_too(facts, world):
    """systemd's measurement log has the same records"""
    ours, theirs = json_seq(facts["eventlog"]), json_seq(facts["tpm2-measure.log"])
    check(theirs[:len(ours)] == ours, theirs)


def denied_later(facts, world):
    """the running system does not get the key"""
    check(facts["fetch"] == "" and facts["fetch.exit"] != "0\n", "something was given")
    check("KBS_DENIED" in facts["fetch.err"], facts["fetch.err"])
    last = world.kbs.log()[-1]
    check(last["error"] == "PolicyDeny" and "pcr15" in last["reason"], last)


def one_request_each(facts, world):
    """the initramfs asked for each secret once, in one session"""
    paths = [r["path"].removeprefix("/kbs/v0/") for r in world.kbs.log()]
    check(paths[:4] == ["auth", "attest", f"resource/{stage.KEY}", f"resource/{stage.TUNNEL}"],
          paths)
    check(len(paths) == 7, paths)       # and three for the attempt afterwards


def nothing_failed(facts, world):
    """no unit failed"""
    check(facts["failed"].strip() == "", facts["failed"])


def no_secrets(facts, world):
    """neither console nor journal nor report holds a secret"""
    key = json.loads(world.kbs.resources[stage.KEY])["key"]
    secrets = [key, base64.b64decode(key).hex(), *world.peer.secrets()]
    for name, text in {"console": world.console(), **facts}.items():
        check(not any(s in text for s in secrets), f"a secret is in {name}")


def no_shell(facts, world):
    """nobody answers what is typed on the console"""
    check(stage.SHELL not in world.console(), "there was a shell")


OPENS = (powers_off, status_ok, root_is_crypt, header_is_authenticated, tunnel_works,
         replays, systemd_log_too, denied_later, one_request_each, nothing_failed, no_secrets,
         no_shell)


def judge(tap, world, how="", checks=OPENS):
    """All that is to be said of one boot; HOW tells it from the image's others."""
    facts = world.facts()
    for function in checks:
        tap.test(how + function.__doc__, function, facts, world)
    return world


def test(tap, image, out):
    return judge(tap, stage.boot(image, out / "opens"))
