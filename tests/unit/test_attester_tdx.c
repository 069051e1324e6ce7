/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evidence of TDX with another kernel below: quotes and logs made here. */
/* LDFLAGS: -Wl,--wrap=tsm_report,--wrap=file_read */
#include "attester.h"
#include "encode.h"
#include "eventlog.h"
#include "file.h"
#include "json.h"
#include "log.h"
#include "td_quote.h"
#include "test.h"
#include "tsm.h"

#define QUOTE_LEN	(48 + 584 + 4 + 8)
#define PADDING		100
#define MRCONFIGID_AT	232
#define RTMR_AT		376
#define REPORT_DATA_AT	568
#define SHA384_LEN	48

extern const struct attester attester_tdx;

int __wrap_tsm_report(const struct tsm_request *q, struct tsm_report *ret);
int __wrap_file_read(const char *path, struct buf *ret);

/* The machine. */
static struct {
	struct buf ccel, own;		/* empty: not there */
	struct digest rtmr[TD_RTMR_COUNT];
	uint8_t mrconfigid;		/* each byte of it */
	bool debug, stale, cut;
	int error;			/* of tsm_report() */
	int read_error;			/* of file_read() */
} machine;

static void reset(void)
{
	buf_free(&machine.ccel);
	buf_free(&machine.own);
	memset(&machine, 0, sizeof(machine));
	machine.ccel = machine.own = (struct buf)BUF(4096);
	failure_clear();
}

static void put_zeros(struct buf *b, size_t len)
{
	while (len--)
		buf_u8(b, 0);
}

int __wrap_tsm_report(const struct tsm_request *q, struct tsm_report *ret)
{
	struct buf *b = &ret->out;
	unsigned i;

	CHECK_EQ_STR(q->provider, "tdx_guest");
	CHECK(!q->options[0].name);
	if (machine.error)
		return fail(machine.error, CODE_NO_TEE, "no report");
	buf_u16le(b, 4);
	buf_u16le(b, 2);
	buf_u32le(b, 0x81);
	put_zeros(b, 48 - 8 + 584);
	buf_u32le(b, 8);
	put_zeros(b, 8 + PADDING);
	b->data[168] = machine.debug;
	memset(b->data + MRCONFIGID_AT, machine.mrconfigid, TD_MR_LEN);
	for (i = 0; i < TD_RTMR_COUNT; i++)
		memcpy(b->data + RTMR_AT + i * TD_MR_LEN,
		       machine.rtmr[i].bytes, TD_MR_LEN);
	memcpy(b->data + REPORT_DATA_AT, q->data, TSM_DATA_LEN);
	b->data[REPORT_DATA_AT] ^= machine.stale;
	if (machine.cut)
		b->len = QUOTE_LEN - 1;
	return 0;
}

int __wrap_file_read(const char *path, struct buf *ret)
{
	bool own = strcmp(path, EVENTLOG_OWN) == 0;
	const struct buf *b = own ? &machine.own : &machine.ccel;

	CHECK(own || strcmp(path, "/sys/firmware/acpi/tables/data/CCEL") == 0);
	if (machine.read_error)
		return machine.read_error;
	if (b->len == 0)
		return -ENOENT;
	buf_add(ret, b->data, b->len);
	return buf_error(ret);
}

static void extend(struct digest *mr, const struct digest *d)
{
	uint8_t both[2 * SHA384_LEN];

	memcpy(both, mr->bytes, SHA384_LEN);
	memcpy(both + SHA384_LEN, d->bytes, SHA384_LEN);
	if (hash(HASH_SHA384, both, sizeof(both), mr) < 0)
		abort();
}

/* An event in LOG and in the register. */
static void happens(struct buf *log, uint32_t mr, const char *text)
{
	cleanup_buf struct buf data = BUF(256);
	struct digest d;

	eventlog_put_data(&data, text, strlen(text));
	if (hash(HASH_SHA384, data.data, data.len, &d) < 0)
		abort();
	eventlog_put_event(log, mr, &d, data.data, data.len);
	extend(&machine.rtmr[mr - 1], &d);
}

static void boots(void)
{
	eventlog_put_header(&machine.ccel);
	happens(&machine.ccel, 1, "firmware event a");
	happens(&machine.ccel, 2, "loader event b");
	put_zeros(&machine.ccel, 64);
}

struct answer {
	bool null;
	struct eventlog log;
	uint8_t log_bytes[4096], quote[1024];
	size_t quote_len;
};

static bool decode(const struct json *j, const struct json_token *t,
		   uint8_t *out, size_t size, size_t *ret_len)
{
	return t && t->type == JSON_STRING &&
	       b64_decode(j->text + t->start, t->end - t->start, B64_STD, out,
			  size, ret_len) == 0;
}

static struct digest question(void)
{
	struct digest d = { .alg = HASH_SHA384 };

	memset(d.bytes, 0x3c, SHA384_LEN);
	return d;
}

