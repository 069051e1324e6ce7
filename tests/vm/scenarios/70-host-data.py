# SPDX-License-Identifier: GPL-2.0-or-later
"""What the host puts into SMBIOS, fw_cfg and ACPI changes nothing."""

from harness.vm import READ_MARKER

EVIL = "[kbs]\nurl = https://192.0.2.1:8080\n"


def setup(vm):
    table = vm.run / "table"
    table.write_bytes(b"postern " * 8)
    conf = vm.run / "conf"
    conf.write_text(EVIL)
    vm.qemu = [
        "-smbios", "type=11,value=io.systemd.credential:postern.conf=[kbs]",
        "-fw_cfg", f"name=opt/postern/postern.conf,file={conf}",
        "-fw_cfg", f"name=opt/io.systemd.credentials/postern.conf,file={conf}",
        "-acpitable", f"sig=CCEL,rev=1,data={table}",
    ]
    vm.step("mount", READ_MARKER)


def check(r):
    r.opens()
    r.read_marker()
    r.replays()
    r.events("config", "kbs", "volume root", "leave")
