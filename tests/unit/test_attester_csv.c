/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evidence of Hygon CSV with another driver below, and what is measured. */
/* LDFLAGS: -Wl,--wrap=csv_guest_report,--wrap=csv_guest_has_rtmr */
/* LDFLAGS: -Wl,--wrap=csv_guest_rtmr_read,--wrap=csv_guest_rtmr_extend,--wrap=file_read */
#include "attester.h"
#include "csv_fake.h"
#include "csv_guest.h"
#include "encode.h"
#include "eventlog.h"
#include "file.h"
#include "json.h"
#include "log.h"
#include "measurer.h"
#include "test.h"
#include "vector.h"

extern const struct attester attester_csv;
extern const struct measurer measurer_csv;

int __wrap_csv_guest_report(const char *device, const uint8_t *user_data,
			    const uint8_t *mnonce, bool extended, uint8_t *ret);
bool __wrap_csv_guest_has_rtmr(const char *device);
int __wrap_csv_guest_rtmr_read(const char *device, unsigned index,
			       struct digest *ret);
int __wrap_csv_guest_rtmr_extend(const char *device, unsigned index,
				 const struct digest *d);
int __wrap_file_read(const char *path, struct buf *ret);

/* The machine. */
static struct {
	struct fake_report report;
	bool has_rtmr, knows_extended;
	bool stale, other_mac;
	int error;			/* of each report */
	struct buf ccel, own;		/* empty: not there */
	unsigned asked;
	uint8_t mnonce[CSV_MNONCE_LEN];
} machine;

static void reset(void)
{
	buf_free(&machine.ccel);
	buf_free(&machine.own);
	memset(&machine, 0, sizeof(machine));
	machine.ccel = machine.own = (struct buf)BUF(4096);
	failure_clear();
}

int __wrap_csv_guest_report(const char *device, const uint8_t *user_data,
			    const uint8_t *mnonce, bool extended, uint8_t *ret)
{
	struct fake_report f = machine.report;
	uint8_t data[CSV_USER_DATA_LEN];

	CHECK_EQ_STR(device, "/dev/csv-guest");
	CHECK(machine.has_rtmr || !extended);
	machine.asked++;
	if (machine.error)
		return fail(machine.error, CODE_NO_TEE, "no report");
	/* Never the same twice. */
	CHECK(memcmp(machine.mnonce, mnonce, sizeof(machine.mnonce)) != 0);
	memcpy(machine.mnonce, mnonce, sizeof(machine.mnonce));
	memcpy(data, user_data, sizeof(data));
	data[0] ^= machine.stale;
	f.extended = extended && machine.knows_extended;
	fake_report(&f, data, mnonce, ret);
	ret[336 + 2180] ^= machine.other_mac;
	return 0;
}

bool __wrap_csv_guest_has_rtmr(const char *device)
{
	CHECK_EQ_STR(device, "/dev/csv-guest");
	return machine.has_rtmr;
}

int __wrap_csv_guest_rtmr_read(const char *device, unsigned index,
			       struct digest *ret)
{
	CHECK_EQ_STR(device, "/dev/csv-guest");
	if (!machine.has_rtmr)
		return fail(-ENODEV, CODE_MEASURE, "no register");
	ret->alg = HASH_SM3;
	memcpy(ret->bytes, machine.report.rtmr[index], SM3_LEN);
	return 0;
}

static void extend(unsigned index, const uint8_t *digest)
{
	uint8_t both[2 * SM3_LEN];

	memcpy(both, machine.report.rtmr[index], SM3_LEN);
	memcpy(both + SM3_LEN, digest, SM3_LEN);
	sm3(both, sizeof(both), machine.report.rtmr[index]);
}

int __wrap_csv_guest_rtmr_extend(const char *device, unsigned index,
				 const struct digest *d)
{
	CHECK_EQ_STR(device, "/dev/csv-guest");
	CHECK_EQ_INT(d->alg, HASH_SM3);
	if (machine.error)
		return fail(machine.error, CODE_MEASURE, "no extend");
	extend(index, d->bytes);
	return 0;
}

int __wrap_file_read(const char *path, struct buf *ret)
{
	bool own = strcmp(path, EVENTLOG_OWN) == 0;
	const struct buf *b = own ? &machine.own : &machine.ccel;

	CHECK(own || strcmp(path, "/sys/firmware/acpi/tables/data/CCEL") == 0);
	if (b->len == 0)
		return -ENOENT;
	buf_add(ret, b->data, b->len);
	return buf_error(ret);
}

/* The firmware measures TEXT into MR, and its log says so. */
static void happens(uint32_t mr, const char *text)
{
	cleanup_buf struct buf data = BUF(1024);
	struct digest d;

	if (machine.ccel.len == 0)
		eventlog_put_header(&machine.ccel);
	eventlog_put_data(&data, text, strlen(text));
	if (hash(HASH_SM3, data.data, data.len, &d) < 0)
		abort();
	extend(mr, d.bytes);
	eventlog_put_event(&machine.ccel, mr, &d, data.data, data.len);
}

static void boots(bool csv3)
{
	reset();
	machine.has_rtmr = machine.knows_extended = csv3;
	happens(1, "firmware variable a");
	happens(2, "boot loader b");
	happens(3, "kernel image c");
}

static bool ask(struct vector *v)
{
	struct digest d = { .alg = HASH_SHA384 };
	struct reason why = { .text = "" };

	memset(d.bytes, 0x3c, hash_len(d.alg));
	memset(d.bytes + 48, 0xee, 16);
	failure_clear();
	if (!CHECK_EQ_INT(attester_csv.evidence(&d, &v->text), 0) ||
	    !CHECK(buf_cstr(&v->text)) ||
	    !CHECK_EQ_INT(json_parse(&v->json, buf_cstr(&v->text), v->text.len,
				     CODE_INTERNAL, &why), 0)) {
		printf("#   %s%s\n", failure()->text, why.text);
		return false;
	}
	return CHECK_EQ_INT(json_root(&v->json)->count, 4);
}

