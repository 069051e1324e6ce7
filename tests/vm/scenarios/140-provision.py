# SPDX-License-Identifier: GPL-2.0-or-later
"""The KBS says that the volume is to be made: a blank disk becomes one, with a
file system, and the next boot opens it by the descriptor that the report had."""

from harness import initrd, leaks, luks
from harness.vm import KEY_PATH, UNLOCK

SIZE = 48 << 20
SECRET = {"key": luks.PASSPHRASE}
WRITE = "mount -t ext4 /dev/mapper/root /mnt && echo written > /mnt/marker && umount /mnt"
READ = "mount -t ext4 -o ro /dev/mapper/root /mnt && cat /mnt/marker"


def setup(vm):
    vm.disk.root.blank(SIZE)
    vm.kbs.resources[KEY_PATH] = luks.to_make(vm.volume)
    vm.config["volume root"].update({"provision": "if-permitted", "mkfs": "ext4"})
    vm.files.update(initrd.program("/sbin/mkfs.ext4"))
    vm.modules.append("ext4")
    vm.step("dump", "host dump")
    vm.on("dump", lambda: look_at_memory(vm))
    vm.step("mount", WRITE)


def look_at_memory(vm):
    memory = vm.machine.memory(vm.memory)
    vm.in_memory = leaks.find(memory, SECRET)
    # the report, without which nothing was looked at
    vm.dump_is_real = b'"header-mac"' in memory


def check(r):
    r.ended()
    r.succeeded()
    r.succeeded("mount")
    volume = r.report()["volumes"][0]
    r.equal(volume["made"], True, "made")
    r.equal(volume["header"], "authenticated", "header")
    r.equal(volume["uuid"], r.vm.volume.uuid, "uuid")
    r.replays()
    r.no_secrets(SECRET)
    r.expect(r.vm.dump_is_real, "the dump of the memory has not what must be in it")
    r.equal(r.vm.in_memory, [], "key in the memory of the guest")

    def same(vm):
        vm.steps = [("unlock", UNLOCK), ("mount", READ)]
    for name in ("same", "finished"):
        if name == "finished":
            r.vm.kbs.resources[KEY_PATH] = luks.made(volume)
        other = r.after(name, same)
        other.ended()
        other.succeeded()
        r.equal(other.steps["mount"].out, b"written\n", f"{name}: the marker file")
        found = other.report()["volumes"][0]
        r.equal(found["header"], "authenticated" if name == "finished" else "profile-checked",
                f"{name}: header")
        r.equal(found["header-digest"], volume["header-digest"], f"{name}: header digest")
        r.expect(not found.get("made"), f"{name}: made again")
