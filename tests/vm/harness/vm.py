# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario starts from, and may change: a machine that opens its root.

The defaults: the product binary, TEE `tpm` on a swtpm without a persistent AK,
one disk with a partition "root" that holds a LUKS2 volume, and one KBS that
gives its passphrase to whoever attests."""

import copy
import subprocess
import threading
from pathlib import Path

from . import azure, initrd, kbs, luks, tpm
from .base import fresh
from .disk import Disk
from .machine import Machine
from .tee import Sev, Tee

CONF = "/etc/postern/postern.conf"
CA = "/etc/postern/kbs-ca.pem"
KEY_PATH = "default/disk/root"
READ_MARKER = "mount -o ro /dev/mapper/root /mnt && cat /mnt/marker"
UNLOCK = "exec postern unlock"


def conf_text(config):
    """Sections of keys; a key set to None is left out."""
    out = []
    for section, keys in config.items():
        if keys is None:
            continue
        out.append(f"[{section}]")
        out += [f"{k} = {v}" for k, v in keys.items() if v is not None]
    return "\n".join(out) + "\n"


class Context:
    """Where things are: filled in by run."""

    def __init__(self, build, kernel, base, binaries, simulator=None):
        self.build, self.kernel, self.base = build, kernel, base
        self.binaries = binaries        # {"product": path, "test": path}
        self.simulator = simulator      # the TEE simulator for this kernel
        self.initrd = base / f"initrd-{kernel.name}"


class VM:
    def __init__(self, context, out, run):
        self.context, self.out, self.run = context, out, run
        self.binary = "product"
        self.config = {
            "agent": {"tee": "tpm", "on-failure": "return", "timeout": "40s"},
            "network": {"wait": "20s"},
            "kbs": {"url": f"https://{kbs.ADDRESS}:{kbs.PORT}", "ca": CA},
            "measure": {"register": "pcr:15", "required": "yes"},
            "volume root": {"device": "PARTLABEL=root",
                            "key": f"kbs:///{KEY_PATH}"},
        }
        self.disks = [Disk()]
        self.kbs = kbs.Kbs()
        self.kbs.resources[KEY_PATH] = luks.PASSPHRASE
        self.more_kbs = []
        self.serve_disk = None          # function that serves the first disk by NBD
        self.tpm = True                 # is there a TPM
        self.swtpm = None
        self.tee = None                 # a simulated TEE (tee.py), by use_tee()
        self.azure = None               # a vTPM as on Azure (azure.py), by use_azure()
        self.persistent_ak = False
        self.files = {}
        self.modules = ["virtio_blk", "virtio_net", "dm-crypt", "xts", "crypto_null"]
        self.network = "net_up"         # a line of shell; it may end with &
        self.append = ""                # kernel parameters
        self.qemu = []                  # more arguments for QEMU
        self.memory = 384
        self.steps = [("unlock", UNLOCK)]
        self.real_steps = []            # after switch_root; without any there is none
        self.real_files = {}            # of the root that is switched to
        self.others = []                # machines that run beside this one
        self.direct = set()             # steps with the console as their stderr
        self.actions = {}               # word of `host` -> function
        self.during = []                # functions that run beside the machine
        self.limit = 150                # seconds; then it is killed
        self.files["etc/hosts"] = f"127.0.0.1 localhost\n{kbs.ADDRESS} {kbs.NAME}\n"

    @property
    def disk(self):
        return self.disks[0]

    @property
    def volume(self):
        """What the root volume is made with."""
        return self.disk.root.volume

    @volume.setter
    def volume(self, volume):
        self.disk.root.volume = volume

    # what scenarios say

    def step(self, name, script):
        """One more step: shell, run in the guest."""
        self.steps.append((name, script))

    def real_step(self, name, script):
        """One step in the real root."""
        self.real_steps.append((name, script))

    def only(self, *steps):
        """These steps instead of `postern unlock`."""
        self.steps = list(steps)

    def variant(self, name, changes):
        """Another configuration beside the usual one: path of the file.  A
        section or key set to None is left out."""
        config = copy.deepcopy(self.config)
        for section, keys in changes.items():
            config[section] = None if keys is None else {**config.get(section, {}), **keys}
        path = f"/etc/postern/{name}.conf"
        self.files[path] = conf_text(config)
        return path

    def on(self, word, function):
        """FUNCTION runs on the host when the guest says `host WORD`."""
        self.actions[word] = function

    def with_faults(self, command, faults, prefix=""):
        """COMMAND again and again, each time with another fault of the KBS; the
        steps have the faults' names."""
        for fault in faults:
            self.on(f"fault:{fault}", lambda f=fault: self.kbs.set_faults(f))
            self.step(prefix + fault, f"host fault:{fault}\nexec {command}")

    def use_sample(self):
        """The test flavour with TEE `sample`: no TPM, nothing to measure into."""
        self.binary = "test"
        self.tpm = False
        self.config["agent"]["tee"] = "sample"
        self.config["measure"] = {"register": "none", "required": "no"}

    def use_tee(self, name):
        """A machine that is this TEE, in place of the TPM."""
        self.tpm = False
        self.tee = Sev(self.context) if name == "sev" else Tee(name, self.context)
        self.config["agent"]["tee"] = name
        self.config["measure"] = {"register": "auto", "required": "yes"}
        self.modules += ["configfs", "tsm", "tsm_report"]
        self.kbs.policy["default"] = {"tee": name}

    def use_svsm(self, ek=None):
        """An SVSM whose vTPM is the TPM here, or has the EK given."""
        self.tpm = True
        self.tee.options["svsm"] = 1
        self.tee.manifest = self.ek() if ek is None else ek

    def ek(self, other=False):
        """The public area of this machine's EK, or of another TPM's."""
        return tpm.ek_public(self.context.base, self.run, other)

    def use_azure(self, name):
        """A machine whose TPM is that of Azure's paravisor, in this TEE."""
        self.azure = azure.Azure(name, self.context)
        self.config["agent"]["tee"] = name
        self.config["network"]["metadata"] = azure.ADDRESS
        self.config["measure"] = {"register": "auto", "required": "yes"}
        self.network = azure.NET_UP
        self.qemu += azure.NETWORK
        self.kbs.policy["default"] = {"tee": name}
        return self.azure

    def another_kbs(self, name, port):
        """A second KBS with the same resources."""
        other = kbs.Kbs(name, port)
        other.resources = dict(self.kbs.resources)
        other.cert = self.kbs.cert
        other.policy = self.kbs.policy
        self.more_kbs.append(other)
        return other

    def final_action(self, action):
        """Run with the real thing: nothing comes back but the console."""
        self.config["agent"]["on-failure"] = action
        self.direct.add("unlock")

    def when(self, condition, action):
        """ACTION as soon as CONDITION returns, beside the running machine."""
        def both():
            condition()
            action()
        self.during.append(both)

    def identity(self, server, name):
        """Which of the certificates of tests/kbs/pki the KBS SERVER has."""
        server.cert = (self.pki / f"{name}.pem", self.pki / f"{name}.key")

    def pin(self, name):
        return (self.pki / f"{name}.pin").read_text().strip()

    def again(self, name):
        """The same machine, to be changed and booted a second time: with the
        disks as they are now, and nothing to do yet."""
        other = copy.copy(self)
        other.out, other.run = fresh(Path(self.out) / name), fresh(self.run / name)
        other.steps, other.during, other.actions = [], [], {}
        other.real_steps, other.others = [], []
        other.serve_disk = None
        for disk in self.disks:
            disk.kept = True
        return other

    def beside(self, name):
        """Another machine, to be changed: as this one is now, with a disk and a TPM
        of its own.  It runs while this one does, with the same servers."""
        other = copy.copy(self)
        other.out, other.run = fresh(Path(self.out) / name), fresh(self.run / name)
        other.config, other.files = copy.deepcopy(self.config), dict(self.files)
        other.disks = [Disk()]
        other.steps, other.real_steps = list(self.steps), list(self.real_steps)
        other.qemu, other.modules = list(self.qemu), list(self.modules)
        other.actions = dict(self.actions)
        other.during, other.others = [], []
        self.others.append(other)
        return other

    def descriptor(self, volume=None, generation=1, options=()):
        """A volume descriptor for the disk as it was made, before all edits."""
        image = luks.cached(self.context.base, volume or self.volume)
        key = self.run / "key"
        key.write_bytes((volume or self.volume).passphrase)
        made = subprocess.run(
            [kbs.TOOLS / "descriptor", image, "--key-file", key,
             "--generation", str(generation), *options], check=True, stdout=subprocess.PIPE)
        return made.stdout

    # what run does with it

    def default_pki(self):
        self.pki = kbs.pki(self.context.base)
        self.identity(self.kbs, "server")
        self.files[CA] = (self.pki / "ca.pem").read_bytes()

    def _overlay(self):
        binary = self.context.binaries[self.binary].read_bytes()
        order = initrd.Modules(self.context.kernel).order(self.modules)
        if self.tee:
            order += self.tee.module_lines()
        files = {
            "usr/lib/postern/postern": (0o755, binary),
            "lib/network.sh": self.network + "\n",
            "etc/modules": "".join(f"{m}\n" for m in order),
            **(self.tee.files() if self.tee else {}),
            CONF: conf_text(self.config),
            **{f"etc/direct/{name}": "" for name in self.direct},
            **self.files,
        }
        for top, steps in (("", self.steps), ("real/", self.real_steps)):
            for n, (name, script) in enumerate(steps):
                files[f"{top}steps/{n:02}-{name}"] = f". /lib/guest.sh\n{script}\n"
        if self.real_steps:
            files["real/init"] = (0o755, initrd.REAL_INIT.read_text())
            files.update({f"real/{path}": what for path, what in self.real_files.items()})
        return initrd.overlay(files, [("bin/postern", "../usr/lib/postern/postern")])

    def _first_disk(self):
        """What QEMU is given as its first disk."""
        if not self.disks:
            return None
        if not self.serve_disk:
            return self.disk.path
        path = self.run / "nbd"
        self.nbd = self.serve_disk(path)
        return f"nbd:unix:{path}"

    def _start_tpm(self):
        """The socket that QEMU is to connect to."""
        self.swtpm = tpm.Tpm(self.run, self.out)
        handle = azure.AK_HANDLE if self.azure else tpm.AK_HANDLE if self.persistent_ak else None
        self.swtpm.prepare(self.context.base, handle)
        self.swtpm.start()
        return self.azure.start(self.run, self.swtpm) if self.azure else self.swtpm.socket

    def _prepare_tee(self):
        """What a simulated TEE adds: to QEMU's options, and to the kernel's."""
        if self.azure:
            self.kbs.roots.update(self.azure.roots())
        if not self.tee:
            return [], ""
        self.tee.prepare(self.out)
        for server in (self.kbs, *self.more_kbs):
            server.roots.update(self.tee.roots())
        return self.tee.machine()

    def boot(self):
        """Everything up, the guest through its steps, everything down."""
        servers = [self.kbs, *self.more_kbs]
        self._build()
        for server in servers:
            server.prepare(self.out)
        try:
            self.machine.start()
            self._run(servers)
        finally:
            for server in servers:
                server.stop()
            for vm in (self, *self.others):
                if vm.swtpm:
                    vm.swtpm.kill()

    def _build(self):
        tee_options, tee_append = self._prepare_tee()
        initramfs = self.run / "initrd"
        initramfs.write_bytes(self.context.initrd.read_bytes() + self._overlay())
        for n, disk in enumerate(self.disks):
            disk.build(self.out, self.context.base, f"disk{n}")
        tpm_socket = self._start_tpm() if self.tpm else None
        extra = self.qemu + tee_options
        for n, disk in enumerate(self.disks[1:], 1):
            extra += ["-drive", f"if=none,id=disk{n},format=raw,file={disk.path}",
                      "-device", f"virtio-blk-pci,drive=disk{n}"]
        self.machine = Machine(
            self.out, self.run, self.context.kernel, initramfs,
            append=f"{self.append} {tee_append}".strip(), memory=self.memory, extra=extra,
            disk=self._first_disk(), tpm=tpm_socket)
        self.machine.on_sync = self.actions

    def _run(self, servers):
        """The machine boots while the KBS starts: both take their second."""
        for server in servers:
            if server.start_at_boot:
                server.start()
        for other in self.others:
            other._build()
            other.machine.start()
        threads = [threading.Thread(target=f, daemon=True) for f in self.during]
        for thread in threads:
            thread.start()
        for vm in (self, *self.others):
            vm.machine.wait(self.limit)
        for thread in threads:
            thread.join(5)
