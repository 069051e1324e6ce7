/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reason.h - why a boot stops: a code of the closed list, and one sentence
 *
 * The codes are an interface (design.md 4.4): scripts match on
 * them.  Each has one hint, which tells the operator where to look first.
 * Parsers, which do no I/O, fill the reason that their caller gives them; all
 * others report through log.h.
 */
#ifndef REASON_H
#define REASON_H

#include "util.h"

#define REASON_TEXT_MAX	256

/* X(name, hint) */
#define REASON_CODES(X) \
	X(CONFIG, "correct /etc/postern/postern.conf and rebuild the initramfs") \
	X(ENTROPY, "the CPU or the kernel gives no good random numbers") \
	X(NO_TEE, "the TEE, its driver in the initramfs or its firmware gave no evidence") \
	X(TEE_MISMATCH, "the machine is not of the kind that the configuration names") \
	X(NETWORK, "check the network device, its driver in the initramfs, and DHCP") \
	X(KBS_UNREACHABLE, "check the KBS address, routes and firewalls") \
	X(KBS_IDENTITY, "the server's certificate is not the one that ca= or pin= allows") \
	X(KBS_PROTOCOL, "the server does not answer as a KBS does; check url= and what lies between") \
	X(KBS_VERSION, "the server speaks another version of the protocol; 0.4.0 is needed") \
	X(KBS_REFUSED, "the KBS did not accept the evidence; its log has the cause") \
	X(KBS_DENIED, "the KBS accepted the evidence, but its policy does not release this resource") \
	X(RESOURCE, "check the resource at the KBS: its name and its contents") \
	X(JWE, "the KBS encrypted its answer in a way that postern does not accept") \
	X(DISK_MISSING, "check device= and the drivers in the initramfs") \
	X(DISK_AMBIGUOUS, "two devices answer to the same name; detach one") \
	X(HEADER_FORMAT, "the LUKS2 header is damaged or was edited") \
	X(HEADER_PROFILE, "the LUKS2 header asks for something that the profile does not allow; see postern header") \
	X(HEADER_MAC, "the LUKS2 header is not the one that the KBS knows") \
	X(HEADER_ROLLBACK, "the LUKS2 header is older than the one that the KBS knows") \
	X(KEY_REJECTED, "the key from the KBS does not open this volume") \
	X(TABLE, "the kernel's mapping is not the one that was asked for") \
	X(VERITY, "the volume does not fit the root hash") \
	X(PROVISION, "the README has the life of a volume, and what may be written when") \
	X(MEASURE, "the register could not be extended, so the volume was closed") \
	X(LEVEL, "the attestation level is below require-level") \
	X(TUNNEL, "check the tunnel credentials at the KBS") \
	X(TIMEOUT, "timeout= was reached; the lines above say what was waited for") \
	X(INTERNAL, "this should not happen; please report it")

enum code {
	CODE_NONE,
#define X(name, hint) CODE_##name,
	REASON_CODES(X)
#undef X
	CODE_COUNT
};

struct reason {
	enum code code;
	char text[REASON_TEXT_MAX];
};

/* "KBS_DENIED"; "ok" for CODE_NONE. */
const char *code_name(enum code code);

/* One clause without a full stop; "" for CODE_NONE. */
const char *code_hint(enum code code);

/*
 * Fills *WHY (which may be NULL) and returns R, so that a parser can write
 * return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT, "...").
 * The text is cut at REASON_TEXT_MAX - 1; it is escaped when it is printed.
 */
int reason_set(struct reason *why, int r, enum code code,
	       const char *format, ...) printf_like(4, 5);

#endif /* REASON_H */
