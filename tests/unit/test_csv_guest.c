/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver of /dev/csv-guest as a function that looks at each field. */
/* LDFLAGS: -Wl,--wrap=ioctl */
#include <fcntl.h>

#include "csv_fake.h"
#include "csv_guest.h"
#include "log.h"
#include "ioctl_fake.h"
#include "test.h"
#include "vector.h"

#define GET_REPORT	0xc0104401u
#define RTMR		0xc0184402u

static char device[] = "/tmp/postern-csv-XXXXXX";

/* The machine; all zero: it has everything. */
static struct {
	int error;			/* of any call */
	uint32_t firmware_error;	/* of a call about registers */
	int extend_error;		/* of an extend alone ... */
	bool late;			/* though the register was extended */
	bool stuck, other;		/* not extended; another one is read */
	uint8_t rtmr[CSV_RTMR_COUNT][SM3_LEN];
	bool extended;			/* the form asked for last */
	unsigned calls;
} machine;

/* struct csv_report_req, by offsets. */
static void give_report(const uint8_t *call)
{
	struct fake_report f = { .extended = false };
	uint8_t *page = ioctl_pointer(call), hash[SM3_LEN];
	uint8_t data[CSV_USER_DATA_LEN], mnonce[CSV_MNONCE_LEN];

	CHECK_EQ_INT(ioctl_u32(call + 8), 4096);
	CHECK_EQ_INT((uintptr_t)page % 4096, 0);
	memcpy(data, page, sizeof(data));
	memcpy(mnonce, page + 64, sizeof(mnonce));
	sm3(page, 80, hash);
	CHECK_EQ_MEM(page + 80, hash, SM3_LEN);
	f.extended = !all_zero(page + 112, 16);
	if (f.extended) {
		CHECK_EQ_MEM(page + 112, "ATTESTATION_EXT", 16);
		CHECK_EQ_INT(ioctl_u32(page + 128), 1);
	}
	CHECK(all_zero(page + (f.extended ? 132 : 112),
		   f.extended ? 4096 - 132 : 4096 - 112));
	machine.extended = f.extended;
	fake_report(&f, data, mnonce, page);
}

static void extend(uint8_t index, const uint8_t *digest)
{
	uint8_t both[2 * SM3_LEN];

	memcpy(both, machine.rtmr[index], SM3_LEN);
	memcpy(both + SM3_LEN, digest, SM3_LEN);
	sm3(both, sizeof(both), machine.rtmr[index]);
}

static int do_extend(const uint8_t *q)
{
	CHECK_EQ_INT(q[1], 0);
	CHECK_EQ_INT(ioctl_u16(q + 2), SM3_LEN);
	if (q[0] < 3 || q[0] >= CSV_RTMR_COUNT) {
		errno = EINVAL;
		return -1;
	}
	if (!machine.stuck && (!machine.extend_error || machine.late))
		extend(q[0], q + 4);
	errno = machine.extend_error;
	return machine.extend_error ? -1 : 0;
}

static void do_read(uint8_t *q)
{
	uint32_t bitmap = ioctl_u32(q);
	unsigned i;

	/* The values of the bits that are set, one after the other. */
	for (i = 0; i < CSV_RTMR_COUNT; i++)
		if (bitmap == UINT32_C(1) << i)
			memcpy(q + 4, machine.rtmr[i], SM3_LEN);
	q[0] ^= machine.other;
}

/* struct csv_rtmr_req, by offsets. */
static int about_rtmr(uint8_t *call)
{
	uint8_t *q = ioctl_pointer(call);
	uint64_t len = ioctl_u64(call + 8);

	CHECK_EQ_INT(ioctl_u16(call + 18), 0);
	CHECK_EQ_INT(ioctl_u32(call + 20), 0);
	memcpy(call + 20, &machine.firmware_error, 4);
	if (machine.firmware_error)
		return 0;
	switch (ioctl_u16(call + 16)) {
	case 1:
		CHECK(len >= 3);
		CHECK(all_zero(q, len));
		memcpy(q, "\1\0\2", 3);
		return 0;
	case 3:
		CHECK_EQ_INT(len, 36);
		do_read(q);
		return 0;
	case 4:
		CHECK_EQ_INT(len, 36);
		return do_extend(q);
	default:
		CHECK(!"a command that is known");
		return 0;
	}
}

static int driver(unsigned number, void *p)
{
	machine.calls++;
	if (machine.error) {
		errno = machine.error;
		return -1;
	}
	if (number == RTMR)
		return about_rtmr(p);
	CHECK_EQ_INT(number, GET_REPORT);
	give_report(p);
	return 0;
}

static bool make_device(void)
{
	int fd = mkstemp(device);

	if (fd >= 0)
		(void)close(fd);
	memset(&machine, 0, sizeof(machine));
	failure_clear();
	return fd >= 0;
}

static void remove_device(void)
{
	(void)unlink(device);
	memcpy(strrchr(device, '-') + 1, "XXXXXX", 6);
}

