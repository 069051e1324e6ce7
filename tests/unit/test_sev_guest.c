/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver of /dev/sev-guest as a function that looks at each field. */
/* LDFLAGS: -Wl,--wrap=ioctl */
#include <fcntl.h>

#include "log.h"
#include "sev_guest.h"
#include "ioctl_fake.h"
#include "test.h"

#define GET_REPORT	0xc0205300u
#define GET_EXT_REPORT	0xc0205302u
#define CERTS		"certificates"

/* uapi/linux/sev-guest.h by offsets, as tee-abi.md 3.1 has them. */
struct call {
	uint8_t version;
	uint8_t pad[7];
	uint64_t request, response, exitinfo2;
};

static char device[] = "/tmp/postern-sev-XXXXXX";

/* The host; all zero: it gives a report and certificates. */
static struct {
	int error;
	uint64_t exitinfo2;
	uint32_t status, report_len;	/* report_len 0: 1184 */
	bool big_certs;			/* more than the kernel takes */
	unsigned calls, plain;
} host;

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void answer(const uint8_t *request, uint8_t *response)
{
	put32(response, host.status);
	put32(response + 4, host.report_len ?: SNP_REPORT_LEN);
	memset(response + 32, 0xcc, SNP_REPORT_LEN);
	memcpy(response + 32 + 0x50, request, SNP_REPORT_DATA_LEN);
}

/* 1 when the certificates do not fit. */
static bool put_certs(uint8_t *request)
{
	uint64_t address;
	uint32_t len;

	memcpy(&address, request + 96, 8);
	memcpy(&len, request + 104, 4);
	CHECK(len % 4096 == 0 && len > 0 && len <= 16384);
	/* What does not fit may have been written all the same. */
	memcpy((void *)(uintptr_t)address, CERTS, sizeof(CERTS));
	if (host.big_certs)
		put32(request + 104, 20480);
	return host.big_certs;
}

static int driver(unsigned number, void *argument)
{
	struct call *c = argument;
	uint8_t *request = (uint8_t *)(uintptr_t)c->request;
	unsigned i;

	host.calls++;
	host.plain += number == GET_REPORT;
	CHECK(number == GET_REPORT || number == GET_EXT_REPORT);
	CHECK_EQ_INT(c->version, 1);
	CHECK_EQ_INT(c->exitinfo2, 0);
	for (i = SNP_REPORT_DATA_LEN; i < 96; i++)
		CHECK_EQ_INT(request[i], 0);
	/* The kernel leaves exitinfo2 alone when there is nothing to say. */
	if (host.error || host.exitinfo2) {
		c->exitinfo2 = host.exitinfo2;
		errno = host.error;
		return host.error ? -1 : 0;
	}
	if (number == GET_EXT_REPORT && put_certs(request)) {
		c->exitinfo2 = 1ull << 32;
		errno = EIO;
		return -1;
	}
	answer(request, (uint8_t *)(uintptr_t)c->response);
	return 0;
}

static int ask(struct buf *report, struct buf *certs)
{
	uint8_t data[SNP_REPORT_DATA_LEN];

	memset(data, 0x5a, sizeof(data));
	failure_clear();
	return sev_guest_report(device, data, report, certs);
}

static bool make_device(void)
{
	int fd = mkstemp(device);

	if (fd >= 0)
		(void)close(fd);
	memset(&host, 0, sizeof(host));
	return fd >= 0;
}

static void remove_device(void)
{
	(void)unlink(device);
	memcpy(strrchr(device, '-') + 1, "XXXXXX", 6);
}

static void test_report(void)
{
	cleanup_buf struct buf report = BUF(8192), certs = BUF(65536);

	REQUIRE(make_device());
	REQUIRE(ask(&report, &certs) == 0);
	REQUIRE(report.len == SNP_REPORT_LEN && certs.len == 16384);
	CHECK_EQ_INT(report.data[0], 0xcc);
	CHECK_EQ_INT(report.data[0x50], 0x5a);
	CHECK_EQ_MEM(certs.data, CERTS, sizeof(CERTS));
	CHECK_EQ_INT(host.calls, 1);
	remove_device();
}

/* Then there is a report without them. */
static void test_big_certs(void)
{
	cleanup_buf struct buf report = BUF(8192), certs = BUF(65536);
	struct snp_certs c;

	REQUIRE(make_device());
	host.big_certs = true;
	REQUIRE(ask(&report, &certs) == 0);
	CHECK_EQ_INT(host.calls, 2);
	CHECK_EQ_INT(host.plain, 1);
	REQUIRE(snp_certs_parse(certs.data, certs.len, &c, NULL) == 0);
	CHECK_EQ_INT(c.count, 0);
	remove_device();
}

static void test_failures(void)
{
	static const struct {
		const char *name;
		int error;
		uint64_t exitinfo2;
		uint32_t status, len;
		int r;
	} cases[] = {
		{ "busy", EIO, 2ull << 32, 0, 0, -EAGAIN },
		{ "busy for a minute", ETIMEDOUT, 2ull << 32, 0, 0, -EAGAIN },
		{ "interrupted", EINTR, 0, 0, 0, -EAGAIN },
		{ "firmware", EIO, 0x16, 0, 0, -EIO },
		{ "no firmware", EIO, 0xffffffff, 0, 0, -EIO },
		{ "no key any more", ENOTTY, 0, 0, 0, -ENOTTY },
		{ "status", 0, 0, 0x16, 0, -EIO },
		{ "short", 0, 0, 0, 1183, -EBADMSG },
		{ "long", 0, 0, 0, 4000, -EBADMSG },
	};
	size_t i;

	REQUIRE(make_device());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_buf struct buf report = BUF(8192), certs = BUF(65536);

		CASE(cases[i].name);
		memset(&host, 0, sizeof(host));
		host.error = cases[i].error;
		host.exitinfo2 = cases[i].exitinfo2;
		host.status = cases[i].status;
		host.report_len = cases[i].len;
		CHECK_EQ_INT(ask(&report, &certs), cases[i].r);
		CHECK_EQ_INT(failure()->code, CODE_NO_TEE);
		CHECK_EQ_INT(report.len, 0);
		/* A second request could cost the key. */
		CHECK_EQ_INT(host.calls, 1);
	}
	remove_device();
	{
		cleanup_buf struct buf report = BUF(8192), certs = BUF(65536);

		CHECK_EQ_INT(ask(&report, &certs), -ENOENT);
	}
}

static const struct test tests[] = {
	{ "a report", test_report },
	{ "too many certificates", test_big_certs },
	{ "failures", test_failures },
};
TEST_MAIN(tests)
