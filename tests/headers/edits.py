# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of edits: name, attack of the threat model, verdict, change."""

from typing import Callable, NamedTuple

import header as h
from header import put

OK, FORMAT, PROFILE = "ok", "HEADER_FORMAT", "HEADER_PROFILE"


class Edit(NamedTuple):
    attack: str         # H1..H18, or - for what no attack is known for
    verdict: str
    change: Callable    # on a Header


EDITS = {}


def edit(name, attack, verdict, change):
    """An edit of anything in a Header."""
    assert name not in EDITS
    EDITS[name] = Edit(attack, verdict, change)


def metadata(name, attack, verdict, change):
    """An edit of the JSON, the same in both copies."""
    def both(header):
        for copy in header.json:
            change(copy)
    edit(name, attack, verdict, both)


def text(name, attack, verdict, old, new):
    """A replacement in the JSON text, of both copies, of what comes once."""
    def replace(before):
        assert before.count(old) == 1, (name, old)
        return before.replace(old, new)
    edit(name, attack, verdict, lambda header: header.rewrite(replace))


def binary(name, attack, verdict, field, value):
    """VALUE in FIELD of both binary headers."""
    edit(name, attack, verdict, lambda header: header.put(field, value))


def setter(path, value):
    """A change that sets PATH ("keyslots.0.kdf.time") to VALUE."""
    *parents, last = path.split(".")

    def change(tree):
        for key in parents:
            tree = tree[key]
        tree[last] = value
    return change


def value(name, attack, verdict, path, new):
    metadata(name, attack, verdict, setter(path, new))


def missing(name, verdict, path):
    *parents, last = path.split(".")

    def change(tree):
        for key in parents:
            tree = tree[key]
        del tree[last]
    metadata(name, "-", verdict, change)


SEGMENT, KEYSLOT, DIGEST = "segments.0", "keyslots.0", "digests.0"
AREA, AF, KDF = f"{KEYSLOT}.area", f"{KEYSLOT}.af", f"{KEYSLOT}.kdf"
MIB = 1 << 20
DATA = 16 * MIB

edit("none", "-", OK, lambda header: None)

# --- ciphers ---
value("seg-null", "H1", PROFILE, f"{SEGMENT}.encryption", "cipher_null-ecb")
value("seg-driver-name", "H18", PROFILE, f"{SEGMENT}.encryption",
      "capi:xts(ecb(aes-generic))-plain64")
value("seg-aes-cbc", "H18", PROFILE, f"{SEGMENT}.encryption", "aes-cbc-essiv:sha256")
value("seg-aes-plain", "H18", PROFILE, f"{SEGMENT}.encryption", "aes-xts-plain")
value("seg-cipher-empty", "H18", PROFILE, f"{SEGMENT}.encryption", "")
value("seg-integrity", "H2", PROFILE, f"{SEGMENT}.integrity",
      {"type": "hmac(sha256)", "journal_encryption": "none", "journal_integrity": "none"})
value("slot-null", "H3", PROFILE, f"{AREA}.encryption", "cipher_null-ecb")
metadata("slot-serpent-8", "H4", PROFILE, lambda j: j["keyslots"]["0"]["area"].update(
    encryption="serpent-ecb", key_size=1))
value("slot-area-key-32", "H4", PROFILE, f"{AREA}.key_size", 32)
value("slot-key-32", "H4", PROFILE, f"{KEYSLOT}.key_size", 32)
value("slot-key-96", "H2", PROFILE, f"{KEYSLOT}.key_size", 96)
value("slot-key-huge", "H4", FORMAT, f"{KEYSLOT}.key_size", 1 << 64)