static int ask(bool extended, uint8_t *page)
{
	uint8_t data[CSV_USER_DATA_LEN], mnonce[CSV_MNONCE_LEN];

	memset(data, 0x5a, sizeof(data));
	memset(mnonce, 0xa5, sizeof(mnonce));
	failure_clear();
	return csv_guest_report(device, data, mnonce, extended, page);
}

static void test_report(void)
{
	uint8_t page[CSV_REPORT_LEN];
	struct csv_report s;
	int extended;

	REQUIRE(make_device());
	for (extended = 0; extended <= 1; extended++) {
		REQUIRE(ask(extended, page) == 0);
		CHECK_EQ_INT(machine.extended, extended);
		REQUIRE(csv_report_parse(page, extended, &s, NULL) == 0);
		CHECK(s.user_data[0] == 0x5a && s.user_data[63] == 0x5a);
		CHECK(s.mnonce[0] == 0xa5 && s.mnonce[15] == 0xa5);
		CHECK(s.mac_good);
	}
	CHECK_EQ_INT(machine.calls, 2);
	remove_device();
}

static void test_report_failures(void)
{
	static const struct {
		int error, r;
	} cases[] = {
		{ EINTR, -EAGAIN }, { EBUSY, -EAGAIN }, { EIO, -EIO },
		{ EINVAL, -EINVAL }, { ENOTTY, -ENOTTY },
		/* KVM's own numbers come through. */
		{ 1000, -1000 },
	};
	uint8_t page[CSV_REPORT_LEN];
	size_t i;

	REQUIRE(make_device());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		machine.error = cases[i].error;
		page[0] = 0x77;
		CHECK_EQ_INT(ask(true, page), cases[i].r);
		CHECK_EQ_INT(failure()->code, CODE_NO_TEE);
		CHECK_EQ_INT(page[0], 0x77);
	}
	remove_device();
	CHECK_EQ_INT(ask(false, page), -ENOENT);
	CHECK_EQ_INT(failure()->code, CODE_NO_TEE);
}

static void test_has(void)
{
	CHECK(!csv_guest_has_rtmr(device));
	REQUIRE(make_device());
	CHECK(csv_guest_has_rtmr(device));
	machine.error = ENODEV;
	CHECK(!csv_guest_has_rtmr(device));
	machine.error = 0;
	machine.firmware_error = 3;
	CHECK(!csv_guest_has_rtmr(device));
	remove_device();
}

static void test_extend(void)
{
	struct digest d = { .alg = HASH_SM3 }, value;
	uint8_t want[SM3_LEN], both[2 * SM3_LEN] = { 0 };

	REQUIRE(make_device());
	memset(d.bytes, 0xd1, SM3_LEN);
	memset(machine.rtmr[3], 0x33, SM3_LEN);
	memset(both + SM3_LEN, 0xd1, SM3_LEN);
	sm3(both, sizeof(both), want);
	REQUIRE(csv_guest_rtmr_extend(device, 4, &d) == 0);
	REQUIRE(csv_guest_rtmr_read(device, 4, &value) == 0);
	CHECK_EQ_INT(value.alg, HASH_SM3);
	CHECK_EQ_MEM(value.bytes, want, SM3_LEN);
	REQUIRE(csv_guest_rtmr_read(device, 3, &value) == 0);
	CHECK_EQ_INT(value.bytes[31], 0x33);
	/* An error that came too late does no harm. */
	machine.extend_error = EFAULT;
	machine.late = true;
	CHECK_EQ_INT(csv_guest_rtmr_extend(device, 4, &d), 0);
	remove_device();
}

static void test_extend_failures(void)
{
	struct digest d = { .alg = HASH_SM3 }, value;

	REQUIRE(make_device());
	machine.stuck = true;
	CHECK_EQ_INT(csv_guest_rtmr_extend(device, 4, &d), -EIO);
	CHECK_EQ_INT(failure()->code, CODE_MEASURE);
	CHECK(strstr(failure()->text, "does not hold what it was extended with"));
	machine.extend_error = ENOMEM;
	CHECK_EQ_INT(csv_guest_rtmr_extend(device, 4, &d), -ENOMEM);
	CHECK(strstr(failure()->text, "cannot extend CSV RTMR4: "));
	machine.extend_error = 0;
	/* The kernel's own rule. */
	CHECK_EQ_INT(csv_guest_rtmr_extend(device, 2, &d), -EINVAL);
	machine.other = true;
	CHECK_EQ_INT(csv_guest_rtmr_read(device, 4, &value), -EBADMSG);
	machine.other = false;
	machine.firmware_error = 1;
	CHECK_EQ_INT(csv_guest_rtmr_read(device, 4, &value), -EIO);
	CHECK_EQ_INT(csv_guest_rtmr_extend(device, 4, &d), -EIO);
	CHECK_EQ_INT(failure()->code, CODE_MEASURE);
	remove_device();
	CHECK_EQ_INT(csv_guest_rtmr_read(device, 4, &value), -ENOENT);
}

static const struct test tests[] = {
	{ "reports", test_report },
	{ "reports: failures", test_report_failures },
	{ "whether there are registers", test_has },
	{ "registers", test_extend },
	{ "registers: failures", test_extend_failures },
};
TEST_MAIN(tests)
