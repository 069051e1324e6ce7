/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers of sysfs as plain files, and the driver's ioctl() as a function. */
/* LDFLAGS: -Wl,--wrap=write,--wrap=ioctl */
#include <fcntl.h>
#include <sys/stat.h>

#include "eventlog.h"
#include "file.h"
#include "log.h"
#include "measurer.h"
#include "rtmr.h"
#include "td_quote.h"
#include "ioctl_fake.h"
#include "test.h"

#define GET_REPORT0	0xc4405401u
#define EXTEND_RTMR	0x80315403u
#define EXTEND_RTMR_V3	0x40315403u
#define RTMR_AT		720

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
extern const struct measurer measurer_rtmr;

static char dir[] = "/tmp/postern-rtmr-XXXXXX";
static char file[64], device[64];
static const struct rtmr_paths paths = {
	.measurements = dir, .device = device,
};

/* The machine; all zero: the registers are zero and all goes well. */
static struct {
	struct digest value[TD_RTMR_COUNT];
	int error;			/* of the write or ioctl ... */
	unsigned error_count;		/* for as many calls ... */
	bool error_late;		/* though the register was extended */
	bool stuck, twice;		/* extends not at all, or twice */
	unsigned extend_ioctl;		/* the number that the driver has */
	unsigned calls;
} machine;

static void extend(unsigned index, const uint8_t *data)
{
	struct digest *d = &machine.value[index];
	uint8_t both[96];

	memcpy(both, d->bytes, 48);
	memcpy(both + 48, data, 48);
	if (hash(HASH_SHA384, both, sizeof(both), d) < 0)
		abort();
}

static void put_value(void)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || __real_write(fd, machine.value[3].bytes, 48) != 48)
		abort();
	(void)close(fd);
}

/* What write() and ioctl() have in common. */
static int act(unsigned index, const uint8_t *data)
{
	bool fails = machine.calls++ < machine.error_count;

	if ((!fails || machine.error_late) && !machine.stuck)
		extend(index, data);
	if (machine.twice)
		extend(index, data);
	if (!fails)
		return 0;
	errno = machine.error;
	return -1;
}

ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	struct stat a, b;
	int r;

	if (stat(file, &a) < 0 || fstat(fd, &b) < 0 || a.st_ino != b.st_ino)
		return __real_write(fd, data, len);
	CHECK_EQ_INT(len, 48);
	r = act(3, data);
	put_value();
	return r < 0 ? -1 : (ssize_t)len;
}

static int driver(unsigned number, void *argument)
{
	uint8_t *p = argument;
	unsigned i;

	if (number == GET_REPORT0) {
		memset(p + 64, 0, TD_REPORT_LEN);
		p[64] = 0x81;
		for (i = 0; i < TD_RTMR_COUNT; i++)
			memcpy(p + 64 + RTMR_AT + 48 * i,
			       machine.value[i].bytes, 48);
		return 0;
	}
	errno = number == machine.extend_ioctl ? EINVAL : ENOTTY;
	if (number != machine.extend_ioctl || p[48] >= TD_RTMR_COUNT)
		return -1;
	return act(p[48], p);
}

/* With FILES the registers are in sysfs, with DRIVER there is a device. */
static bool set_up(bool files, unsigned extend_ioctl)
{
	int fd;

	memset(&machine, 0, sizeof(machine));
	failure_clear();
	if (strstr(dir, "XXXXXX") && !mkdtemp(dir))
		return false;
	(void)snprintf(file, sizeof(file), "%s/rtmr3:sha384", dir);
	(void)snprintf(device, sizeof(device), "%s/tdx_guest", dir);
	(void)unlink(file);
	(void)unlink(device);
	machine.extend_ioctl = extend_ioctl;
	if (files)
		put_value();
	if (extend_ioctl) {
		fd = open(device, O_RDWR | O_CREAT, 0600);
		(void)close(fd);
		return fd >= 0;
	}
	return true;
}

static void clean(void)
{
	(void)unlink(file);
	(void)unlink(device);
	(void)rmdir(dir);
	memcpy(strrchr(dir, '-') + 1, "XXXXXX", 6);
}

static struct digest some_digest(void)
{
	struct digest d = { .alg = HASH_SHA384 };

	memset(d.bytes, 0x42, 48);
	return d;
}

