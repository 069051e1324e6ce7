/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=open */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "log.h"
#include "test.h"
#include "util.h"

int __wrap_open(const char *path, int flags, ...);

/* --- log_escape() --- */

static const struct {
	size_t size;
	const char *text, *want;
} escapes[] = {
	{ 64, "", "" }, { 64, "plain text, 'quoted' \"too\" ~!", "plain text, "
	  "'quoted' \"too\" ~!" },
	{ 64, "\x1b[2J", "\\x1b[2J" }, { 64, "a\nb\r\t", "a\\x0ab\\x0d\\x09" },
	{ 64, "\\x1b", "\\x5cx1b" }, { 64, "\x7f\x1f\x01", "\\x7f\\x1f\\x01" },
	{ 64, "\xc3\xa9\x9b", "\\xc3\\xa9\\x9b" }, { 64, "\xff", "\\xff" },
	/* cut to fit, and never within an escape */
	{ 1, "abc", "" }, { 2, "abc", "a" }, { 4, "abc", "abc" },
	{ 3, "abc", "ab" }, { 4, "\n", "" }, { 5, "\n", "\\x0a" },
	{ 7, "abc\nd", "abc" }, { 8, "abc\nd", "abc\\x0a" }, { 9, "abc\nd", "abc\\x0ad" },
	{ 1, "\n", "" },
};

static void test_escape(void)
{
	char out[64], want[64];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(escapes); i++) {
		CASE(escapes[i].want);
		memset(out, 'X', sizeof(out));
		log_escape(out, escapes[i].size, escapes[i].text);
		n = strnlen(out, sizeof(out));
		(void)snprintf(want, sizeof(want), "%.*s",
			       (int)escapes[i].size - 1, escapes[i].want);
		CHECK_EQ_STR(out, want);
		/* Nothing behind its end is touched. */
		CHECK(n < escapes[i].size);
		for (n = escapes[i].size; n < sizeof(out); n++)
			CHECK(out[n] == 'X');
	}
}

static void test_escape_all(void)
{
	char text[2] = "", out[8], want[8];
	unsigned c;

	for (c = 1; c < 256; c++) {
		bool plain = c >= 0x20 && c < 0x7f && c != '\\';

		text[0] = (char)c;
		(void)snprintf(want, sizeof(want), plain ? "%c" : "\\x%02x", c);
		log_escape(out, sizeof(out), text);
		CHECK_EQ_STR(out, want);
	}
}

/* --- lines --- */

struct capture {
	int saved, fd;
	char text[8192];
};

/* stderr to a file in memory, until capture_end() has read it. */
static void capture_begin(struct capture *c)
{
	(void)fflush(stderr);
	c->saved = dup(STDERR_FILENO);
	c->fd = memfd_create("stderr", MFD_CLOEXEC);
	if (c->saved < 0 || c->fd < 0 || dup2(c->fd, STDERR_FILENO) < 0)
		abort();
}

static const char *capture_end(struct capture *c)
{
	ssize_t n = pread(c->fd, c->text, sizeof(c->text) - 1, 0);

	if (n < 0 || dup2(c->saved, STDERR_FILENO) < 0)
		abort();
	c->text[n] = '\0';
	(void)close(c->saved);
	(void)close(c->fd);
	return c->text;
}

static void test_line(void)
{
	static struct capture c;

	log_step("key");
	log_setup(LOG_INFO_LEVEL, false);
	capture_begin(&c);
	log_info("from '%s'", "\x1b[31m\n<3>evil");
	log_warn("number %d", 7);
	log_debug("not printed");
	CHECK_EQ_STR(capture_end(&c),
		     "postern: key: from '\\x1b[31m\\x0a<3>evil'\n"
		     "postern: key: number 7\n");
	log_step(NULL);
	log_setup(LOG_WARNING_LEVEL, true);
	capture_begin(&c);
	log_info("not printed");
	log_warn("w");
	log_verbose();
	log_info("i");
	log_debug("d");
	CHECK_EQ_STR(capture_end(&c), "<4>postern: w\n<6>postern: i\n"
		     "<7>postern: d\n");
}

