/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test.h - a test program: a table of functions, and TAP on stdout
 *
 *	static const struct test tests[] = { { "name", function }, ... };
 *	TEST_MAIN(tests)
 *
 * A CHECK that fails is printed as a "#" line, marks the test, and goes on; it
 * has the value of its condition.  REQUIRE leaves the function instead.  In a
 * loop over a table, CASE() names the entry for the lines that follow.  The
 * program takes names of tests to run only those.
 */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct test {
	const char *name;
	void (*run)(void);
};

/* What the running test has met so far; one program is one .c file. */
static bool test_failed;
static const char *test_case, *test_skipped;

static inline bool test_check(bool good, const char *file, int line,
			      const char *what)
{
	if (good)
		return true;
	test_failed = true;
	printf("# %s:%d: %s%s%s\n", file, line, test_case ? test_case : "",
	       test_case ? ": " : "", what);
	return false;
}

static inline bool test_int(intmax_t got, intmax_t want, const char *file,
			    int line, const char *what)
{
	if (test_check(got == want, file, line, what))
		return true;
	printf("#   is %jd, not %jd\n", got, want);
	return false;
}

static inline bool test_str(const char *got, const char *want,
			    const char *file, int line, const char *what)
{
	bool good = got && want ? strcmp(got, want) == 0 : got == want;

	if (test_check(good, file, line, what))
		return true;
	printf("#   is     '%s'\n#   should '%s'\n", got ? got : "(null)",
	       want ? want : "(null)");
	return false;
}

static inline bool test_mem(const void *got, const void *want, size_t len,
			    const char *file, int line, const char *what)
{
	const uint8_t *a = got, *b = want;
	size_t i;

	for (i = 0; i < len && a[i] == b[i]; i++)
		;
	if (test_check(i == len, file, line, what))
		return true;
	printf("#   byte %zu is %02x, not %02x\n", i, a[i], b[i]);
	return false;
}

#define CHECK(cond) test_check((cond), __FILE__, __LINE__, #cond)
#define CHECK_EQ_INT(got, want) \
	test_int((intmax_t)(got), (intmax_t)(want), __FILE__, __LINE__, \
		 #got " == " #want)
#define CHECK_EQ_STR(got, want) \
	test_str((got), (want), __FILE__, __LINE__, #got " == " #want)
#define CHECK_EQ_MEM(got, want, len) \
	test_mem((got), (want), (len), __FILE__, __LINE__, #got " == " #want)
#define REQUIRE(cond) do { if (!CHECK(cond)) return; } while (0)
#define CASE(name)	(test_case = (name))
#define SKIP(why)	do { test_skipped = (why); return; } while (0)

static inline bool test_wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return true;
	return argc < 2;
}

static inline int test_run(const struct test *tests, size_t count, int argc,
			   char **argv)
{
	int done = 0, failed = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!test_wanted(tests[i].name, argc, argv))
			continue;
		test_failed = false;
		test_case = test_skipped = NULL;
		tests[i].run();
		failed += test_failed;
		printf("%sok %d - %s%s%s\n", test_failed ? "not " : "", ++done,
		       tests[i].name, test_skipped ? " # SKIP " : "",
		       test_skipped ? test_skipped : "");
		(void)fflush(stdout);
	}
	printf("1..%d\n", done);
	return failed || !done;
}

#define TEST_MAIN(tests) \
int main(int argc, char **argv) \
{ \
	return test_run(tests, sizeof(tests) / sizeof((tests)[0]), argc, argv); \
}

#endif /* TEST_H */