static bool ask(struct answer *ret)
{
	const struct digest d = question();
	cleanup_buf struct buf b = BUF(64 * 1024);
	cleanup_json struct json j = { 0 };
	const struct json_token *log;
	size_t len;

	if (!CHECK_EQ_INT(attester_tdx.evidence(&d, &b), 0) ||
	    !CHECK(buf_cstr(&b)) ||
	    !CHECK(json_parse(&j, buf_cstr(&b), b.len, CODE_INTERNAL,
			      NULL) == 0))
		return false;
	log = json_member(&j, json_root(&j), "cc_eventlog");
	ret->null = log && log->type == JSON_NULL;
	if (!CHECK(json_root(&j)->count == 2) ||
	    !CHECK(decode(&j, json_member(&j, json_root(&j), "quote"),
			  ret->quote, sizeof(ret->quote), &ret->quote_len)))
		return false;
	return ret->null ||
	       (CHECK(decode(&j, log, ret->log_bytes, sizeof(ret->log_bytes),
			     &len)) &&
		CHECK_EQ_INT(eventlog_parse(ret->log_bytes, len, &ret->log,
					    NULL), 0) &&
		CHECK_EQ_INT(len, ret->log.len + 8));
}

static void test_before(void)
{
	static const uint8_t zero[TSM_DATA_LEN];
	const struct digest d = question();
	struct answer a;

	reset();
	boots();
	REQUIRE(ask(&a) && !a.null);
	CHECK_EQ_INT(a.log.count, 2);
	/* The quote as it is, but for the padding. */
	CHECK_EQ_INT(a.quote_len, QUOTE_LEN);
	CHECK_EQ_MEM(a.quote + REPORT_DATA_AT, d.bytes, SHA384_LEN);
	CHECK_EQ_MEM(a.quote + REPORT_DATA_AT + SHA384_LEN, zero,
		     TSM_DATA_LEN - SHA384_LEN);
	CHECK_EQ_STR(attester_tdx.flaw(), NULL);
}

/* What we have measured since is told, too. */
static void test_after(void)
{
	struct answer a;

	reset();
	boots();
	happens(&machine.own, 4, "postern config 00");
	happens(&machine.own, 4, "postern leave");
	REQUIRE(ask(&a) && !a.null);
	CHECK_EQ_INT(a.log.count, 4);
}

static void test_no_ccel(void)
{
	struct answer a;

	reset();
	REQUIRE(ask(&a));
	CHECK(a.null);
	happens(&machine.own, 4, "postern leave");
	REQUIRE(ask(&a) && !a.null);
	CHECK_EQ_INT(a.log.first, 69);
	CHECK_EQ_INT(a.log.count, 1);
}

static void differs(void)
{
	machine.rtmr[2].bytes[47] ^= 1;
}

static void extended_by_others(void)
{
	const struct digest d = question();

	extend(&machine.rtmr[3], &d);
}

static void broken(void)
{
	machine.ccel.data[4] = 9;
}

static void broken_own(void)
{
	buf_str(&machine.own, "garbage, of some length");
}

static void unreadable(void)
{
	machine.read_error = -EIO;
}

/* A log that Trustee would refuse the evidence for is not sent. */
static void test_null(void)
{
	static void (*const faults[])(void) = {
		differs, extended_by_others, broken, broken_own, unreadable,
	};
	struct answer a;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		reset();
		boots();
		faults[i]();
		REQUIRE(ask(&a));
		CHECK(a.null);
		CHECK_EQ_INT(a.quote_len, QUOTE_LEN);
	}
}

static int ask_error(void)
{
	cleanup_buf struct buf b = BUF(64 * 1024);
	const struct digest d = question();

	return attester_tdx.evidence(&d, &b);
}

static void test_failures(void)
{
	struct digest d = { .alg = HASH_SHA384 };

	reset();
	machine.error = -EAGAIN;
	CHECK_EQ_INT(ask_error(), -EAGAIN);
	reset();
	machine.cut = true;
	CHECK_EQ_INT(ask_error(), -EBADMSG);
	CHECK_EQ_INT(failure()->code, CODE_NO_TEE);
	reset();
	machine.stale = true;
	CHECK_EQ_INT(ask_error(), -EAGAIN);
	reset();
	machine.debug = true;
	CHECK_EQ_INT(ask_error(), 0);
	CHECK(attester_tdx.flaw());

	reset();
	memset(d.bytes, 0x11, SHA384_LEN);
	REQUIRE(attester_tdx.init_data(&d) == 0);
	CHECK_EQ_INT(ask_error(), -EACCES);
	CHECK_EQ_INT(failure()->code, CODE_TEE_MISMATCH);
	machine.mrconfigid = 0x11;
	CHECK_EQ_INT(ask_error(), 0);
	reset();
}

static const struct test tests[] = {
	{ "in the initramfs", test_before },
	{ "after our events", test_after },
	{ "no log of the firmware", test_no_ccel },
	{ "logs that are not sent", test_null },
	{ "failures", test_failures },
};
TEST_MAIN(tests)
