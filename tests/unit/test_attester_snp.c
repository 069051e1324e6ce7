/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evidence of SNP with another kernel below. */
/* LDFLAGS: -Wl,--wrap=tsm_report,--wrap=sev_guest_report,--wrap=access */
#include "attester.h"
#include "log.h"
#include "sev_guest.h"
#include "test.h"
#include "tsm.h"

extern const struct attester attester_snp;

int __wrap_tsm_report(const struct tsm_request *q, struct tsm_report *ret);
int __wrap_sev_guest_report(const char *device, const uint8_t *data,
			    struct buf *ret_report, struct buf *ret_certs);
int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);

static struct {
	int tsm_error;
	enum code tsm_code;
	bool device;			/* /dev/sev-guest is there */
	bool debug, stale, cut, bad_table;
	uint8_t vmpl, host_data;
	unsigned asked;			/* of the device */
} machine;

static void put_report(const uint8_t *data, struct buf *report,
		       struct buf *certs)
{
	uint8_t raw[SNP_REPORT_LEN] = { [0] = 3, [0x188] = 0x19 };

	raw[0x0a] = (uint8_t)(machine.debug << 3);
	raw[0x30] = machine.vmpl;
	raw[0x2a0] = 1;
	memcpy(raw + 0x50, data, SNP_REPORT_DATA_LEN);
	raw[0x50] ^= machine.stale;
	memset(raw + 0xc0, machine.host_data, SNP_HOST_DATA_LEN);
	buf_add(report, raw, sizeof(raw) - machine.cut);
	if (machine.bad_table)
		buf_str(certs, "no table of certificates");
}

int __wrap_tsm_report(const struct tsm_request *q, struct tsm_report *ret)
{
	CHECK_EQ_STR(q->provider, "sev_guest");
	if (machine.tsm_error)
		return fail(machine.tsm_error, machine.tsm_code, "no report");
	put_report(q->data, &ret->out, &ret->aux);
	return 0;
}

int __wrap_sev_guest_report(const char *device, const uint8_t *data,
			    struct buf *ret_report, struct buf *ret_certs)
{
	CHECK_EQ_STR(device, "/dev/sev-guest");
	machine.asked++;
	put_report(data, ret_report, ret_certs);
	return 0;
}

int __wrap_access(const char *path, int mode)
{
	if (strcmp(path, "/dev/sev-guest") != 0)
		return __real_access(path, mode);
	errno = ENOENT;
	return machine.device ? 0 : -1;
}

static int ask(struct buf *b)
{
	struct digest d = { .alg = HASH_SHA384 };

	memset(d.bytes, 0x3c, hash_len(d.alg));
	failure_clear();
	return attester_snp.evidence(&d, b);
}

static void test_evidence(void)
{
	cleanup_buf struct buf b = BUF(64 * 1024);
	const char *text;

	memset(&machine, 0, sizeof(machine));
	REQUIRE(ask(&b) == 0);
	text = buf_cstr(&b);
	REQUIRE(text);
	CHECK(strstr(text, "{\"attestation_report\":{\"version\":3,") == text);
	CHECK(strstr(text, "\"report_data\":[60,60,"));
	CHECK(strstr(text, "60,60,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"));
	CHECK(strstr(text, "},\"cert_chain\":null}"));
	CHECK_EQ_STR(attester_snp.flaw(), NULL);
}

/* A table that is no use is no reason to stop. */
static void test_bad_table(void)
{
	cleanup_buf struct buf b = BUF(64 * 1024);

	memset(&machine, 0, sizeof(machine));
	machine.bad_table = true;
	machine.vmpl = 2;
	REQUIRE(ask(&b) == 0);
	CHECK(buf_cstr(&b) && strstr(buf_cstr(&b), "\"cert_chain\":null}"));
}

/* The device only where there is no configfs-tsm, or no driver in it. */
static void test_device(void)
{
	static const struct {
		int error;
		enum code code;
		bool device;
		int r;
	} cases[] = {
		{ -ENODEV, CODE_NO_TEE, true, 0 },
		{ -ENODEV, CODE_NO_TEE, false, -ENODEV },
		{ -ENODEV, CODE_TEE_MISMATCH, true, -ENODEV },
		{ -EAGAIN, CODE_NO_TEE, true, -EAGAIN },
		{ -ENOTTY, CODE_NO_TEE, true, -ENOTTY },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_buf struct buf b = BUF(64 * 1024);

		memset(&machine, 0, sizeof(machine));
		machine.tsm_error = cases[i].error;
		machine.tsm_code = cases[i].code;
		machine.device = cases[i].device;
		CHECK_EQ_INT(ask(&b), cases[i].r);
		CHECK_EQ_INT(machine.asked, cases[i].r == 0);
		CHECK_EQ_INT(failure()->code,
			     cases[i].r ? cases[i].code : CODE_NONE);
	}
}

static void test_failures(void)
{
	struct digest d = { .alg = HASH_SHA256 };
	cleanup_buf struct buf b = BUF(64 * 1024);

	memset(&machine, 0, sizeof(machine));
	machine.stale = true;
	CHECK_EQ_INT(ask(&b), -EAGAIN);
	machine.stale = false;
	machine.cut = true;
	CHECK_EQ_INT(ask(&b), -EBADMSG);
	machine.cut = false;
	CHECK_EQ_INT(b.len, 0);
	machine.debug = true;
	CHECK_EQ_INT(ask(&b), 0);
	CHECK(attester_snp.flaw());

	memset(d.bytes, 0x22, hash_len(d.alg));
	REQUIRE(attester_snp.init_data(&d) == 0);
	CHECK_EQ_INT(ask(&b), -EACCES);
	CHECK_EQ_INT(failure()->code, CODE_TEE_MISMATCH);
	machine.host_data = 0x22;
	CHECK_EQ_INT(ask(&b), 0);
}

static const struct test tests[] = {
	{ "evidence", test_evidence },
	{ "certificates that are none", test_bad_table },
	{ "without configfs-tsm", test_device },
	{ "failures", test_failures },
};
TEST_MAIN(tests)