static int refuses(void)
{
	struct digest d = { .alg = HASH_SHA384 };
	cleanup_buf struct buf b = BUF(VECTOR_MAX);
	int r;

	failure_clear();
	r = attester_csv.evidence(&d, &b);
	CHECK_EQ_INT(b.len, 0);
	return r;
}

/* What is sent replays to the registers. */
static void check_log(const struct vector *v)
{
	cleanup_text char *text = vector_string(v, "cc_eventlog");
	static uint8_t bytes[8192];
	struct eventlog log;
	struct digest mr;
	size_t len = 0;
	uint32_t i;

	REQUIRE(text);
	REQUIRE(b64_decode(text, strlen(text), B64_STD, bytes, sizeof(bytes),
			   &len) == 0);
	REQUIRE(eventlog_parse(bytes, len, &log, NULL) == 0);
	for (i = 1; i < CSV_RTMR_COUNT; i++) {
		REQUIRE(eventlog_replay(&log, i, HASH_SM3, &mr) == 0);
		CHECK_EQ_MEM(mr.bytes, machine.report.rtmr[i], SM3_LEN);
	}
}

static void test_extended(void)
{
	cleanup_vector struct vector v = VECTOR;

	boots(true);
	REQUIRE(ask(&v));
	CHECK_EQ_INT(machine.asked, 1);
	CHECK(strstr(buf_cstr(&v.text), "\"flags\":1,"));
	/* User data at 64: the digest, then zeros; in front of it the version. */
	CHECK(strstr(buf_cstr(&v.text), ",0,60,60,60,60,"));
	CHECK(strstr(buf_cstr(&v.text), ",60,60,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"));
	check_log(&v);
	CHECK_EQ_STR(attester_csv.flaw(), NULL);
	reset();
}

/* CSV and CSV2, and firmware that knows registers, but not that form. */
static void test_plain(void)
{
	int registers;

	for (registers = 0; registers <= 1; registers++) {
		cleanup_vector struct vector v = VECTOR;

		boots(false);
		machine.has_rtmr = registers;
		REQUIRE(ask(&v));
		CHECK_EQ_INT(machine.asked, 1 + registers);
		CHECK(strstr(buf_cstr(&v.text), "\"flags\":0,"));
		CHECK(vector_at(&v, "cc_eventlog")->type == JSON_NULL);
		CHECK_EQ_INT(failure()->code, CODE_NONE);
	}
	reset();
}

/* Our own events, as the measurer records them, replay with the rest. */
static void test_measurer(void)
{
	static const char event[] = "postern config 00";
	cleanup_vector struct vector v = VECTOR;
	struct digest d[MEASURER_BANKS_MAX];
	size_t count = 0;
	unsigned i;

	boots(true);
	for (i = 0; i < 24; i++)
		CHECK_EQ_INT(measurer_csv.allowed(i), i == 4);
	CHECK(measurer_csv.probe(4));
	CHECK(!measurer_csv.probe(3));
	REQUIRE(measurer_csv.extend(4, event, strlen(event), d, &count) == 0);
	CHECK_EQ_INT(count, 1);
	CHECK_EQ_INT(d[0].alg, HASH_SM3);
	measurer_csv.record(4, event, strlen(event), d, &machine.own);
	REQUIRE(ask(&v));
	check_log(&v);
	CHECK(machine.report.rtmr[4][0] | machine.report.rtmr[4][1]);

	machine.error = -EIO;
	CHECK_EQ_INT(measurer_csv.extend(4, event, strlen(event), d, &count),
		     -EIO);
	machine.has_rtmr = false;
	CHECK(!measurer_csv.probe(4));
	CHECK_EQ_INT(failure()->code, CODE_NONE);
	reset();
}

static void test_other_log(void)
{
	unsigned i;

	/* All of them are compared but the launch measurement. */
	for (i = 0; i < CSV_RTMR_COUNT; i++) {
		cleanup_vector struct vector v = VECTOR;

		boots(true);
		machine.report.rtmr[i][5] ^= 1;
		REQUIRE(ask(&v));
		CHECK(vector_at(&v, "cc_eventlog")->type ==
		      (i ? JSON_NULL : JSON_STRING));
	}
	reset();
}

static void test_failures(void)
{
	cleanup_vector struct vector v = VECTOR;

	boots(false);
	machine.stale = true;
	CHECK_EQ_INT(refuses(), -EBADMSG);
	CHECK_EQ_INT(failure()->code, CODE_NO_TEE);
	machine.stale = false;
	machine.other_mac = true;
	CHECK_EQ_INT(refuses(), -EBADMSG);
	machine.other_mac = false;
	machine.error = -EIO;
	CHECK_EQ_INT(refuses(), -EIO);
	/* A busy driver is asked again, and not for less. */
	machine.has_rtmr = true;
	machine.asked = 0;
	machine.error = -EAGAIN;
	CHECK_EQ_INT(refuses(), -EAGAIN);
	CHECK_EQ_INT(machine.asked, 1);
	boots(false);
	machine.report.debug = true;
	REQUIRE(ask(&v));
	CHECK(attester_csv.flaw());
	reset();
}

static const struct test tests[] = {
	{ "an extended report", test_extended },
	{ "a plain report", test_plain },
	{ "what we measure", test_measurer },
	{ "a log that does not replay", test_other_log },
	{ "failures", test_failures },
};
TEST_MAIN(tests)