# --- the binary header ---
binary("luks1", "H5", FORMAT, h.VERSION, 1)
binary("version-3", "-", FORMAT, h.VERSION, 3)
binary("hdr-size-32k", "-", PROFILE, h.HDR_SIZE, 32768)
binary("hdr-size-0", "-", PROFILE, h.HDR_SIZE, 0)
binary("hdr-size-max", "-", PROFILE, h.HDR_SIZE, (1 << 64) - 1)
binary("seqid-older", "H16", OK, h.SEQID, 1)
binary("label", "H15", OK, h.LABEL, b"another root")
binary("label-control", "H15", FORMAT, h.LABEL, b"root\x1b[2J")
binary("label-not-ascii", "H15", FORMAT, h.LABEL, "wurzel-ü".encode())
binary("label-unterminated", "H15", FORMAT, h.LABEL, b"x" * 48)
binary("label-behind", "H15", FORMAT, h.LABEL, b"root\0hidden")
binary("subsystem", "H15", PROFILE, h.SUBSYSTEM, b"other")
binary("subsystem-control", "H15", FORMAT, h.SUBSYSTEM, b"\n")
binary("csum-sha512", "-", PROFILE, h.CSUM_ALG, b"sha512")
binary("csum-unterminated", "-", FORMAT, h.CSUM_ALG, b"a" * 32)
binary("salt", "-", OK, h.SALT, bytes(range(64)))
binary("uuid", "H15", OK, h.UUID, b"01234567-89ab-cdef-0123-456789abcdef")
binary("uuid-upper-case", "H15", FORMAT, h.UUID, b"01234567-89AB-CDEF-0123-456789ABCDEF")
binary("uuid-short", "H15", FORMAT, h.UUID, b"01234567-89ab-cdef-0123-456789abcde")
binary("uuid-long", "H15", FORMAT, h.UUID, b"01234567-89ab-cdef-0123-456789abcdeff")
binary("uuid-path", "H15", FORMAT, h.UUID, b"../../../../../../../../../../etc/ab")
binary("uuid-empty", "H15", FORMAT, h.UUID, b"")
binary("padding", "-", FORMAT, h.PADDING, bytes(183) + b"\1")
binary("padding-4096", "-", FORMAT, h.PADDING4096, b"\1")
binary("padding-last", "-", FORMAT, h.PADDING4096, bytes(3583) + b"\1")
edit("hdr-offset", "-", FORMAT, lambda x: put(x.binary[0], h.HDR_OFFSET, 16384))
edit("hdr-offset-second", "-", FORMAT, lambda x: put(x.binary[1], h.HDR_OFFSET, 0))
edit("magic", "-", FORMAT, lambda x: put(x.binary[0], slice(0, 6), b"SKUL\xba\xbe"))
edit("magic-second", "-", FORMAT, lambda x: put(x.binary[1], slice(0, 6), b"LUKS\xba\xbe"))


def wrong_checksum(copy, digest):
    def change(header):
        header.checksum[copy] = digest
    return change


edit("checksum", "-", FORMAT, wrong_checksum(0, b"\1" * 32))
edit("checksum-second", "-", FORMAT, wrong_checksum(1, b"\1" * 32))


def checksum_tail(header):
    right = header.bytes()
    header.checksum = [right[at + 448:at + 480] + b"\1" for at in (0, h.COPY)]


edit("checksum-tail", "-", FORMAT, checksum_tail)

# --- two copies ---


def move(tree):
    tree["segments"]["0"].update(offset=str(DATA + MIB), iv_tweak="2048")


def second_newer(header):
    move(header.json[1])
    put(header.binary[1], h.SEQID, 1 << 32)


def first_older(header):
    move(header.json[1])
    put(header.binary[0], h.SEQID, 0)


edit("second-newer", "H6", FORMAT, second_newer)
edit("first-older", "H6", FORMAT, first_older)
edit("second-other-json", "H6", FORMAT, lambda x: move(x.json[1]))
edit("second-other-label", "H6", FORMAT, lambda x: put(x.binary[1], h.LABEL, b"root"))
edit("second-other-uuid", "H6", FORMAT,
     lambda x: put(x.binary[1], h.UUID, b"01234567-89ab-cdef-0123-456789abcdef"))
edit("second-other-size", "H6", PROFILE, lambda x: put(x.binary[1], h.HDR_SIZE, 32768))
edit("second-subsystem", "H6", PROFILE, lambda x: put(x.binary[1], h.SUBSYSTEM, b"other"))
edit("first-gone", "H6", FORMAT, lambda x: put(x.binary[0], slice(0, 4096), b""))
edit("second-gone", "H6", FORMAT, lambda x: put(x.binary[1], slice(0, 4096), b""))

# --- JSON that two readers read differently ---
text("dup-segment", "H7", FORMAT, '"segments":{"0":{', '"segments":{"0":{"type":"linear"},"0":{')
text("dup-segments", "H7", FORMAT, '"digests":', '"segments":{},"digests":')
text("dup-encryption", "H7", FORMAT, '"sector_size":', '"encryption":"cipher_null-ecb","sector_size":')
text("dup-escaped", "H7", FORMAT, '"sector_size":',
     '"\\u0065ncryption":"cipher_null-ecb","sector_size":')
