# SPDX-License-Identifier: GPL-2.0-or-later
"""What one boot left behind, and the questions that scenarios ask of it.

An answer that is not the wanted one is noted; the rest is asked all the same,
so that one run tells everything."""

import hashlib
import json
import re
import tarfile
from pathlib import Path

from . import leaks, luks, tee

# the line of a failure; not those that say when the next try will be
REASON = re.compile(r"^(?:<\d>)?postern: ([a-z-]+): ([A-Z_]+): (.*); (?!trying again)([^;]*)$",
                    re.M)
EXIT_FINAL, EXIT_USAGE, EXIT_TEMPORARY = 1, 2, 75
ZEROS = "0" * 64
LAST_LINES = 5                      # of the messages of a step that failed


class Step:
    """One step of the guest: exit status, standard output, messages."""

    def __init__(self, name, directory):
        self.name = name

        def read(suffix):
            path = directory / f"{name}.{suffix}"
            return path.read_bytes() if path.exists() else b""
        self.out, self.err = read("out"), read("err").decode("latin-1")
        status = read("rc").strip()
        self.rc = int(status) if status else None
        self.reasons = REASON.findall(self.err)


class Result:
    def __init__(self, vm):
        self.vm, self.out = vm, Path(vm.out)
        self.failures = []
        self.console = vm.machine.console()
        self.reason = vm.machine.reason         # how the machine went down
        self.facts = self.out / "facts"
        self._unpack()
        self.steps = {name: Step(name, self.facts / "step") for name, _ in vm.steps + vm.real_steps}
        self.kbs_log = vm.kbs.log()

    def _unpack(self):
        self.facts.mkdir(exist_ok=True)
        self.modes = {}                 # path -> (mode, uid, gid), in the guest
        path = self.out / "facts.tar"
        if path.exists() and path.stat().st_size:
            with tarfile.open(path) as tar:
                self.modes = {m.name.removeprefix("./"): (m.mode, m.uid, m.gid) for m in tar}
                tar.extractall(self.facts, members=[m for m in tar if not m.isdev()])
            path.unlink()

    def after(self, name, change):
        """The result of one more boot with the same disks, of a machine that
        CHANGE(vm) has set up; what is wrong there counts here."""
        vm = self.vm.again(name)
        change(vm)
        vm.boot()
        other = Result(vm)
        other.failures = self.failures
        return other

    def beside(self, vm):
        """The result of a machine that ran beside this one."""
        other = Result(vm)
        other.failures = self.failures
        return other

    # asking

    def expect(self, condition, text):
        if not condition:
            self.failures.append(text)
        return bool(condition)

    def equal(self, found, wanted, what):
        return self.expect(found == wanted, f"{what}: {found!r}, not {wanted!r}")

    def text(self, name):
        path = self.facts / name
        return path.read_text("latin-1") if path.exists() else ""

    def ended(self):
        """All steps done, facts delivered."""
        return self.expect(self.reason == "guest-shutdown" and "VM-END" in self.console,
                           f"the guest did not come to its end ({self.reason})")

    # steps

    def succeeded(self, step="unlock"):
        s = self.steps[step]
        if not self.equal(s.rc, 0, f"{step}: exit status"):
            self.failures += [f"{step}: {line}" for line in s.err.splitlines()[-LAST_LINES:]]
        self.equal(s.reasons, [], f"{step}: reason lines")

    def failed(self, step, code, rc=EXIT_FINAL, where=None):
        """Exit status RC and exactly one reason line, with CODE (or one of
        several), in the step of the boot WHERE."""
        s = self.steps[step]
        codes = (code,) if isinstance(code, str) else code
        self.equal(s.rc, rc, f"{step}: exit status")
        if not self.equal(len(s.reasons), 1, f"{step}: number of reason lines"):
            return
        at, found, sentence, hint = s.reasons[0]
        self.expect(found in codes, f"{step}: {found} ({sentence}), not {' or '.join(codes)}")
        self.expect(sentence and hint, f"{step}: sentence or hint is empty")
        self.expect(where in (None, at), f"{step}: stopped at '{at}', not '{where}'")
        self.equal(s.out, b"", f"{step}: output of a failed command")

    # disks and mappings

    def mappings(self):
        """name -> (uuid, sectors, table)."""
        found = {}
        for line in self.text("dm").splitlines():
            name, uuid, size, _ = (line + "   ").split(" ", 3)
            found[name] = (uuid, int(size), self.text(f"table.{name}").strip())
        return found

    def no_mapping(self):
        self.equal(self.text("dm"), "", "device-mapper devices")

    def disks_unchanged(self):
        for n, disk in enumerate(self.vm.disks):
            self.expect(disk.unchanged(), f"disk {n} was written to")

    def opened(self, name="root"):
        """The mapping is there and is what a LUKS2 volume's must be."""
        mapping = self.mappings().get(name)
        if not self.expect(mapping, f"no mapping '{name}'"):
            return
        volume = self.vm.volume
        uuid, sectors, table = mapping
        self.equal(uuid, f"CRYPT-LUKS2-{volume.uuid.replace('-', '')}-{name}", "dm uuid")
        self.equal(sectors, luks.PAYLOAD // 512, "sectors of the mapping")
        words = table.split()
        self.equal(words[:4], ["0", str(sectors), "crypt", "aes-xts-plain64"], "dm table")
        self.equal(words[5:6] + words[7:8], ["0", "32768"], "IV offset and start")
        options = [w for w in words[8:] if w.startswith(("allow_", "no_", "same_", "submit_"))]
        self.equal(options, [], "flags of the mapping")
        if volume.sector_size != 512:
            self.expect(f"sector_size:{volume.sector_size}" in words, "sector size in the table")

    def read_marker(self, step="mount"):
        self.equal(self.steps[step].out, self.vm.volume.marker, "the marker file")

    # what was measured

    def pcr(self, number, bank="sha256"):
        found = re.search(rf"pcr-{bank}/{number}:([0-9A-F]+)", self.text("pcr"))
        return found[1].lower() if found else None

    def event_log(self):
        """The records of /run/postern/eventlog (JSON-SEQ)."""
        raw = self.text("run/postern/eventlog")
        records = [part for part in raw.split("\x1e") if part.strip()]
        self.expect(all(part.endswith("\n") for part in records), "event log: a record is cut")
        return [json.loads(part) for part in records]

    def replay(self, number=15, bank="sha256"):
        value = bytes(hashlib.new(bank).digest_size)
        for record in self.event_log():
            if record.get("pcr") != number:
                continue
            digests = {d["hashAlg"]: d["digest"] for d in record["digests"]}
            value = hashlib.new(bank, value + bytes.fromhex(digests[bank])).digest()
        return value.hex()

    def replays(self, number=15):
        """The register is what the log says, in each bank, and not untouched; and
        what the log says was hashed is what it shows."""
        for record in self.event_log():
            text = record["content"]["string"].encode()
            for d in record["digests"]:
                self.equal(d["digest"], hashlib.new(d["hashAlg"], text).hexdigest(),
                           f"{d['hashAlg']} of the event '{text.decode()}'")
        for bank in ("sha1", "sha256", "sha384"):
            found = self.pcr(number, bank)
            self.expect(found and found.strip("0"), f"PCR {number} ({bank}) was not extended")
            self.equal(self.replay(number, bank), found, f"replayed PCR {number} ({bank})")

    def pcr_untouched(self, number=15):
        self.equal(self.pcr(number), ZEROS, f"PCR {number}")

    def events(self, *wanted):
        """The log says these, in this order: the words after "postern"."""
        found = [r.get("content", {}).get("string", "") for r in self.event_log()]
        self.expect(len(found) == len(wanted) and
                    all(f.startswith(f"postern {w}") for f, w in zip(found, wanted)),
                    f"events: {found}, not {list(wanted)}")

    def rtmr(self, number):
        """A register of TDX; None where there is none."""
        found = re.search(rf"^rtmr{number}:sha384 ([0-9a-f]+)$", self.text("rtmr"), re.M)
        return found and found[1]

    def rtmr_replays(self):
        """RTMR0 to 3 are what the firmware's log and ours replay to, RTMR3 is not
        untouched, and our two logs say the same."""
        own = self.facts / "run/attestation-agent/eventlog"
        events = tee.our_events(own.read_bytes() if own.exists() else b"")
        for number, value in enumerate(tee.replay(self.vm.tee.events, events)):
            self.equal(self.rtmr(number), value.hex(), f"RTMR{number}, replayed")
        self.expect((self.rtmr(3) or "").strip("0"), "RTMR3 was not extended")
        self.equal([d["digest"] for record in self.event_log() for d in record["digests"]],
                   [digest.hex() for _, digest in events], "digests of the two logs")
        self.equal([record["content"]["string"] for record in self.event_log()],
                   [text.removesuffix(" -") for text, _ in events], "texts of the two logs")

    # the report

    def report(self):
        try:
            return json.loads(self.text("run/postern/report.json"))
        except ValueError as err:
            self.failures.append(f"report.json: {err}")
            return {}

    # the KBS's side

    def released(self, path):
        return [r for r in self.kbs_log
                if r.get("released", {}).get("resource") == f"resource/{path}"]

    def kbs_refused(self, variant, reason=""):
        """Some request was refused with VARIANT, and the true cause has REASON."""
        found = [r.get("reason") for r in self.kbs_log if r.get("error") == variant]
        self.expect(any(reason in text for text in found),
                    f"the KBS did not refuse with {variant} '{reason}' but {found}")

    # a machine that the agent itself took down

    def last_word(self, code):
        """The reason line with CODE is the last that the agent said, and the
        guest did not go on after it."""
        ours = [line for line in self.console.splitlines() if "postern: " in line]
        self.expect(ours and f": {code}: " in ours[-1], f"last line of the agent: {ours[-1:]}")
        self.expect("POSTERN-RC" not in self.console, "the guest went on")

    # whole verdicts

    def opens(self, step="unlock"):
        """The good end: unlocked, reported, measured."""
        self.ended()
        self.succeeded(step)
        self.opened()
        report = self.report()
        self.equal(report.get("result"), "ok", "result in the report")

    def stops(self, code, rc=EXIT_FINAL, where=None, measured=False):
        """The clean bad end: reason, no mapping, not a byte written, nothing
        measured (but where it is later than that), nothing kept."""
        self.ended()
        self.failed("unlock", code, rc, where)
        self.no_mapping()
        self.disks_unchanged()
        if measured:
            self.replays()
        elif self.vm.swtpm and self.pcr(15) is not None:
            self.pcr_untouched()
        self.expect(not (self.rtmr(3) or "").strip("0"), "RTMR3 was extended")
        codes = (code,) if isinstance(code, str) else code
        self.expect(self.report().get("result") in codes, "result in the report")
        self.expect("wireguard" not in self.text("ls"), "tunnel files were left")

    def no_secrets(self, secrets, skip=()):
        """SECRETS (name -> bytes) are in nothing that left the guest."""
        for where, name, spelling, at in leaks.scan_tree(self.facts, secrets, skip):
            self.failures.append(f"secret '{name}' ({spelling}) in {where} at {at}")
        for name, spelling, at in leaks.find(self.console.encode("latin-1"), secrets):
            self.failures.append(f"secret '{name}' ({spelling}) on the console at {at}")
