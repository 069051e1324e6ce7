/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata.h - what Azure's metadata service adds to evidence
 *
 * The service is the host's: plain HTTP at a link-local address, and nobody
 * vouches for it.  What it gives is signed by the maker of the CPU, for the
 * verifier to check; so it can do no more than fail, for which it has one second
 * and 64 KiB.  It is asked at the configured address and nowhere else: no name
 * server, no proxy, no redirect.  It learns no secret: a TDREPORT is public.
 *
 * Sources: tee-abi.md 4.5, kbs-wire.md 4.6 and 4.7.
 */
#ifndef METADATA_H
#define METADATA_H

#include "reason.h"

/* DER; real ones have some 1,350 bytes. */
#define METADATA_VCEK_MAX	(8 * 1024)
#define METADATA_QUOTE_MAX	(32 * 1024)

struct buf;

/*
 * Both append to RET, which has room for the most that there may be of the kind.
 * ADDRESS is an address with or without a port, in brackets if it is of IPv6.  The
 * reason of a failure is kept with NO_TEE: -EAGAIN when nobody answers in time, or
 * not now, -EBADMSG for an answer that is none.
 */

/* The VCEK of this host's CPU, in DER. */
int metadata_vcek(const char *address, struct buf *ret) must_check;

/* A quote that has been made of the TDREPORT of LEN bytes. */
int metadata_td_quote(const char *address, const uint8_t *report, size_t len,
		      struct buf *ret) must_check;

/*
 * The answers to the two.  -EBADMSG with *WHY, -ENOMEM.  Members that are not
 * asked for are left alone, since the service has and gets more.
 */
int metadata_parse_vcek(const char *text, size_t len, struct buf *ret,
			struct reason *why) must_check;
int metadata_parse_quote(const char *text, size_t len, struct buf *ret,
			 struct reason *why) must_check;

#endif /* METADATA_H */
