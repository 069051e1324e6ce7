# SPDX-License-Identifier: GPL-2.0-or-later
"""An HCL report that is not what the hardware signed, or not about this AK, stops
everything before it is sent."""

from cryptography.hazmat.primitives.asymmetric import rsa

# In the HCL report (kbs-wire.md 4.6): of the hardware's report, and beyond.
HARDWARE = 0x20
SNP_VERSION, SNP_VMPL, SNP_DATA = HARDWARE, HARDWARE + 0x30, HARDWARE + 0x50
MEASUREMENT = HARDWARE + 0x90
CLAIMS = 0x4D4
FLIPS = {
    "version": 4, "size": 8, "request": 12, "status": 16, "snp-version": SNP_VERSION,
    "vmpl": SNP_VMPL, "report-data": SNP_DATA, "behind-data": SNP_DATA + 63,
    "hash-type": CLAIMS - 8, "claims-size": CLAIMS - 4, "claims": CLAIMS + 100,
    "behind": 2047,
}


def flip(at):
    def edit(report):
        out = bytearray(report)
        out[at] ^= 1
        return bytes(out)
    return edit


def setup(vm):
    azure = vm.use_azure("az-snp-vtpm")
    vm.kbs.start_at_boot = False            # whoever asks it gets another code
    vm.steps.clear()
    for name, at in FLIPS.items():
        vm.on(name, lambda at=at: azure.edits(flip(at)))
        vm.step(name, f"host {name}\nexec postern attest")

    def other_ak():
        azure.other_ak = rsa.generate_private_key(65537, 2048).public_key()
        azure.edits(bytes)
    vm.on("ak", other_ak)
    vm.step("ak", "host ak\nexec postern attest")

    def measurement():
        azure.other_ak = None
        azure.edits(flip(MEASUREMENT))
        vm.kbs.start()
    vm.on("measurement", measurement)
    vm.step("measurement", "host measurement\nexec postern attest")
    tdx = vm.variant("tdx", {"agent": {"tee": "az-tdx-vtpm"}})
    vm.step("tdx", f"exec postern attest --config {tdx}")


def check(r):
    r.ended()
    for name in (*FLIPS, "ak"):
        r.failed(name, "NO_TEE")
    r.expect("AK at 0x81000003" in r.steps["ak"].err, "the AK is not named")
    r.failed("measurement", "KBS_REFUSED", where="attest")
    r.kbs_refused("AttestationError", "signature is wrong")
    r.failed("tdx", "NO_TEE")
