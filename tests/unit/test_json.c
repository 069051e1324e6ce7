/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=realloc -Wl,--wrap=calloc */
#include <stdlib.h>
#include <time.h>

#include "buf.h"
#include "json.h"
#include "test.h"

#define MANY_KEYS	16000	/* nearly JSON_TOKENS_MAX with their values */

/* The call that fails, counted from 1; 0: none. */
static unsigned fail_at, calls;

void *__real_realloc(void *p, size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_realloc(void *p, size_t size)
{
	return ++calls == fail_at ? NULL : __real_realloc(p, size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return ++calls == fail_at ? NULL : __real_calloc(n, size);
}

static int parse(struct json *j, const char *text, struct reason *why)
{
	return json_parse(j, text, strlen(text), CODE_RESOURCE, why);
}

static void test_accepted(void)
{
	static const char *const texts[] = {
		"null", "true", "false", "0", "-0", "-1.5e+10", "1E9", "0.0",
		"\"\"", "[]", "{}", " \t\r\n[ ] \n", "[[],{},[{}]]",
		"{\"a\":1,\"b\":[1,2,{\"a\":3}],\"\":null}",
		"\"\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0041\"",
		"\"\\ud834\\udd1e\"", "\"\\uD834\\uDD1E \\u00e9\"",
		"\"\x7f\"", "\"\xc3\xa9 \xe2\x82\xac \xf0\x9d\x84\x9e\"",
		"\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"",
		"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
		"{\"a\":1,\"A\":1,\"aa\":1}",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		cleanup_json struct json j = { 0 };

		CASE(texts[i]);
		CHECK_EQ_INT(parse(&j, texts[i], NULL), 0);
		CHECK(json_root(&j) != NULL);
	}
}

static const struct {
	const char *text;
	unsigned at;		/* the byte that the sentence names */
} refused[] = {
	/* not a value */
	{ "", 0 }, { " ", 1 }, { "nul", 0 }, { "True", 0 }, { "nulll", 4 },
	{ "'a'", 0 }, { "undefined", 0 }, { "//x\n1", 0 }, { "\xef\xbb\xbf{}", 0 },
	{ "[1] 2", 4 }, { "{}{}", 2 }, { "1 ]", 2 }, { "\f1", 0 },
	/* numbers (RFC 8259 6) */
	{ "-", 1 }, { "+1", 0 }, { "01", 1 }, { "1.", 2 }, { ".5", 0 },
	{ "1e", 2 }, { "1e+", 3 }, { "0x10", 1 }, { "NaN", 0 },
	{ "Infinity", 0 }, { "-Infinity", 1 }, { "1_000", 1 },
	/* containers */
	{ "[", 1 }, { "[1", 2 }, { "[1,", 3 }, { "[1,]", 3 }, { "[,1]", 1 },
	{ "[1 2]", 3 }, { "[1}", 2 }, { "{", 1 }, { "{\"a\"", 4 },
	{ "{\"a\":", 5 }, { "{\"a\":1", 6 }, { "{\"a\":1,}", 7 },
	{ "{,}", 1 }, { "{a:1}", 1 }, { "{1:1}", 1 }, { "{\"a\" 1}", 5 },
	{ "{\"a\":1]", 6 }, { "{\"a\"::1}", 5 }, { "]", 0 }, { "}", 0 },
	{ "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", 16 },
	/* strings (RFC 8259 7) */
	{ "\"", 1 }, { "\"a", 2 }, { "\"\\\"", 3 }, { "\"\n\"", 1 },
	{ "\"\x1f\"", 1 }, { "\"\\x41\"", 1 }, { "\"\\u\"", 1 },
	{ "\"\\u12\"", 1 }, { "\"\\u123g\"", 1 }, { "\"\\u0000\"", 1 },
	{ "\"\\a\"", 1 }, { "\"\\'\"", 1 }, { "\"\\U0041\"", 1 },
	{ "\"\\ud800\"", 1 }, { "\"\\udc00\"", 1 }, { "\"\\ud800\\n\"", 1 },
	{ "\"\\ud800\\ud800\"", 1 }, { "\"\\ud800\\u0041\"", 1 },
	{ "\"\\udc00\\ud800\"", 1 }, { "\"\\", 1 }, { "\"\\u00", 1 },
	/* UTF-8 (RFC 3629 4) */
	{ "\"\x80\"", 1 }, { "\"\xff\"", 1 }, { "\"\xc0\x80\"", 1 },
	{ "\"\xc1\xbf\"", 1 }, { "\"\xe0\x80\x80\"", 1 },
	{ "\"\xe0\x9f\xbf\"", 1 }, { "\"\xed\xa0\x80\"", 1 },
	{ "\"\xf0\x80\x80\x80\"", 1 }, { "\"\xf0\x8f\xbf\xbf\"", 1 },
	{ "\"\xf4\x90\x80\x80\"", 1 }, { "\"\xf5\x80\x80\x80\"", 1 },
	{ "\"\xc3\"", 1 }, { "\"\xe2\x82\"", 1 }, { "\"\xe2\x28\xa1\"", 1 },
	{ "\"\xf0\x9d\x84", 1 }, { "\"\xc3\xc3\"", 1 },
	/* the same key twice */
	{ "{\"a\":1,\"a\":1}", 8 }, { "{\"a\":1,\"b\":2,\"a\":3}", 14 },
	{ "{\"\":1,\"\":2}", 7 }, { "{\"a\":1,\"\\u0061\":2}", 8 },
	{ "[{\"x\":{\"k\":1,\"k\":1}}]", 14 },
	{ "{\"\xc3\xa9\":1,\"\\u00e9\":2}", 9 },
	{ "{\"\xf0\x9d\x84\x9e\":1,\"\\ud834\\udd1e\":2}", 11 },
};

static void test_refused(void)
{
	char want[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		cleanup_json struct json j = { 0 };
		struct reason why = { 0 };

		CASE(refused[i].text);
		CHECK_EQ_INT(parse(&j, refused[i].text, &why), -EBADMSG);
		CHECK_EQ_INT(parse(&j, refused[i].text, NULL), -EBADMSG);
		CHECK(!json_root(&j));
		CHECK_EQ_INT(why.code, CODE_RESOURCE);
		(void)snprintf(want, sizeof(want), "JSON at byte %u: ",
			       refused[i].at);
		if (!CHECK(strncmp(why.text, want, strlen(want)) == 0))
			printf("#   says '%s', not byte %u\n", why.text,
			       refused[i].at);
	}
}

/* A NUL is a byte like others, and nothing behind the length is read. */
static void test_length(void)
{
	static const char nul[] = "\"a\0b\"", more[] = "[1]]";
	cleanup_json struct json j = { 0 };
	char *exact = malloc(3);

	REQUIRE(exact != NULL);
	memcpy(exact, "12\"", 3);
	CHECK_EQ_INT(json_parse(&j, nul, sizeof(nul) - 1, CODE_RESOURCE, NULL),
		     -EBADMSG);
	CHECK_EQ_INT(json_parse(&j, "1\0", 2, CODE_RESOURCE, NULL), -EBADMSG);
	CHECK_EQ_INT(json_parse(&j, NULL, 0, CODE_RESOURCE, NULL), -EBADMSG);
	CHECK_EQ_INT(json_parse(&j, more, 3, CODE_RESOURCE, NULL), 0);
	json_free(&j);
	/* ASan sees it if the parser looks past the end. */
	CHECK_EQ_INT(json_parse(&j, exact, 2, CODE_RESOURCE, NULL), 0);
	json_free(&j);
	CHECK_EQ_INT(json_parse(&j, exact + 2, 1, CODE_RESOURCE, NULL),
		     -EBADMSG);
	free(exact);
}

static void test_members(void)
{
	static const char text[] =
		"{\"list\":[10,\"x\",[],{\"list\":1}],\"k\\u0065y\":\"v\\n\\u20ac\","
		"\"n\":18446744073709551615,\"yes\":true}";
	cleanup_json struct json j = { 0 };
	const struct json_token *root, *list, *t;
	bool yes = false;
	uint64_t n = 0;
	char out[8];

	REQUIRE(parse(&j, text, NULL) == 0);
	root = json_root(&j);
	CHECK_EQ_INT(root->count, 4);
	list = json_member(&j, root, "list");
	REQUIRE(list && list->type == JSON_ARRAY);
	CHECK_EQ_INT(list->count, 4);
	t = json_first(&j, list);
	CHECK(json_u64(&j, t, 10, &n) == 0 && n == 10);
	t = json_next(&j, list, t);
	CHECK(json_equals(&j, t, "x") && !json_equals(&j, t, "xy"));
	t = json_next(&j, list, t);
	CHECK(t->type == JSON_ARRAY && !json_first(&j, t));
	t = json_next(&j, list, t);
	CHECK(json_member(&j, t, "list") != NULL);
	CHECK(!json_next(&j, list, t));
	t = json_member(&j, root, "key");
	CHECK_EQ_INT(json_string(&j, t, out, sizeof(out)), 0);
	CHECK_EQ_STR(out, "v\n\xe2\x82\xac");
	CHECK_EQ_INT(json_string(&j, t, out, 6), 0);
	CHECK_EQ_INT(json_string(&j, t, out, 5), -EMSGSIZE);
	CHECK(!json_copy(&j, t, out, sizeof(out)));
	CHECK(json_copy(&j, json_first(&j, root), out, sizeof(out)));
	CHECK_EQ_STR(out, "list");
	CHECK(!json_copy(&j, json_first(&j, root), out, 4));
	CHECK(json_copy(&j, json_first(&j, list), out, sizeof(out)));
	CHECK_EQ_STR(out, "10");
	CHECK(!json_copy(&j, list, out, sizeof(out)));
	CHECK_EQ_INT(json_u64(&j, json_member(&j, root, "n"), UINT64_MAX, &n),
		     0);
	CHECK(n == UINT64_MAX);
	CHECK_EQ_INT(json_bool(&j, json_member(&j, root, "yes"), &yes), 0);
	CHECK(yes);
	CHECK(!json_member(&j, root, "none") && !json_member(&j, root, "ke"));
	CHECK(!json_member(&j, list, "list") && !json_member(&j, NULL, "x"));
	CHECK_EQ_INT(json_string(&j, NULL, out, sizeof(out)), -EBADMSG);
	CHECK_EQ_INT(json_string(&j, list, out, sizeof(out)), -EBADMSG);
	CHECK_EQ_INT(json_bool(&j, t, &yes), -EBADMSG);
	CHECK(!json_equals(&j, NULL, "") && !json_equals(&j, root, ""));
}

static void test_numbers(void)
{
	static const char *const bad[] = {
		"-1", "-0", "1.0", "1e0", "18446744073709551616", "11",
		"99999999999999999999999999", "\"1\"", "true", "null", "[]",
	};
	uint64_t n = 7;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		cleanup_json struct json j = { 0 };

		CASE(bad[i]);
		REQUIRE(parse(&j, bad[i], NULL) == 0);
		CHECK_EQ_INT(json_u64(&j, json_root(&j), 10, &n), -EBADMSG);
		CHECK_EQ_INT(n, 7);
	}
}

static void test_only(void)
{
	static const char *const keys[] = { "a", "b", NULL };
	cleanup_json struct json j = { 0 };
	struct reason why = { 0 };
	const struct json_token *t;

	REQUIRE(parse(&j, "[{},{\"b\":{\"x\":1}},{\"a\":1,\"c\\n\xc3\xa9\":2},"
		      "{\"0123456789012345678901234567890123456789x\":1},1]",
		      NULL) == 0);
	t = json_first(&j, json_root(&j));
	CHECK(json_only(&j, t, keys, CODE_TUNNEL, &why));
	t = json_next(&j, json_root(&j), t);
	CHECK(json_only(&j, t, keys, CODE_TUNNEL, NULL));
	CHECK_EQ_INT(why.code, CODE_NONE);
	t = json_next(&j, json_root(&j), t);
	CHECK(!json_only(&j, t, keys, CODE_TUNNEL, &why));
	CHECK_EQ_INT(why.code, CODE_TUNNEL);
	CHECK_EQ_STR(why.text, "unknown key 'c\\n?" "?'");
	t = json_next(&j, json_root(&j), t);
	CHECK(!json_only(&j, t, keys, CODE_TUNNEL, &why));
	CHECK_EQ_STR(why.text, "unknown key "
		     "'0123456789012345678901234567890123456789' (cut)");
	t = json_next(&j, json_root(&j), t);
	CHECK(!json_only(&j, t, keys, CODE_TUNNEL, &why));
	CHECK_EQ_STR(why.text, "not a JSON object");
	CHECK(!json_only(&j, NULL, keys, CODE_TUNNEL, &why));
}

/* The other side chooses how many keys there are, and how alike they are. */
static void test_many_keys(void)
{
	cleanup_buf struct buf b = BUF(1 << 20);
	cleanup_json struct json j = { 0 };
	struct reason why = { 0 };
	clock_t start = clock();
	unsigned i;

	for (i = 0; i < MANY_KEYS; i++)
		buf_printf(&b, "%c\"the same start of a key %05u\":0",
			   i ? ',' : '{', i * 7919 % MANY_KEYS);
	buf_str(&b, "}");
	REQUIRE(buf_error(&b) == 0);
	CHECK_EQ_INT(parse(&j, buf_cstr(&b), &why), 0);
	CHECK_EQ_INT(json_root(&j)->count, MANY_KEYS);
	json_free(&j);
	b.len--;
	buf_str(&b, ",\"the same start of a key 00000\":0}");
	CHECK_EQ_INT(parse(&j, buf_cstr(&b), &why), -EBADMSG);
	CHECK(strstr(why.text, "same key twice") != NULL);
	CHECK((clock() - start) / CLOCKS_PER_SEC < 5);
}

static void test_limits(void)
{
	cleanup_buf struct buf b = BUF(1 << 20);
	cleanup_json struct json j = { 0 };
	unsigned i;

	for (i = 0; i < JSON_TOKENS_MAX - 1; i++)
		buf_str(&b, i ? ",0" : "[0");
	buf_str(&b, "]");
	CHECK_EQ_INT(parse(&j, buf_cstr(&b), NULL), 0);
	json_free(&j);
	b.len--;
	buf_str(&b, ",0]");
	CHECK_EQ_INT(parse(&j, buf_cstr(&b), NULL), -EMSGSIZE);
	buf_reset(&b);
	for (i = 0; i < 100000; i++)
		buf_str(&b, "[");
	CHECK_EQ_INT(parse(&j, buf_cstr(&b), NULL), -EBADMSG);
}

/* Memory runs out at each place in turn; ASan sees what would leak. */
static void test_no_memory(void)
{
	static const char text[] =
		"[[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"
		"[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"
		"[0,0,0,0,0,0,0,0,0,0],{\"a\":1,\"b\":{\"c\":1,\"d\":1}}]";
	int r = -ENOMEM;
	unsigned n;

	for (n = 1; r < 0 && n < 100; n++) {
		cleanup_json struct json j = { 0 };
		struct reason why = { 0 };

		calls = 0;
		fail_at = n;
		r = parse(&j, text, &why);
		fail_at = 0;
		CHECK(r == 0 || (r == -ENOMEM && !json_root(&j) &&
				 why.code == CODE_INTERNAL));
	}
	/* Two sizes of the index, and two objects of more than one member. */
	CHECK_EQ_INT(n, 6);
}

static const struct test tests[] = {
	{ "json: what RFC 8259 allows", test_accepted },
	{ "json: what is refused, and where", test_refused },
	{ "json: the length given is the length read", test_length },
	{ "json: members, elements, strings", test_members },
	{ "json: numbers that are not whole or too large", test_numbers },
	{ "json: unknown keys", test_only },
	{ "json: many keys in little time", test_many_keys },
	{ "json: limits", test_limits },
	{ "json: without memory", test_no_memory },
};

TEST_MAIN(tests)
