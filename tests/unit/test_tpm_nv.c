/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NV indices, with a TPM that does not do what it should. */
#include "tpm_fake.h"

#define INDEX		0x01400001
#define SIZE		1100		/* three pieces */
#define PIECE		512

/* Where the fields of an answer are. */
#define AREA_AT		12		/* of TPM2_NV_ReadPublic: TPMS_NV_PUBLIC */
#define DATA_AT		14		/* of TPM2_NV_Read: TPM2B_MAX_NV_BUFFER */

static const uint8_t content[48] = { 0x11, 0x22 };
static struct buf got = BUF(SIZE + 1);

static void public_of(struct script *s, uint32_t index, uint16_t size)
{
	cleanup_buf struct buf p = BUF(TPM_MESSAGE_MAX);

	buf_u16be(&p, 14);
	buf_u32be(&p, index);
	buf_u16be(&p, 0x000b);
	buf_u32be(&p, 0x20020002);
	buf_u16be(&p, 0);
	buf_u16be(&p, size);
	put_sized(&p, 34);
	frame(s, false, 0, &p);
}

static void some_data(struct script *s, uint8_t byte, uint16_t len)
{
	cleanup_buf struct buf p = BUF(TPM_MESSAGE_MAX);

	buf_u16be(&p, len);
	fill(&p, byte, len);
	frame(s, true, 0, &p);
}

static void good_read(struct script *s)
{
	public_of(s, INDEX, SIZE);
	some_data(s, 1, PIECE);
	some_data(s, 2, PIECE);
	some_data(s, 3, SIZE - 2 * PIECE);
}

static int run_read(struct tpm *t)
{
	buf_reset(&got);
	return tpm_nv_read(t, INDEX, &got);
}

static int run_store(struct tpm *t)
{
	return tpm_nv_store(t, INDEX + 1, content, sizeof(content));
}

/* Whatever the index was: it is written in the end. */
static void good_store(struct script *s)
{
	public_of(s, INDEX + 1, 64);
	good_extend(s);
	good_extend(s);
	good_extend(s);
}

static void test_read(void)
{
	static const struct edit edits[] = {
		{ "another index", 0, AREA_AT + 3, 3, -EBADMSG },
		{ "area of another size", 0, AREA_AT - 1, 2, -EBADMSG },
		{ "a policy of 64 KiB", 0, AREA_AT + 10, 0xff, -EBADMSG },
		{ "a name of another size", 0, AREA_AT + 15, 1, -EBADMSG },
		{ "longer", 0, AREA_AT + 13, 1, -EBADMSG },
		{ "shorter", 0, AREA_AT + 13, 4, -EBADMSG },
		{ "a size of 32 KiB more", 0, AREA_AT + 12, 0x80, -EBADMSG },
		{ "a piece of another size", 1, DATA_AT + 1, 1, -EBADMSG },
		{ "a piece of 64 KiB", 2, DATA_AT, 0xff, -EBADMSG },
		{ "the last piece", 3, DATA_AT + 1, 1, -EBADMSG },
		{ "no password", 3, 1, 3, -EBADMSG },
	};
	cleanup_script struct script s = { .count = 0 };
	cleanup_buf struct buf hex = BUF(TPM_MESSAGE_MAX);
	struct fake f;

	play_edits(good_read, run_read, edits, ARRAY_SIZE(edits));

	good_read(&s);
	REQUIRE(fake_open(&f, &s, LIMIT_MS));
	CHECK_EQ_INT(run_read(f.tpm), 0);
	CHECK_EQ_INT(got.len, SIZE);
	CHECK(got.data[0] == 1 && got.data[PIECE - 1] == 1 &&
	      got.data[PIECE] == 2 && got.data[SIZE - 1] == 3);
	CHECK_EQ_STR(command(&f, &hex), "80010000000e00000169" "01400001");
	CHECK_EQ_STR(command(&f, &hex),
		     "8002000000230000014e" "40000001" "01400001"
		     "00000009400000090000000000" "0200" "0000");
	CHECK_EQ_STR(command(&f, &hex),
		     "8002000000230000014e" "40000001" "01400001"
		     "00000009400000090000000000" "0200" "0200");
	CHECK_EQ_STR(command(&f, &hex),
		     "8002000000230000014e" "40000001" "01400001"
		     "00000009400000090000000000" "004c" "0400");
	fake_close(&f);
}

