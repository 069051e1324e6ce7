# SPDX-License-Identifier: GPL-2.0-or-later
"""More edits of our own, that no known attack has used: what a parser may trip over,
and what two parsers may read differently.  mutate and edits.py say the rest."""

import json

import header as h
from edits import (AREA, ARGON, DATA, DIGEST, EDITS, FORMAT, KDF, MIB, PROFILE, SEGMENT, binary,
                   edit, metadata, setter, text, value)

__all__ = ["EDITS"]

SECTOR = '"sector_size":512'

# --- numbers ---
for name, number in (("hex", "0x200"), ("octal", "0o1000"), ("binary", "0b1"),
                     ("negative", "-512"), ("plus", "+512"), ("infinity", "Infinity"),
                     ("underscore", "5_12"), ("suffix", "512K"), ("true", "true"),
                     ("null", "null"), ("array", "[512]"), ("empty", ""),
                     ("long", "512" + "0" * 5000), ("zeros", "0" * 5000 + "512"),
                     ("above-64-bits", str((1 << 64) + 512))):
    text(f"number-{name}", "-", FORMAT, SECTOR, f'"sector_size":{number}')
value("number-above-32-bits", "-", PROFILE, f"{SEGMENT}.sector_size", (1 << 32) + 512)
for name, number in (("negative", f"-{DATA}"), ("hex-upper", "0X1000000"),
                     ("hex-bare", "FFFFFF"), ("fraction", f"{DATA}.0"), ("exponent", "16e6"),
                     ("newline", f"{DATA}\n"), ("nul", f"{DATA}\0"), ("comma", "16,777,216"),
                     ("long", "0" * 4000 + str(DATA))):
    value(f"offset-{name}", "H8", FORMAT, f"{SEGMENT}.offset", number)
for name, number in (("full-width", "\uff11\uff16\uff17\uff17\uff17\uff12\uff11\uff16"),
                     ("arabic", "\u0661\u0666\u0667\u0667\u0667\u0662\u0661\u0666")):
    text(f"offset-{name}", "H8", FORMAT, f'"offset":"{DATA}"', f'"offset":"{number}"')
value("area-negative", "-", FORMAT, f"{AREA}.offset", "-32768")
value("area-hex", "-", FORMAT, f"{AREA}.offset", "0x8000")
value("area-size-negative", "-", FORMAT, f"{AREA}.size", "-258048")
value("area-size-wraps", "-", PROFILE, f"{AREA}.size", str((1 << 64) - 32768))
value("pbkdf2-negative", "H14", FORMAT, f"{KDF}.iterations", -1000)
value("pbkdf2-wraps", "H14", PROFILE, f"{KDF}.iterations", (1 << 32) + 1000)
value("argon-memory-max", "H14", PROFILE, KDF, {**ARGON, "memory": (1 << 32) - 1})
value("argon-memory-wraps", "H14", PROFILE, KDF, {**ARGON, "memory": (1 << 32) + 65536})
value("argon-time-max", "H14", PROFILE, KDF, {**ARGON, "time": (1 << 32) - 1})
value("argon-all", "H14", PROFILE, KDF,
      {**ARGON, "memory": 4194304, "time": 1000000, "cpus": 4000})
value("argon-negative", "H14", FORMAT, KDF, {**ARGON, "cpus": -1})
value("digest-wraps", "H14", PROFILE, f"{DIGEST}.iterations", (1 << 32) + 1000)
value("digest-zero", "-", PROFILE, f"{DIGEST}.iterations", 0)
for size in (4096, 16383, 16385, 20480, 4 * MIB, 8 * MIB, 1 << 63):
    binary(f"hdr-size-{size}", "-", PROFILE, h.HDR_SIZE, size)

# --- text ---
CRYPT = '"crypt"'
for name, word in (("overlong", "cr\udcc1\udcb9pt"), ("surrogate", "cr\udced\udca0\udc80pt"),
                   ("cut", "crypt\udce2\udc80"), ("above", "cr\udcf4\udc90\udc80\udc80pt"),
                   ("five-bytes", "cr\udcf8\udc88\udc80\udc80\udc80pt"),
                   ("lone", "cr\udc80pt")):
    text(f"utf8-{name}", "H7", FORMAT, CRYPT, f'"{word}"')