text("escape-value", "H7", FORMAT, '"crypt"', '"cr\\u0079pt"')
text("escape-slash", "H7", FORMAT, '"dynamic"', '"dynamic\\/"')
text("comment", "H7", FORMAT, '"tokens":', '/**/"tokens":')
text("single-quotes", "H7", FORMAT, '"tokens"', "'tokens'")
text("nan", "H7", FORMAT, '"sector_size":512', '"sector_size":NaN')
text("float", "H7", FORMAT, '"sector_size":512', '"sector_size":512.0')
text("exponent", "H7", FORMAT, '"sector_size":512', '"sector_size":5.12e2')
text("negative-zero", "H7", FORMAT, '"sector_size":512', '"sector_size":-0')
text("leading-zero", "H7", FORMAT, '"sector_size":512', '"sector_size":0512')
text("trailing-comma", "H7", FORMAT, '"tokens":{}', '"tokens":{},')
text("control-in-string", "H7", FORMAT, '"crypt"', '"cr\typt"')
text("not-utf8", "H7", FORMAT, '"crypt"', '"cr\udcffypt"')
text("white-space", "-", OK, '"tokens":', '\n "tokens"\t:\r')
edit("bom", "H7", FORMAT, lambda x: x.rewrite(lambda t: "\ufeff" + t))
edit("two-values", "H7", FORMAT, lambda x: x.rewrite(lambda t: t + "{}"))
edit("cut", "-", FORMAT, lambda x: x.rewrite(lambda t: t[:-1]))
edit("empty", "-", FORMAT, lambda x: x.rewrite(lambda t: ""))
edit("array", "-", FORMAT, lambda x: x.rewrite(lambda t: f"[{t}]"))
edit("deep", "-", FORMAT, lambda x: x.rewrite(lambda t: "[" * 5000))
edit("full-area", "-", FORMAT, lambda x: x.rewrite(lambda t: t.ljust(h.JSON)))
edit("nearly-full-area", "-", OK, lambda x: x.rewrite(lambda t: t.ljust(h.JSON - 1)))


def behind(header):
    header.behind = b'{"segments":{}}'


edit("behind-json", "H7", FORMAT, behind)

# --- where the data are ---
value("offset", "H8", PROFILE, f"{SEGMENT}.offset", str(DATA + MIB))
value("offset-zero", "H8", PROFILE, f"{SEGMENT}.offset", "0")
value("offset-max", "H8", PROFILE, f"{SEGMENT}.offset", str((1 << 64) - 1))
value("offset-above-64-bits", "H8", FORMAT, f"{SEGMENT}.offset", str(1 << 64))
value("offset-number", "H8", FORMAT, f"{SEGMENT}.offset", DATA)
value("offset-sign", "H8", FORMAT, f"{SEGMENT}.offset", f"+{DATA}")
value("offset-space", "H8", FORMAT, f"{SEGMENT}.offset", f" {DATA}")
value("offset-leading-zero", "H8", FORMAT, f"{SEGMENT}.offset", f"0{DATA}")
value("offset-hex", "H8", FORMAT, f"{SEGMENT}.offset", "0x1000000")
value("offset-empty", "H8", FORMAT, f"{SEGMENT}.offset", "")
value("size", "H8", PROFILE, f"{SEGMENT}.size", str(MIB))
value("sector-4096", "H8", OK, f"{SEGMENT}.sector_size", 4096)
value("sector-1024", "H8", PROFILE, f"{SEGMENT}.sector_size", 1024)
value("sector-0", "H8", PROFILE, f"{SEGMENT}.sector_size", 0)
value("sector-string", "H8", FORMAT, f"{SEGMENT}.sector_size", "512")
metadata("shift", "H9", PROFILE, move)
value("iv-tweak", "H9", PROFILE, f"{SEGMENT}.iv_tweak", "2048")


def end_of_keyslots(size):
    def change(tree):
        tree["config"]["keyslots_size"] = str(size)
        tree["segments"]["0"]["offset"] = str(h.AREA + size)
    return change


metadata("keyslots-smaller", "H8", OK, end_of_keyslots(DATA - h.AREA - MIB))
metadata("keyslots-larger", "H8", PROFILE, end_of_keyslots(DATA))
metadata("keyslots-none", "H8", PROFILE, end_of_keyslots(0))
metadata("keyslots-tiny", "H8", FORMAT, end_of_keyslots(4096))
metadata("keyslots-misaligned", "H8", FORMAT, end_of_keyslots(DATA - h.AREA - 512))
value("keyslots-size", "H8", PROFILE, "config.keyslots_size", str(DATA - h.AREA - 4096))
value("json-size", "-", PROFILE, "config.json_size", "16384")
value("json-size-number", "-", FORMAT, "config.json_size", 12288)

