/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key resources that are no volume descriptor: bare keys, and the TOML of Trustee's
 * provisioner. */
#include <stdio.h>

#include "descriptor_help.h"
#include "limits.h"
#include "test.h"

/* All that does not begin as a descriptor does is a key, to the byte. */
static void test_raw(void)
{
	static const char *const keys[] = {
		"x", "correct horse battery staple", "key\n", "{", "{}", "{ ",
		"{\"key\":\"a\",\"postern\":1}", "{\"postern", " {\"postern\":1}",
		"[{\"postern\":1}]", "{\"Postern\":1}", "\x80\xff\n",
		"\"io.cryptsetup.key.text.root\" = \"x\"",
	};
	struct reason why;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		struct descriptor d = { 0 };

		CASE(keys[i]);
		CHECK_EQ_INT(parse(keys[i], "kbs:///a/b/c", &d, &why), 0);
		CHECK(key_is(&d, keys[i]));
		CHECK(!d.full && !d.uuid[0] && !d.sector_size);
		secret_free(&d.key);
	}
}

static void test_raw_length(void)
{
	static uint8_t bytes[KEY_MAX + 1];
	struct reason why = { 0 };
	size_t len;

	for (len = KEY_MAX - 1; len <= KEY_MAX + 1; len++) {
		cleanup_secret struct secret s = { 0 };
		struct descriptor d = { 0 };

		REQUIRE(secret_copy(&s, bytes, len) == 0);
		CHECK_EQ_INT(descriptor_parse(&s, "kbs:///a/b/c", &d, &why),
			     len > KEY_MAX ? -EBADMSG : 0);
		CHECK_EQ_INT(d.key.len, len > KEY_MAX ? 0 : len);
		secret_free(&d.key);
	}
	CHECK_EQ_STR(why.text, "the key is too long");
	CHECK_EQ_INT(why.code, CODE_RESOURCE);
}

/* A file for "postern header --descriptor" may be empty. */
static void test_empty(void)
{
	static const char *const uris[] = {
		"kbs:///a/b/c", "kbs+provisioner:///default/x/root"
	};
	struct descriptor d = { 0 };
	struct reason why;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uris); i++) {
		CHECK_EQ_INT(parse("", uris[i], &d, &why), -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_RESOURCE);
		CHECK(why.text[0] != '\0' && !d.key.data);
	}
}

/* From its first member on it is a descriptor, and no key any more. */
static void test_begins(void)
{
	static const char *const texts[] = {
		"{\"postern\"", "{\"postern\":1", "{\n\"postern\"x",
	};
	struct descriptor d = { 0 };
	struct reason why;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		CASE(texts[i]);
		CHECK_EQ_INT(parse(texts[i], "kbs:///a/b/c", &d, &why), -EBADMSG);
		CHECK_EQ_STR(why.text, "the descriptor is not proper JSON");
	}
}

/* More values than json.h takes: a sentence all the same. */
static void test_many(void)
{
	cleanup_buf struct buf b = BUF(1 << 17);
	struct descriptor d = { 0 };
	struct reason why;
	size_t i;

	buf_str(&b, "{\"postern\":[0");
	for (i = 0; i < JSON_TOKENS_MAX; i++)
		buf_str(&b, ",0");
	buf_str(&b, "]}");
	REQUIRE(buf_cstr(&b) != NULL);
	CHECK_EQ_INT(parse(buf_cstr(&b), "kbs:///a/b/c", &d, &why), -EBADMSG);
	CHECK_EQ_STR(why.text, "the descriptor is not proper JSON");
}

/* --- the TOML of Trustee's provisioner (kbs-wire.md 7.6) --- */

#define NAME	"\"io.cryptsetup.key.text.root\""
#define NO_NAME	"the provisioner's answer has no " NAME
#define NO_KEY	"the provisioner's key is not a plain string"

static const struct {
	const char *text, *key, *sentence;
} tomls[] = {
	{ "version = \"0.1.0\"\n\n[data]\n" NAME " = \"aB3\"\n", "aB3", NULL },
	{ NAME "=\"aB3\"", "aB3", NULL },
	{ "# x\n" NAME " = \"aB3\" # y\n", "aB3", NULL },
	{ NAME "\t= \"a # ~\" \t\r\n\"x\" = 1\n", "a # ~", NULL },
	{ "\n\n" NAME " = \"aB3\"#", "aB3", NULL },
	{ "\n", NULL, NO_NAME }, { "x", NULL, NO_NAME },
	{ "version = \"0.1.0\"\n[data]\n", NULL, NO_NAME },
	{ "x = " NAME " = \"a\"", NULL, NO_NAME },
	{ "#" NAME " = \"a\"", NULL, NO_NAME },
	{ "\"io.cryptsetup.key.text.root2\" = \"a\"", NULL, NO_NAME },
	{ "\"io.cryptsetup.key.text.usr\" = \"a\"", NULL, NO_NAME },
	{ NAME, NULL, NO_KEY }, { NAME " =", NULL, NO_KEY },
	{ NAME " = ", NULL, NO_KEY }, { NAME " = 'a'", NULL, NO_KEY },
	{ NAME " = 7", NULL, NO_KEY }, { NAME " =\n\"a\"", NULL, NO_KEY },
	{ NAME " \"a\"", NULL, NO_KEY }, { NAME " == \"a\"", NULL, NO_KEY },
	{ NAME "\"a\"", NULL, NO_KEY },
	{ NAME " = \"\"", NULL, NO_KEY }, { NAME " = \"", NULL, NO_KEY },
	{ NAME " = \"\"\"a\"\"\"", NULL, NO_KEY },
	{ NAME " = \"a", NULL, NO_KEY }, { NAME " = \"a\n\"", NULL, NO_KEY },
	{ NAME " = \"a\\n\"", NULL, NO_KEY }, { NAME " = \"\\", NULL, NO_KEY },
	{ NAME " = \"a\xc3\xa9\"", NULL, NO_KEY },
	{ NAME " = \"a\x7f\"", NULL, NO_KEY },
	{ NAME " = \"a\"b\"", NULL, NO_KEY },
	{ NAME " = \"a\" b = 1", NULL, NO_KEY },
	{ NAME " = \"a\"\n" NAME " = \"b\"\n", NULL,
	  "the provisioner's answer names its key twice" },
};

static void test_toml(void)
{
	struct reason why;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tomls); i++) {
		struct descriptor d = { 0 };

		CASE(tomls[i].text);
		CHECK_EQ_INT(parse(tomls[i].text,
				   "kbs+provisioner:///default/x/root", &d,
				   &why), tomls[i].key ? 0 : -EBADMSG);
		CHECK_EQ_STR(why.text, tomls[i].sentence ?: "");
		CHECK_EQ_INT(why.code, tomls[i].key ? CODE_NONE : CODE_RESOURCE);
		CHECK(tomls[i].key ? key_is(&d, tomls[i].key) : !d.key.data);
		CHECK(!d.full);
		secret_free(&d.key);
	}
}

static const struct test tests[] = {
	{ "raw", test_raw },
	{ "raw, length", test_raw_length },
	{ "empty", test_empty },
	{ "begins", test_begins },
	{ "many values", test_many },
	{ "toml", test_toml },
};

TEST_MAIN(tests)
