/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver of /dev/uv as a function that looks at each field. */
/* LDFLAGS: -Wl,--wrap=ioctl */
#include <fcntl.h>

#include "log.h"
#include "ioctl_fake.h"
#include "test.h"
#include "uv.h"

#define ATTEST		0xc0407501u
#define REQUEST		"a request"
#define ADDITIONAL_LEN	64

static char device[] = "/tmp/postern-uv-XXXXXX";

/* The machine; all zero: it measures. */
static struct {
	int error;
	uint16_t rc, rrc;		/* rc 0: 1 */
	uint32_t additional;		/* what it says there is; 0: as much as fits */
	bool none;			/* nothing of it */
	unsigned calls;
} machine;

/* Fields by offsets, as tee-abi.md 3.3 has them, in this machine's order. */
static void check_argument(const uint8_t *a, bool additional)
{
	CHECK_EQ_INT(ioctl_u32(a + 0x128), sizeof(REQUEST) - 1);
	CHECK_EQ_MEM(ioctl_pointer(a), REQUEST, sizeof(REQUEST) - 1);
	CHECK_EQ_INT(ioctl_u32(a + 0x12c), 48);
	CHECK_EQ_INT(ioctl_u32(a + 0x130), additional ? ADDITIONAL_LEN : 0);
	CHECK(!ioctl_pointer(a + 0x10) == !additional);
	CHECK_EQ_INT(ioctl_u16(a + 0x134), 5);
	CHECK_EQ_MEM(a + 0x18, "user!", 5);
	CHECK(all_zero(a + 0x18 + 5, 256 - 5));
	CHECK(all_zero(a + 0x118, 16));
	CHECK_EQ_INT(ioctl_u16(a + 0x136), 0);
}

static void measure(uint8_t *a)
{
	uint32_t n = ioctl_u32(a + 0x130);

	memset(ioctl_pointer(a + 0x08), 0x3e, ioctl_u32(a + 0x12c));
	memset(a + 0x118, 0xc1, 16);
	if (n)
		memset(ioctl_pointer(a + 0x10), 0xad, n);
	if (machine.none || machine.additional)
		n = machine.additional;
	memcpy(a + 0x130, &n, 4);
}

static int driver(unsigned number, void *argument)
{
	uint8_t *c = argument;
	uint16_t rc = machine.rc ?: 1;

	machine.calls++;
	CHECK_EQ_INT(number, ATTEST);
	CHECK_EQ_INT(ioctl_u32(c), 0);
	CHECK(all_zero(c + 4, 4));
	CHECK_EQ_INT(ioctl_u32(c + 0x10), 0x138);
	CHECK(all_zero(c + 0x14, 44));
	check_argument(ioctl_pointer(c + 8), ioctl_u32(ioctl_pointer(c + 8) + 0x130) > 0);
	if (machine.error) {
		errno = machine.error;
		return -1;
	}
	if (rc == 1)
		measure(ioctl_pointer(c + 8));
	memcpy(c + 4, &rc, 2);
	memcpy(c + 6, &machine.rrc, 2);
	return 0;
}

static int ask(uint32_t additional, struct uv_answer *ret)
{
	const struct uv_request q = {
		.request = READER((const uint8_t *)REQUEST, sizeof(REQUEST) - 1),
		.user_data = READER((const uint8_t *)"user!", 5),
		.measurement_len = 48,
		.additional_len = additional,
	};

	failure_clear();
	return uv_attest(device, &q, ret);
}

static bool make_device(void)
{
	int fd = mkstemp(device);

	if (fd >= 0)
		(void)close(fd);
	memset(&machine, 0, sizeof(machine));
	return fd >= 0;
}

static void remove_device(void)
{
	(void)unlink(device);
	memcpy(strrchr(device, '-') + 1, "XXXXXX", 6);
}

static bool all(const struct buf *b, uint8_t value, size_t len)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if (b->data[i] != value)
			return false;
	return b->len == len;
}

