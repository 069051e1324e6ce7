/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of now against the logs, whose files and RTMRs are made here. */
/* LDFLAGS: -Wl,--wrap=file_read,--wrap=rtmr_read */
#include "eventlog.h"
#include "file.h"
#include "log.h"
#include "measure_log.h"
#include "registers.h"
#include "rtmr.h"
#include "test.h"

#define OTHER_LOG	"/run/log/systemd/tpm2-measure.log"

int __wrap_file_read(const char *path, struct buf *ret);
int __wrap_rtmr_read(const struct rtmr_paths *p, unsigned index,
		     struct digest *ret);

/* Digests are of one repeated byte; PCR 15 replays from the two with 01 and 02. */
#define B4(x)	x x x x
#define B32(x)	B4(x) B4(x) B4(x) B4(x) B4(x) B4(x) B4(x) B4(x)
#define DIGESTS(x) \
	"\"digests\":[{\"hashAlg\":\"sha1\",\"digest\":\"" B4(x) B4(x) B4(x) \
	B4(x) B4(x) "\"},{\"hashAlg\":\"sha256\",\"digest\":\"" B32(x) "\"}]"
#define RECORD(register, x) "\x1e{" register "," DIGESTS(x) "}\n"

static const char good_log[] =
	RECORD("\"pcr\":15", "01") RECORD("\"pcr\":11", "77")
	RECORD("\"nv_index\":30474756", "78") RECORD("\"rtmr\":3", "79")
	RECORD("\"pcr\":15", "02");

/* The machine; all zero: neither RTMRs nor a TPM. */
static struct {
	const char *log, *pcr_sha256, *pcr_sha1;
	bool has_rtmr, own, broken;
	int log_error;
	struct digest rtmr[4];
} machine;

/* In the second log one event of RTMR3, whose digest is all 05. */
static void put_own(struct buf *b)
{
	struct digest d = { .alg = HASH_SHA384 };
	cleanup_buf struct buf data = BUF(64);

	memset(d.bytes, 5, 48);
	eventlog_put_data(&data, "postern leave", 13);
	eventlog_put_event(b, 4, &d, data.data, data.len);
	if (machine.broken)
		buf_str(b, "x");
}

int __wrap_file_read(const char *path, struct buf *ret)
{
	const char *text = NULL;

	if (strcmp(path, OTHER_LOG) == 0 && machine.log_error)
		return machine.log_error;
	if (strcmp(path, OTHER_LOG) == 0)
		text = machine.log;
	else if (strstr(path, "/tpm0/pcr-sha256/15"))
		text = machine.pcr_sha256;
	else if (strstr(path, "/tpm0/pcr-sha1/15"))
		text = machine.pcr_sha1;
	else if (strcmp(path, EVENTLOG_OWN) == 0 && machine.own)
		put_own(ret);
	else
		return -ENOENT;
	if (!text)
		return ret->len ? buf_error(ret) : -ENOENT;
	buf_str(ret, text);
	return buf_error(ret);
}

int __wrap_rtmr_read(const struct rtmr_paths *p, unsigned index,
		     struct digest *ret)
{
	(void)p;
	if (!machine.has_rtmr)
		return fail(-ENOENT, CODE_MEASURE, "no RTMR");
	*ret = machine.rtmr[index];
	ret->alg = HASH_SHA384;
	return 0;
}

static int replay(const char *text, enum hash alg, struct digest *ret)
{
	struct reason why = { 0 };
	int r = measure_log_replay(text, strlen(text), 15, alg, ret, &why);

	CHECK((r < 0) == (why.code == CODE_MEASURE && why.text[0]));
	return r;
}

/* H(H(0 || 01..) || 02..), as Python's hashlib has it. */
static void test_replay(void)
{
	static const uint8_t want[] = {
		0xa7, 0xf2, 0xfa, 0xd9, 0x43, 0x90, 0x55, 0x35,
	};
	struct digest d = { 0 };

	REQUIRE(replay(good_log, HASH_SHA256, &d) == 0);
	CHECK_EQ_MEM(d.bytes, want, sizeof(want));
	REQUIRE(replay("", HASH_SHA256, &d) == 0);
	CHECK(d.bytes[0] == 0 && d.bytes[31] == 0);
}