# --- what libcryptsetup would obey ---
value("flag-discards", "H10", PROFILE, "config.flags", ["allow-discards"])
value("flag-no-journal", "H10", PROFILE, "config.flags", ["no-journal"])
value("flag-workqueues", "H10", PROFILE, "config.flags",
      ["no-read-workqueue", "no-write-workqueue", "same-cpu-crypt"])
value("flag-none", "H10", PROFILE, "config.flags", [])
value("require-online", "H11", PROFILE, "config.requirements",
      {"mandatory": ["online-reencrypt-v2"]})
value("require-offline", "H11", PROFILE, "config.requirements", {"mandatory": ["offline-reencrypt"]})
value("require-nothing", "H11", PROFILE, "config.requirements", {})
value("slot-reencrypt", "H11", PROFILE, "keyslots.1",
      {"type": "reencrypt", "key_size": 1, "mode": "decrypt", "direction": "backward",
       "area": {"type": "none", "offset": "290816", "size": "4096"}})
value("slot-only-reencrypt", "H11", PROFILE, f"{KEYSLOT}.type", "reencrypt")
value("seg-backup", "H11", PROFILE, "segments.1",
      {"type": "crypt", "offset": str(DATA), "size": "dynamic", "iv_tweak": "0",
       "encryption": "aes-xts-plain64", "sector_size": 512, "flags": ["backup-final"]})
value("seg-flags", "H11", PROFILE, f"{SEGMENT}.flags", ["in-reencryption"])
value("token-keyring", "H12", PROFILE, "tokens.0",
      {"type": "luks2-keyring", "keyslots": ["0"], "key_description": "user:x"})
value("token-clevis", "H12", PROFILE, "tokens.0",
      {"type": "clevis", "keyslots": ["0"], "jwe": {"protected": "http://192.0.2.66/"}})
value("token-plugin", "H12", PROFILE, "tokens.0", {"type": "../../x", "keyslots": []})
value("tokens-array", "H12", FORMAT, "tokens", [])
value("linear", "H13", PROFILE, "segments.0",
      {"type": "linear", "offset": str(DATA), "size": "dynamic"})
value("opal", "H13", PROFILE, f"{SEGMENT}.type", "hw-opal")
value("seg-two", "H13", PROFILE, "segments.1",
      {"type": "linear", "offset": str(DATA + MIB), "size": "dynamic"})
value("seg-none", "H13", PROFILE, "segments", {})
metadata("seg-named-1", "H13", PROFILE, lambda j: j.update(segments={"1": j["segments"]["0"]}))
value("seg-not-object", "H13", FORMAT, SEGMENT, "crypt")

# --- keyslots ---
ARGON = {"type": "argon2id", "time": 4, "memory": 65536, "cpus": 1,
         "salt": "t8Ur2YzRJ/VGIhRBMZYzZ+TFaFFAt0d+6X3jAAMvQkM="}
value("argon2id", "-", OK, KDF, ARGON)
value("argon2i", "-", PROFILE, KDF, {**ARGON, "type": "argon2i"})
value("argon-memory", "H14", PROFILE, KDF, {**ARGON, "memory": 4194304})
value("argon-memory-low", "-", PROFILE, KDF, {**ARGON, "memory": 31})
value("argon-time", "H14", PROFILE, KDF, {**ARGON, "time": 17})
value("argon-time-zero", "-", PROFILE, KDF, {**ARGON, "time": 0})
value("argon-cpus", "H14", PROFILE, KDF, {**ARGON, "cpus": 5})
value("argon-hash", "-", PROFILE, KDF, {**ARGON, "hash": "sha256"})
value("pbkdf2-bomb", "H14", PROFILE, f"{KDF}.iterations", 2000000000)
value("pbkdf2-few", "-", PROFILE, f"{KDF}.iterations", 999)
value("pbkdf2-max", "-", OK, f"{KDF}.iterations", 10000000)
value("pbkdf2-sha1", "-", PROFILE, f"{KDF}.hash", "sha1")
value("pbkdf2-time", "-", PROFILE, f"{KDF}.time", 4)
value("kdf-salt-short", "-", FORMAT, f"{KDF}.salt", "AAAA")
value("kdf-salt-text", "-", FORMAT, f"{KDF}.salt", "!" * 44)
value("kdf-salt-unpadded", "-", FORMAT, f"{KDF}.salt", "A" * 43)
value("kdf-salt-bits", "-", FORMAT, f"{KDF}.salt", "A" * 42 + "B=")
value("kdf-salt-long", "-", FORMAT, f"{KDF}.salt", "A" * 1000)
value("area-type", "-", PROFILE, f"{AREA}.type", "journal")
value("area-in-header", "-", FORMAT, f"{AREA}.offset", "4096")
value("area-in-data", "-", FORMAT, f"{AREA}.offset", str(DATA - 4096))
value("area-last", "-", OK, f"{AREA}.offset", str(DATA - 258048))
value("area-wraps", "-", FORMAT, f"{AREA}.offset", str((1 << 64) - 4096))
value("area-misaligned", "-", FORMAT, f"{AREA}.offset", "33280")
value("area-small", "-", PROFILE, f"{AREA}.size", "4096")
value("area-large", "-", PROFILE, f"{AREA}.size", "262144")
value("af-stripes", "-", PROFILE, f"{AF}.stripes", 1)
value("af-hash", "-", PROFILE, f"{AF}.hash", "sha1")
value("af-sha512", "-", OK, f"{AF}.hash", "sha512")
value("af-type", "-", PROFILE, f"{AF}.type", "none")
value("priority-normal", "-", OK, f"{KEYSLOT}.priority", 1)
value("priority-ignore", "-", PROFILE, f"{KEYSLOT}.priority", 0)
value("priority-high", "-", PROFILE, f"{KEYSLOT}.priority", 2)
value("slots-none", "-", PROFILE, "keyslots", {})
metadata("slots-two", "H16", PROFILE, lambda j: j["keyslots"].update({"1": j["keyslots"]["0"]}))