static void test_answer(void)
{
	static const struct {
		uint32_t room, said, len;
		bool none;
	} cases[] = {
		{ ADDITIONAL_LEN, 0, ADDITIONAL_LEN, false },
		{ ADDITIONAL_LEN, 32, 32, false },	/* cut to it */
		{ ADDITIONAL_LEN, 0, 0, true },
		{ 0, 0, 0, false },
	};
	size_t i;

	REQUIRE(make_device());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_uv struct uv_answer a = UV_ANSWER;

		machine.additional = cases[i].said;
		machine.none = cases[i].none;
		REQUIRE(ask(cases[i].room, &a) == 0);
		CHECK(all(&a.measurement, 0x3e, 48));
		CHECK(all(&a.additional, 0xad, cases[i].len));
		CHECK(a.config_uid[0] == 0xc1 && a.config_uid[15] == 0xc1);
	}
	CHECK_EQ_INT(machine.calls, ARRAY_SIZE(cases));
	remove_device();
}

static void test_failures(void)
{
	static const struct {
		const char *name;
		int error;
		uint16_t rc, rrc;
		uint32_t additional;
		int r;
		const char *says;
	} cases[] = {
		{ "interrupted", EINTR, 0, 0, 0, -EAGAIN, "is busy" },
		{ "not a driver", ENOTTY, 0, 0, 0, -ENOTTY, "cannot ask '/tmp" },
		{ "an invalid length", EINVAL, 0, 0, 0, -EINVAL, "cannot ask" },
		{ "no command", 0, 0x0002, 0, 0, -EIO, "does not know attest" },
		{ "other machine", 0, 0x010c, 0, 0, -EIO, "cannot decrypt" },
		{ "measurement", 0, 0x010d, 0, 0, -EIO, "longer measurement" },
		{ "additional", 0, 0x010e, 7, 0, -EIO, "(0x010e, 0x0007)" },
		{ "unknown", 0, 0x0fff, 1, 0, -EIO,
		  "the ultravisor gives no measurement (0x0fff, 0x0001)" },
		{ "beyond the room", 0, 0, 0, 65, -EBADMSG, "gave 65 bytes" },
	};
	size_t i;

	REQUIRE(make_device());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_uv struct uv_answer a = UV_ANSWER;

		CASE(cases[i].name);
		memset(&machine, 0, sizeof(machine));
		machine.error = cases[i].error;
		machine.rc = cases[i].rc;
		machine.rrc = cases[i].rrc;
		machine.additional = cases[i].additional;
		CHECK_EQ_INT(ask(ADDITIONAL_LEN, &a), cases[i].r);
		CHECK_EQ_INT(failure()->code, CODE_NO_TEE);
		if (!CHECK(strstr(failure()->text, cases[i].says)))
			printf("#   says '%s'\n", failure()->text);
		CHECK_EQ_INT(a.measurement.len, 0);
		CHECK_EQ_INT(machine.calls, 1);
	}
	remove_device();
	{
		cleanup_uv struct uv_answer a = UV_ANSWER;

		CASE("no device");
		CHECK_EQ_INT(ask(0, &a), -ENOENT);
		CHECK_EQ_INT(failure()->code, CODE_NO_TEE);
	}
}

/* Each refusal that has a sentence has one of its own. */
static void test_sentences(void)
{
	char seen[16][REASON_TEXT_MAX];
	uint16_t rc;
	size_t i, n = 0;

	REQUIRE(make_device());
	for (rc = 0x0101; rc <= 0x010e; rc++) {
		cleanup_uv struct uv_answer a = UV_ANSWER;
		char *cut;

		machine.rc = rc;
		CHECK_EQ_INT(ask(0, &a), -EIO);
		memcpy(seen[n], failure()->text, REASON_TEXT_MAX);
		cut = strrchr(seen[n], '(');
		REQUIRE(cut);
		*cut = '\0';
		CHECK(!strstr(seen[n], "gives no measurement"));
		for (i = 0; i < n; i++)
			CHECK(strcmp(seen[i], seen[n]) != 0);
		n++;
	}
	remove_device();
}

static const struct test tests[] = {
	{ "an answer", test_answer },
	{ "failures", test_failures },
	{ "sentences", test_sentences },
};
TEST_MAIN(tests)