text("utf8-zero-width", "H7", PROFILE, CRYPT, '"crypt\u200b"')
text("utf8-right-to-left", "H7", PROFILE, CRYPT, '"\u202etpyrc"')
text("utf8-homoglyph", "H7", PROFILE, '"dynamic"', '"d\u0443namic"')
text("utf8-key", "H7", PROFILE, '"tokens":', '"segm\u0435nts":{},"tokens":')
text("utf8-fullwidth-key", "H7", PROFILE, '"tokens":', '"\uff53egments":{},"tokens":')
text("case-of-key", "H7", PROFILE, '"tokens":', '"Segments":{},"tokens":')
text("space-in-key", "H7", PROFILE, '"tokens":', '"segments ":{},"tokens":')
text("escaped-nul", "H7", FORMAT, CRYPT, '"crypt\\u0000"')
text("escaped-surrogates", "H7", FORMAT, CRYPT, '"crypt\\ud800\\udc00"')
text("vertical-tab", "H7", FORMAT, '"tokens":', '\v"tokens":')
text("no-break-space", "H7", FORMAT, '"tokens":', '\u00a0"tokens":')
text("colon-twice", "H7", FORMAT, '"tokens":', '"tokens"::')
text("no-colon", "H7", FORMAT, '"tokens":', '"tokens" ')
text("key-number", "H7", FORMAT, '"tokens":', '0:{},"tokens":')
text("key-empty", "H7", PROFILE, '"tokens":', '"":{},"tokens":')
value("cipher-long", "-", PROFILE, f"{SEGMENT}.encryption", "aes-xts-plain64" * 500)
text("key-long", "-", PROFILE, '"tokens":', f'"{"x" * 9000}":{{}},"tokens":')

# --- depth and counts ---
text("deep-objects", "-", FORMAT, '"tokens":{}', '"tokens":' + '{"a":' * 1800 + "{}" + "}" * 1800)
text("deep-arrays", "-", FORMAT, '"tokens":{}', '"tokens":' + "[" * 4000 + "]" * 4000)
text("deep-open", "-", FORMAT, '"tokens":{}', '"tokens":' + '{"":' * 2500)
text("deep-limit", "-", PROFILE, '"tokens":{}', '"tokens":' + '{"0":' * 8 + "{}" + "}" * 8)
text("wide-array", "-", PROFILE, '"tokens":{}', '"tokens":{"0":[' + "[]," * 3000 + "[]]}")
text("wide-members", "-", PROFILE, '"tokens":{}',
     '"tokens":{' + ",".join(f'"{n}":0' for n in range(1200)) + "}")
metadata("tokens-32", "H12", PROFILE, lambda j: j.update(
    tokens={str(n): {"type": "x", "keyslots": []} for n in range(32)}))


def copied(kind, names):
    def change(tree):
        tree[kind] = {str(n): tree[kind]["0"] for n in names}
    return change


def overlapping(tree):
    """A second keyslot whose area begins within the first one's."""
    tree["keyslots"]["1"] = json.loads(json.dumps(tree["keyslots"]["0"]))
    tree["keyslots"]["1"]["area"]["offset"] = str(32768 + 4096)
    tree["digests"]["0"]["keyslots"] = ["0", "1"]


metadata("slots-overlap", "-", PROFILE, overlapping)
metadata("slots-8", "H16", PROFILE, copied("keyslots", range(8)))
metadata("slots-from-1", "-", FORMAT, copied("keyslots", [1]))
metadata("segments-30", "H13", PROFILE, copied("segments", range(30)))
metadata("digests-20", "-", PROFILE, copied("digests", range(20)))
value("digest-segments-many", "-", FORMAT, f"{DIGEST}.segments", [str(n) for n in range(500)])
value("area-in-second", "-", FORMAT, f"{AREA}.offset", str(h.COPY))
value("area-over-the-end", "-", FORMAT, f"{AREA}.offset", str(DATA - 258048 + 4096))

# --- two copies that differ in one byte ---


def one_byte(field, at=0):
    def change(header):
        header.binary[1][field.start + at] ^= 1
    return change


for name, field, at in (("version", h.VERSION, 1), ("seqid", h.SEQID, 7),
                        ("seqid-high", h.SEQID, 0), ("label", h.LABEL, 47),
                        ("checksum-name", h.CSUM_ALG, 31), ("uuid", h.UUID, 35),
                        ("uuid-end", h.UUID, 39), ("padding", h.PADDING, 183),
                        ("padding4096", h.PADDING4096, 3583)):
    edit(f"second-{name}", "H6", FORMAT, one_byte(field, at))


def other_order(header):
    header.json[1] = dict(reversed(header.json[1].items()))


def with_a_space(header):
    header.text[1] = header.json_text(1).replace("{", "{ ", 1)


edit("second-json-order", "H6", FORMAT, other_order)
edit("second-json-space", "H6", FORMAT, with_a_space)
edit("second-json-iterations", "H6", FORMAT,
     lambda x: setter(f"{KDF}.iterations", 1001)(x.json[1]))


def behind_second(header):
    area = header.json_text(1).encode()
    header.text[1] = (area + bytes(h.JSON - 1 - len(area)) + b"\1").decode("latin-1")


edit("second-behind", "H6", FORMAT, behind_second)
edit("swapped", "H6", FORMAT, lambda x: x.binary.reverse())