/* Whatever its length, a line is one line. */
static void test_long_line(void)
{
	static struct capture c;
	char text[3000];
	const char *got;
	size_t i;

	log_step("a step with a name that is longer than any step has, so far");
	log_setup(LOG_INFO_LEVEL, true);
	for (i = 0; i < 2; i++) {
		memset(text, i ? '\n' : 'x', sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		capture_begin(&c);
		log_info("%s", text);
		got = capture_end(&c);
		CHECK(strlen(got) > 900 && strlen(got) <= LOG_LINE_MAX + 64);
		CHECK(strchr(got, '\n') == got + strlen(got) - 1);
	}
	log_step(NULL);
}

/* --- failures --- */

static void test_failure(void)
{
	const struct reason why = { CODE_KBS_DENIED, "'x\x1b': no" };
	static struct capture c;

	log_setup(LOG_INFO_LEVEL, false);
	log_step("key");
	CHECK_EQ_INT(fail(-EIO, CODE_JWE, "first %d", 1), -EIO);
	CHECK_EQ_INT(failure()->code, CODE_JWE);
	CHECK_EQ_STR(failure()->text, "first 1");
	CHECK_EQ_INT(fail_reason(-EACCES, &why), -EACCES);
	capture_begin(&c);
	log_failure(-EACCES, false);
	CHECK_EQ_STR(capture_end(&c), "postern: key: KBS_DENIED: 'x\\x1b': no; "
		     "the KBS accepted the evidence, but its policy does not "
		     "release this resource\n");
	failure_clear();
	CHECK_EQ_INT(failure()->code, CODE_NONE);
	CHECK_EQ_STR(failure()->text, "");
	/* An error without a reason is our own mistake, and says so. */
	capture_begin(&c);
	log_failure(-EMSGSIZE, false);
	CHECK(strncmp(capture_end(&c), "postern: key: INTERNAL: ", 24) == 0);
	CHECK(strstr(c.text, strerror(EMSGSIZE)) != NULL);
	CHECK_EQ_INT(failure()->code, CODE_INTERNAL);
	failure_clear();
	log_step(NULL);
}

/* The journal and the console get their level; a failure is always printed. */
static void test_failure_journal(void)
{
	static struct capture c;
	char text[REASON_TEXT_MAX + 100];

	log_setup(LOG_ERR_LEVEL, true);
	memset(text, '\x1b', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)fail(-EIO, CODE_TABLE, "%s", text);
	CHECK_EQ_INT(strlen(failure()->text), REASON_TEXT_MAX - 1);
	capture_begin(&c);
	log_failure(-EIO, false);
	CHECK(strncmp(capture_end(&c), "<3>postern: TABLE: \\x1b\\x1b", 27) == 0);
	CHECK(!strchr(c.text, '\x1b'));
	CHECK(strstr(c.text, "; the kernel's mapping is not the one that was "
		     "asked for\n") != NULL);
	failure_clear();
}

/* The kernel's log; -1: it cannot be opened. */
static int kmsg = -1;

/* log.c opens nothing else. */
int __wrap_open(const char *path, int flags, ...)
{
	CHECK_EQ_STR(path, "/dev/kmsg");
	CHECK((flags & O_ACCMODE) == O_WRONLY && (flags & O_CLOEXEC));
	return dup(kmsg);
}

/* Before the last line of a boot the console must have it. */
static void test_kmsg(void)
{
	static struct capture c;
	char text[512];
	ssize_t n;

	log_setup(LOG_INFO_LEVEL, false);
	log_step("unlock");
	kmsg = memfd_create("kmsg", MFD_CLOEXEC);
	REQUIRE(kmsg >= 0);
	(void)fail(-EIO, CODE_TABLE, "a\nb");
	capture_begin(&c);
	log_failure(-EIO, true);
	CHECK(strncmp(capture_end(&c), "postern: unlock: TABLE: a\\x0ab; ", 32)
	      == 0);
	n = pread(kmsg, text, sizeof(text) - 1, 0);
	REQUIRE(n > 0);
	text[n] = '\0';
	CHECK(strncmp(text, "<3>", 3) == 0);
	CHECK_EQ_STR(text + 3, c.text);
	(void)close(kmsg);
	/* Without it, stderr has to do. */
	kmsg = -1;
	capture_begin(&c);
	log_failure(-EIO, true);
	CHECK(strstr(capture_end(&c), "TABLE") != NULL);
	failure_clear();
	log_step(NULL);
}

static const struct test tests[] = {
	{ "escape", test_escape },
	{ "escape each byte", test_escape_all },
	{ "line", test_line },
	{ "long line", test_long_line },
	{ "failure", test_failure },
	{ "failure in the journal", test_failure_journal },
	{ "failure on the console", test_kmsg },
};

TEST_MAIN(tests)