/* More than the caller's limit, and nothing at all. */
static void test_limits(void)
{
	cleanup_script struct script s = { .count = 0 }, none = { .count = 0 };
	cleanup_script struct script empty = { .count = 0 };

	public_of(&s, INDEX, SIZE + 1);
	some_data(&s, 1, PIECE);
	some_data(&s, 2, PIECE);
	some_data(&s, 3, SIZE + 1 - 2 * PIECE);
	CHECK_EQ_INT(play(&s, run_read), -EMSGSIZE);

	refuse(&none, 0x18b);
	CHECK_EQ_INT(play(&none, run_read), -ENOENT);

	public_of(&empty, INDEX, 0);
	CHECK_EQ_INT(play(&empty, run_read), 0);
	CHECK_EQ_INT(got.len, 0);
}

#define PASSWORD	"00000009400000090000000000"
#define PUBLIC		"8001000000" "0e00000169" "01400002"
#define UNDEFINE	"80020000001f00000122" "40000001" "01400002" PASSWORD
#define DEFINE		"80020000002d0000012a" "40000001" PASSWORD "0000" \
			"000e" "01400002" "000b" "00020002" "0000" "0030"
#define WRITE		"80020000005300000137" "40000001" "01400002" PASSWORD "0030"

/* What is sent, in the order of TABLE, when the index is what the answer says. */
static void expect(const struct script *s, const char *const *table,
		   size_t count)
{
	cleanup_buf struct buf hex = BUF(TPM_MESSAGE_MAX);
	struct fake f;
	size_t i;

	REQUIRE(fake_open(&f, s, LIMIT_MS));
	CHECK_EQ_INT(run_store(f.tpm), 0);
	for (i = 0; i < count; i++) {
		CASE(table[i]);
		CHECK(strncmp(command(&f, &hex), table[i],
			      strlen(table[i])) == 0);
	}
	CASE(NULL);
	CHECK_EQ_STR(command(&f, &hex), "");
	fake_close(&f);
}

static void test_store(void)
{
	static const struct edit edits[] = {
		{ "another index", 0, AREA_AT + 3, 1, -EBADMSG },
		{ "undefined without a password", 1, 1, 3, -EBADMSG },
		{ "defined without a password", 2, 1, 3, -EBADMSG },
		{ "written without a password", 3, 1, 3, -EBADMSG },
	};
	static const char *const anew[] = { PUBLIC, UNDEFINE, DEFINE, WRITE "1122" };
	static const char *const first[] = { PUBLIC, DEFINE, WRITE "1122" };
	static const char *const again[] = { PUBLIC, WRITE "1122" };
	cleanup_script struct script s = { .count = 0 }, none = { .count = 0 };
	cleanup_script struct script same = { .count = 0 };

	play_edits(good_store, run_store, edits, ARRAY_SIZE(edits));
	good_store(&s);
	expect(&s, anew, ARRAY_SIZE(anew));

	refuse(&none, 0x18b);
	good_extend(&none);
	good_extend(&none);
	expect(&none, first, ARRAY_SIZE(first));

	public_of(&same, INDEX + 1, sizeof(content));
	good_extend(&same);
	expect(&same, again, ARRAY_SIZE(again));
}

/* Each of the commands is refused, and nothing goes on after that. */
static void test_refused(void)
{
	unsigned n, i;

	for (n = 0; n < 4; n++) {
		cleanup_script struct script s = { .count = 0 };

		public_of(&s, INDEX + 1, 64);
		for (i = 1; i < n; i++)
			good_extend(&s);
		if (n == 0)
			script_free(&s);
		refuse(&s, 0x98e);
		CHECK_EQ_INT(play(&s, run_store), -EPERM);
	}
}

static const struct test tests[] = {
	{ "read", test_read },
	{ "limits", test_limits },
	{ "store", test_store },
	{ "refused", test_refused },
};
TEST_MAIN(tests)