def renamed_slot(name):
    def change(tree):
        tree["keyslots"] = {name: tree["keyslots"]["0"]}
        tree["digests"]["0"]["keyslots"] = [name]
    return change


metadata("slot-31", "-", OK, renamed_slot("31"))
metadata("slot-32", "-", FORMAT, renamed_slot("32"))
metadata("slot-00", "-", FORMAT, renamed_slot("00"))
metadata("slot-named-x", "-", FORMAT, renamed_slot("x"))

# --- digests ---
value("digest-bomb", "H14", PROFILE, f"{DIGEST}.iterations", 2000000000)
value("digest-type", "-", PROFILE, f"{DIGEST}.type", "none")
value("digest-sha1", "-", PROFILE, f"{DIGEST}.hash", "sha1")
value("digest-20-bytes", "-", FORMAT, f"{DIGEST}.digest", "A" * 27 + "=")
value("digest-not-its-hash", "-", FORMAT, f"{DIGEST}.hash", "sha512")
value("digest-other-slot", "-", FORMAT, f"{DIGEST}.keyslots", ["1"])
value("digest-two-slots", "-", FORMAT, f"{DIGEST}.keyslots", ["0", "0"])
value("digest-no-slot", "-", FORMAT, f"{DIGEST}.keyslots", [])
value("digest-slot-number", "-", FORMAT, f"{DIGEST}.keyslots", [0])
value("digest-no-segment", "-", FORMAT, f"{DIGEST}.segments", [])
value("digest-segment-object", "-", FORMAT, f"{DIGEST}.segments", {"0": 1})
value("digests-none", "-", PROFILE, "digests", {})
metadata("digests-two", "-", PROFILE, lambda j: j["digests"].update({"1": j["digests"]["0"]}))
metadata("digest-named-1", "-", PROFILE, lambda j: j.update(digests={"1": j["digests"]["0"]}))

# --- keys that we do not know, and that we miss ---
for place in ("", "config", "segments.0", "keyslots.0", AREA, AF, KDF, "digests.0"):
    last = place.rsplit(".", maxsplit=1)[-1] if place else "top"
    prefix = {"segments.0": "segment", "keyslots.0": "slot", "digests.0": "digest"}
    value(f"unknown-{prefix.get(place, last)}", "-", PROFILE,
          f"{place}.x" if place else "x", {"a": 1})
for place in ("config", "tokens", "segments", "keyslots", "digests", "config.json_size",
              "config.keyslots_size", f"{SEGMENT}.type", f"{SEGMENT}.encryption",
              f"{SEGMENT}.iv_tweak", f"{SEGMENT}.sector_size", f"{SEGMENT}.offset",
              f"{SEGMENT}.size", f"{KEYSLOT}.kdf", f"{KEYSLOT}.af", f"{KEYSLOT}.area",
              f"{KDF}.type", f"{KDF}.salt", f"{AREA}.encryption", f"{DIGEST}.digest"):
    missing(f"missing-{place.replace('.0', '').replace('.', '-')}", FORMAT, place)
