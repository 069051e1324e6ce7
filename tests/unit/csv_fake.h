/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * csv_fake.h - reports as the firmware of a Hygon CPU makes them
 *
 * Written from the layout in tee-abi.md 3.4, without our parser's help; SM3 is
 * ours, which tests/peer/test_sm3.py compares with another.
 */
#ifndef CSV_FAKE_H
#define CSV_FAKE_H

#include <string.h>

#include "csv_report.h"

#define FAKE_SERIAL	"KPA0123456789"
#define FAKE_ANONCE	0x5dc7d726u

struct fake_report {
	bool extended, debug;
	const char *serial;			/* NULL: FAKE_SERIAL */
	uint8_t rtmr[CSV_RTMR_COUNT][SM3_LEN];
};

static inline void fake_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static inline void fake_pek(uint8_t *p)
{
	fake_u32(p, 1);
	p[4] = 1;
	p[5] = 3;
	fake_u32(p + 8, 0x1002);
	fake_u32(p + 12, 4);
	fake_u32(p + 16, 3);
	memset(p + 20, 0x20, 32);
	memset(p + 92, 0x92, 32);
	p[164] = 13;
	memcpy(p + 166, "HYGON-SSD-PEK", 13);
	fake_u32(p + 1044, 0x1004);
	fake_u32(p + 1048, 4);
	memset(p + 1052, 0x52, 32);
	fake_u32(p + 1564, 0x1001);
	fake_u32(p + 1568, 4);
	memset(p + 1572, 0x72, 32);
}

static inline void fake_xor(uint8_t *p, size_t len, uint32_t word)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] ^= (uint8_t)(word >> 8 * (i % 4));
}

/* What the firmware makes of a request, in a page of zeros. */
static inline void fake_report(const struct fake_report *f,
			       const uint8_t *user_data, const uint8_t *mnonce,
			       uint8_t *page)
{
	uint32_t anonce = f->extended ? 0 : FAKE_ANONCE;
	uint8_t *signer = page + (f->extended ? 1168 : 336);
	const char *serial = f->serial ? f->serial : FAKE_SERIAL;

	memset(page, 0, CSV_REPORT_LEN);
	memset(page + 32, 0x1d, 16);
	memcpy(page + 64, user_data, 64);
	memcpy(page + 128, mnonce, 16);
	memset(page + 144, 0x3e, 32);
	fake_u32(page + 176, f->debug ? 0x44 : 0x45);
	fake_u32(page + 180, 0x1002);
	fake_u32(page + 184, 4);
	fake_xor(page, 188, anonce);
	fake_u32(page + 188, f->extended ? 2337 : anonce);
	if (f->extended) {
		page[192] = 1;
		memcpy(page + 208, f->rtmr, sizeof(f->rtmr));
	}
	memset(signer - 144, 0x51, 32);
	fake_pek(signer);
	memcpy(signer + 2084, serial, strlen(serial));
	fake_xor(signer, 2084 + 64, anonce);
	memset(signer + 2148, 0x99, 32);
	sm3_hmac(mnonce, 16, signer, 2180, signer + 2180);
}

#endif /* CSV_FAKE_H */
