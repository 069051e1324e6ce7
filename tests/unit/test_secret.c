/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=munmap */
#include <sys/mman.h>

#include "secret.h"
#include "test.h"

#define PAGE	((size_t)sysconf(_SC_PAGESIZE))

/* Pages of secrets that were given back, and bytes in them that were not 0. */
static size_t pages_back, dirty_bytes;

int __real_munmap(void *p, size_t len);
int __wrap_munmap(void *p, size_t len);

int __wrap_munmap(void *p, size_t len)
{
	const uint8_t *bytes = p;
	size_t i;

	pages_back += len / PAGE;
	for (i = 0; i < len; i++)
		dirty_bytes += bytes[i] != 0;
	return __real_munmap(p, len);
}

static void start_count(void)
{
	pages_back = dirty_bytes = 0;
}

static bool fill(struct secret *s, size_t len)
{
	if (secret_alloc(s, len) < 0)
		return false;
	memset(s->data, 0xa5, len);
	return true;
}

static void test_free(void)
{
	const size_t lengths[] = { 1, 32, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE };
	struct secret s = { 0 };
	size_t i;

	start_count();
	secret_free(&s);
	CHECK_EQ_INT(pages_back, 0);
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		start_count();
		REQUIRE(fill(&s, lengths[i]));
		secret_free(&s);
		CHECK(!s.data && s.len == 0);
		CHECK_EQ_INT(pages_back, (lengths[i] + PAGE - 1) / PAGE);
		CHECK_EQ_INT(dirty_bytes, 0);
	}
}

/* Whoever writes behind the length, up to the page's end, is wiped too. */
static void test_whole_pages(void)
{
	struct secret s = { 0 };

	REQUIRE(fill(&s, 10));
	memset(s.data, 0xa5, PAGE);
	start_count();
	secret_free(&s);
	CHECK_EQ_INT(dirty_bytes, 0);
}

static void leave_early(void)
{
	cleanup_secret struct secret s = { 0 };

	REQUIRE(fill(&s, 100));
}

static void test_cleanup(void)
{
	start_count();
	leave_early();
	CHECK_EQ_INT(pages_back, 1);
	CHECK_EQ_INT(dirty_bytes, 0);
}

static void test_shrink(void)
{
	cleanup_secret struct secret s = { 0 };
	size_t i;

	start_count();
	REQUIRE(fill(&s, 3 * PAGE));
	secret_shrink(&s, PAGE + 10);
	CHECK_EQ_INT(pages_back, 1);
	CHECK_EQ_INT(dirty_bytes, 0);
	CHECK_EQ_INT(s.len, PAGE + 10);
	for (i = 0; i < PAGE + 10 && s.data[i] == 0xa5; i++)
		;
	CHECK_EQ_INT(i, PAGE + 10);
	for (; i < 2 * PAGE && s.data[i] == 0; i++)
		;
	CHECK_EQ_INT(i, 2 * PAGE);
	secret_shrink(&s, s.len);
	secret_shrink(&s, 1);
	CHECK_EQ_INT(pages_back, 2);
	secret_free(&s);
	CHECK_EQ_INT(pages_back, 3);
	CHECK_EQ_INT(dirty_bytes, 0);
}

static void test_alloc(void)
{
	cleanup_secret struct secret s = { 0 }, copy = { 0 }, moved = { 0 };
	struct secret huge = { 0 };

	REQUIRE(secret_alloc(&s, 5) == 0);
	CHECK_EQ_MEM(s.data, "\0\0\0\0\0", 5);
	REQUIRE(secret_copy(&copy, "12345", 5) == 0);
	CHECK_EQ_MEM(copy.data, "12345", 5);
	secret_move(&moved, &copy);
	CHECK(!copy.data && copy.len == 0);
	CHECK_EQ_MEM(moved.data, "12345", 5);
	CHECK_EQ_INT(secret_alloc(&huge, SIZE_MAX), -ENOMEM);
	CHECK_EQ_INT(secret_alloc(&huge, SIZE_MAX / 2 - PAGE), -ENOMEM);
	CHECK(!huge.data);
}

static void test_equal(void)
{
	cleanup_secret struct secret a = { 0 }, b = { 0 }, c = { 0 };

	REQUIRE(secret_copy(&a, "same", 4) == 0);
	REQUIRE(secret_copy(&b, "same", 4) == 0);
	REQUIRE(secret_copy(&c, "sam", 3) == 0);
	CHECK(secret_equal(&a, &b));
	CHECK(!secret_equal(&a, &c));
	b.data[3] ^= 0x80;
	CHECK(!secret_equal(&a, &b));
	CHECK(equal_ct("ab", "ax", 1) && !equal_ct("ab", "ax", 2));
	CHECK(equal_ct("", "x", 0));
}

static void test_wipe(void)
{
	char text[] = "secret";

	wipe(text, sizeof(text));
	CHECK_EQ_MEM(text, "\0\0\0\0\0\0\0", sizeof(text));
}

static const struct test tests[] = {
	{ "secret: pages go back clean", test_free },
	{ "secret: what lies behind the length too", test_whole_pages },
	{ "secret: cleanup attribute", test_cleanup },
	{ "secret: shrinking", test_shrink },
	{ "secret: making and moving", test_alloc },
	{ "secret: comparing", test_equal },
	{ "secret: wiping", test_wipe },
};

TEST_MAIN(tests)