static void test_bad_logs(void)
{
	static const char *const bad[] = {
		"x", "{}", "\n", "\x1e", "\x1e{\"pcr\":15", "\x1e[] x",
		"\x1e{\"pcr\":15}", "\x1e{\"pcr\":\"15\"," DIGESTS("01") "}",
		"\x1e{\"pcr\":-1," DIGESTS("01") "}",
		"\x1e{\"pcr\":15,\"digests\":{}}",
		"\x1e{\"pcr\":15,\"digests\":[]}",
		"\x1e{\"pcr\":15,\"digests\":[1,{}]}",
		"\x1e{\"pcr\":15,\"digests\":[{\"hashAlg\":\"sha256\"}]}",
		"\x1e{\"pcr\":15,\"digests\":[{\"hashAlg\":\"sha256\","
			"\"digest\":\"01\"}]}",
		"\x1e{\"pcr\":15,\"digests\":[{\"hashAlg\":\"sha256\","
			"\"digest\":\"" B32("0g") "\"}]}",
	};
	struct digest d = { .bytes = { 7 } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		CASE(bad[i]);
		CHECK_EQ_INT(replay(bad[i], HASH_SHA256, &d), -EBADMSG);
		CHECK_EQ_INT(d.bytes[0], 7);
	}
	CASE(NULL);
	/* No digest for a bank that is in use. */
	CHECK_EQ_INT(replay(good_log, HASH_SHA384, &d), -EBADMSG);
}

/* As the kernel prints it: upper case and a newline. */
static char *print(const struct digest *d, char out[2 * HASH_LEN_MAX + 2])
{
	size_t i;

	for (i = 0; i < hash_len(d->alg); i++)
		(void)snprintf(out + 2 * i, 4, "%02X\n", d->bytes[i]);
	return out;
}

static void test_pcr(void)
{
	char text[2 * HASH_LEN_MAX + 2], zero[2 * HASH_LEN_MAX + 2];
	struct register_value v[REGISTERS_MAX];
	struct digest d = { 0 }, none = { .alg = HASH_SHA1 };

	memset(&machine, 0, sizeof(machine));
	CHECK_EQ_INT(registers_read(v), 0);

	REQUIRE(replay(good_log, HASH_SHA256, &d) == 0);
	machine.log = good_log;
	machine.pcr_sha256 = print(&d, text);
	machine.pcr_sha1 = print(&none, zero);
	REQUIRE(registers_read(v) == 2);
	CHECK_EQ_STR(v[0].name, "pcr:15");
	CHECK(v[0].value.alg == HASH_SHA1 && v[1].value.alg == HASH_SHA256);
	CHECK_EQ_INT(v[0].state, REGISTER_DIFFERS);
	CHECK_EQ_INT(v[1].state, REGISTER_LOGGED);
	CHECK_EQ_MEM(v[1].value.bytes, d.bytes, 32);

	/* No log, no event: zero is right. */
	machine.log = NULL;
	REQUIRE(registers_read(v) == 2);
	CHECK(v[0].state == REGISTER_LOGGED && v[1].state == REGISTER_DIFFERS);
	machine.log_error = -EACCES;
	REQUIRE(registers_read(v) == 2);
	CHECK(v[0].state == REGISTER_UNKNOWN && v[1].state == REGISTER_UNKNOWN);
	machine.log_error = 0;
	machine.log = "broken";
	REQUIRE(registers_read(v) == 2);
	CHECK(v[0].state == REGISTER_UNKNOWN);
	machine.pcr_sha256 = "00\n";
	CHECK_EQ_INT(registers_read(v), 1);
}

static void test_rtmr(void)
{
	struct register_value v[REGISTERS_MAX];
	uint8_t both[96] = { 0 };
	size_t i;

	memset(&machine, 0, sizeof(machine));
	memset(both + 48, 5, 48);
	REQUIRE(hash(HASH_SHA384, both, 96, &machine.rtmr[3]) == 0);
	machine.has_rtmr = machine.own = true;
	machine.rtmr[1].bytes[47] = 1;
	REQUIRE(registers_read(v) == 4);
	for (i = 0; i < 4; i++)
		CHECK_EQ_INT(v[i].state, i == 1 ? REGISTER_DIFFERS :
						  REGISTER_LOGGED);
	CHECK_EQ_STR(v[3].name, "rtmr:3");
	CHECK_EQ_MEM(v[3].value.bytes, machine.rtmr[3].bytes, 48);
	CHECK_EQ_INT(failure()->code, CODE_NONE);

	/* No log at all, and one that is broken. */
	machine.own = false;
	CHECK(registers_read(v) == 4 && v[0].state == REGISTER_UNKNOWN);
	machine.own = machine.broken = true;
	CHECK(registers_read(v) == 4 && v[0].state == REGISTER_UNKNOWN);
}

static const struct test tests[] = {
	{ "a log replays", test_replay },
	{ "logs that are none", test_bad_logs },
	{ "PCR 15", test_pcr },
	{ "RTMRs", test_rtmr },
};
TEST_MAIN(tests)