static void test_extend(void)
{
	static const struct {
		bool files;
		unsigned extend_ioctl;
	} cases[] = {
		{ true, 0 }, { false, EXTEND_RTMR }, { false, EXTEND_RTMR_V3 },
	};
	struct digest d = some_digest(), now;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		REQUIRE(set_up(cases[i].files, cases[i].extend_ioctl));
		CHECK(rtmr_present(&paths, 3));
		CHECK_EQ_INT(machine.calls, 0);
		CHECK_EQ_INT(rtmr_extend(&paths, 3, &d), 0);
		CHECK_EQ_INT(rtmr_extend(&paths, 3, &d), 0);
		CHECK_EQ_INT(machine.calls, 2);
		REQUIRE(rtmr_read(&paths, 3, &now) == 0);
		memset(&machine.value[0], 0, sizeof(machine.value[0]));
		extend(0, d.bytes);
		extend(0, d.bytes);
		CHECK_EQ_MEM(now.bytes, machine.value[0].bytes, 48);
	}
	clean();
}

static void test_failures(void)
{
	static const struct {
		const char *name;
		int error;
		unsigned count;
		bool late, stuck, twice;
		int r;
		unsigned calls;
	} cases[] = {
		{ "busy once", EBUSY, 1, false, false, false, 0, 2 },
		{ "interrupted once", EINTR, 1, false, false, false, 0, 2 },
		{ "interrupted late", EINTR, 1, true, false, false, 0, 1 },
		{ "always busy", EBUSY, 9, false, false, false, -EBUSY, 3 },
		{ "refused", ENXIO, 9, false, false, false, -ENXIO, 1 },
		{ "no change", 0, 0, false, true, false, -EIO, 1 },
		{ "extended twice", 0, 0, false, false, true, -EIO, 1 },
	};
	struct digest d = some_digest();
	size_t i;

	for (i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		size_t k = i / 2;

		CASE(cases[k].name);
		REQUIRE(set_up(i % 2, i % 2 ? 0 : EXTEND_RTMR));
		machine.error = cases[k].error;
		machine.error_count = cases[k].count;
		machine.error_late = cases[k].late;
		machine.stuck = cases[k].stuck;
		machine.twice = cases[k].twice;
		CHECK_EQ_INT(rtmr_extend(&paths, 3, &d), cases[k].r);
		CHECK_EQ_INT(machine.calls, cases[k].calls);
		CHECK_EQ_INT(failure()->code,
			     cases[k].r ? CODE_MEASURE : CODE_NONE);
	}
	clean();
}

static void test_absent(void)
{
	struct digest d = some_digest();

	/* Nothing; a kernel with neither; a register of another length. */
	REQUIRE(set_up(false, 0));
	CHECK(!rtmr_present(&paths, 3));
	CHECK_EQ_INT(rtmr_extend(&paths, 3, &d), -ENOENT);
	REQUIRE(set_up(false, 1));
	CHECK(!rtmr_present(&paths, 3));
	CHECK_EQ_INT(rtmr_extend(&paths, 3, &d), -ENOTTY);
	REQUIRE(set_up(true, 0));
	CHECK(!rtmr_present(&paths, 4));
	CHECK(!rtmr_present(&paths, 255));
	REQUIRE(truncate(file, 47) == 0);
	CHECK(!rtmr_present(&paths, 3));
	CHECK_EQ_INT(rtmr_extend(&paths, 3, &d), -EBADMSG);
	clean();
}

static void test_measurer(void)
{
	unsigned i;

	for (i = 0; i < 24; i++)
		CHECK_EQ_INT(measurer_rtmr.allowed(i), i == 3);
}

/* What is recorded of an event replays to what it was extended with. */
static void test_record(void)
{
	static const char event[] = "postern leave";
	const size_t len = sizeof(event) - 1;
	cleanup_buf struct buf data = BUF(1024), b = BUF(1024);
	struct digest d, mr;
	struct eventlog log;

	memset(&machine, 0, sizeof(machine));
	eventlog_put_data(&data, event, len);
	REQUIRE(hash(HASH_SHA384, data.data, data.len, &d) == 0);
	eventlog_put_header(&b);
	measurer_rtmr.record(3, event, len, &d, &b);
	eventlog_put_end(&b);
	REQUIRE(eventlog_parse(b.data, b.len, &log, NULL) == 0);
	REQUIRE(eventlog_replay(&log, 4, HASH_SHA384, &mr) == 0);
	extend(3, d.bytes);
	CHECK_EQ_MEM(mr.bytes, machine.value[3].bytes, 48);
}

static const struct test tests[] = {
	{ "extending", test_extend },
	{ "a register that fails", test_failures },
	{ "no register", test_absent },
	{ "which are allowed", test_measurer },
	{ "the record of an event", test_record },
};
TEST_MAIN(tests)
