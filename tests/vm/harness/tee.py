# SPDX-License-Identifier: GPL-2.0-or-later
"""A simulated TEE (tests/tee-sim) in the guest: its module, its signer, what it
signs, the firmware's event log, and whom the KBS trusts."""

import shutil
import subprocess
import sys
from pathlib import Path

from .base import once

SIMULATOR = Path(__file__).parents[2] / "tee-sim"
sys.path.insert(0, str(SIMULATOR))

sys.path.insert(0, str(SIMULATOR.parent / "kbs"))

import ccel             # noqa: E402
import fixture_sign     # noqa: E402
import tcg2             # noqa: E402

FIXTURES = {"tdx": "tdx-v4", "snp": "snp-v3", "cca": "cca-399", "csv": "csv-v1",
            "se": "se"}
FAULTS = "/run/tsm-sim.fault"
SIGNED = ("template", "recipe", "key.pem", "sm2.key", "aux", "manifest", "prefix")
MRTD = "4d" * 48

START = f"""[ ! -e /tee/faults ] || cp /tee/faults {FAULTS}
tsm-simd -b /tee
"""


def make_fixtures(path):
    subprocess.run([SIMULATOR / "fixtures", path], check=True)


def our_events(log):
    """(text, digest) of the events that the guest added to RTMR3 itself."""
    found = []
    for event in tcg2.parse(ccel.header() + log):
        data = event["details"]["data"]
        text = event["event"][8:].decode()
        assert event["index"] == 4 and data["domain"] == "postern"
        (name, digest), = event["digests"]
        assert digest == tcg2.digest(name, event["event"])
        found.append((text, digest))
    return found


def replay(firmware, ours):
    """RTMR0..3 after the firmware's events and ours."""
    registers = ccel.replay(firmware)
    for _, digest in ours:
        registers[3] = tcg2.digest("SHA-384", registers[3] + digest)
    return registers


class Sev:
    """SEV as far as the guest sees it: its launch secrets."""

    def __init__(self, context):
        self.context = context
        self.secrets = {}       # GUID -> bytes, or how many

    def prepare(self, out):
        pass

    def files(self):
        module = Path(self.context.simulator) / "efi_secret.ko"
        return {"lib/m/efi_secret.ko": module.read_bytes()}

    def module_lines(self):
        secrets = (f"{guid}:{f'*{what}' if isinstance(what, int) else what.hex()}"
                   for guid, what in self.secrets.items())
        return ["efi_secret secrets=" + ",".join(secrets)]

    def roots(self):
        return {}

    def machine(self):
        return [], ""


class Tee:
    """What a scenario may change before the machine is made."""

    def __init__(self, name, context):
        self.name, self.context = name, context
        self.fixture = FIXTURES[name]
        self.options = {"tee": name}    # parameters of the module
        self.events = ccel.BOOT         # what the firmware measured (tdx)
        self.log = None                 # another log than that of the events; b"": none
        self.faults = ()                # lines of tsm-simd's fault file, from the start
        self.init_data = b""            # digest that the TEE is bound to
        self.manifest = b""             # what the SVSM says of its vTPM (snp)
        self.store = True               # the KBS knows the chip's certificates itself

    def fault(self, *lines):
        """Shell that switches these faults on; none given: off."""
        text = "".join(f"{line}\\n" for line in lines)
        return f"printf '{text}' > {FAULTS}.new; mv {FAULTS}.new {FAULTS}"

    @staticmethod
    def encode(events):
        """A firmware's log with these events."""
        return ccel.encode(events)

    def registers(self):
        """RTMR0..3 as the firmware and the kernel left them."""
        return ccel.replay(self.events)

    def _parameters(self):
        options = dict(self.options)
        if self.name == "tdx":
            values = self.registers()
            options = {**{f"rtmr{n}": values[n].hex() for n in range(3)}, "mrtd": MRTD,
                       **options}
            if self.init_data:
                options["mrconfigid"] = self.init_data[:48].ljust(48, b"\0").hex()
        return " ".join(f"{key}={value}" for key, value in options.items())

    def _fixture(self):
        return once(self.context.base, "tee-fixtures", make_fixtures) / self.fixture

    def template(self):
        """The evidence that is signed, to find places in it."""
        return (self._fixture() / "template").read_bytes()

    def prepare(self, out):
        """Everything on the host's side, into OUT."""
        self.dir = out / "tee"
        shutil.copytree(self._fixture(), self.dir)
        if self.manifest:
            (self.dir / "manifest").write_bytes(self.manifest)
        if self.init_data and self.name != "tdx":
            fixture_sign.patch(self.dir, self.init_data)

    def files(self):
        """What the initramfs gets: path -> contents."""
        found = {f"tee/{name}": (self.dir / name).read_bytes()
                 for name in SIGNED if (self.dir / name).exists()}
        simulator = Path(self.context.simulator)
        found["lib/m/tsm_sim.ko"] = (simulator / "tsm_sim.ko").read_bytes()
        found["bin/tsm-simd"] = (0o755, (simulator / "tsm-simd").read_bytes())
        found["lib/tee.sh"] = START
        if self.faults:
            found["tee/faults"] = "".join(f"{line}\n" for line in self.faults)
        return found

    def module_lines(self):
        """Lines of /etc/modules, after those that the module needs."""
        return [f"tsm_sim {self._parameters()}"]

    def roots(self):
        """path -> contents, below the KBS's folder of trust anchors."""
        return {f"{self.name}/{file.name}": file.read_bytes()
                for folder in (("roots", "store") if self.store else ("roots",))
                if (self.dir / folder).is_dir()
                for file in sorted((self.dir / folder).iterdir())}

    def machine(self):
        """Options of QEMU and of the kernel: the log, where firmware has one."""
        if self.name != "tdx" or self.log == b"":
            return [], ""
        return ccel.arguments(self.dir, self.log or ccel.encode(self.events))
