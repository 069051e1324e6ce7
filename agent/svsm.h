/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * svsm.h - the vTPM of a Secure VM Service Module (SVSM) under SEV-SNP
 *
 * An SVSM runs at VMPL 0 of the confidential VM, and the host has no way into
 * its TPM.  From the guest that looks like any other TPM, the host's included; so
 * the SVSM is asked, through the service attributes of configfs-tsm, for an SNP
 * report that is about the vTPM: its REPORT_DATA is SHA-512(nonce || manifest),
 * and the manifest (version 0) is the TPMT_PUBLIC of the vTPM's EK.
 *
 * Nobody checks the report's signature here.  It came from the SVSM by the
 * kernel, not by way of the host, and no key depends on it.
 *
 * Documents: AMD, Secure VM Service Module for SEV-SNP Guests (58019) 1.00, July
 * 2023: 7 (attestation protocol; tables 11 and 13, REPORT_DATA on page 29) and
 * 8.3.1 (the vTPM's GUID and manifest).  COCONUT-SVSM does it so.
 */
#ifndef SVSM_H
#define SVSM_H

#include "util.h"

/*
 * Whether the TPM that the kernel shows is the vTPM of the SVSM: 1 when it is.
 * 0 when there is no TPM, or no SVSM to ask.  -ENOTSUP when there is an SVSM, but
 * it has no vTPM; -EACCES when the TPM is another than the SVSM's; -EAGAIN
 * when TEE or TPM are busy, even after a while.  The reason is kept, with MEASURE
 * for what is about the TPM and NO_TEE for the report.
 */
int svsm_owns_tpm(void) must_check;

#endif /* SVSM_H */
