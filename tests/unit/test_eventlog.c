/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "encode.h"
#include "eventlog.h"
#include "test.h"
#include "third_party.h"

#define OURS		"aael_two_events_sha384"
#define LOG_MAX		(128 * 1024)
#define MR_RTMR3	4

/* Offsets in our example: the header is 69 bytes. */
#define HEADER_LEN	69
#define EVENT1_AT	HEADER_LEN
#define EVENT2_AT	(EVENT1_AT + 98)
#define OURS_LEN	330

static void test_example(void)
{
	cleanup_buf struct buf b = BUF(LOG_MAX);
	cleanup_vector struct vector v = VECTOR;
	struct reason why = { 0 };
	struct eventlog_event e;
	struct eventlog log;
	struct digest mr;
	struct reader text;
	char *want;
	size_t at;

	REQUIRE(vector_read(OURS ".bin", &b));
	REQUIRE(vector_load(&v, OURS ".json"));
	REQUIRE(eventlog_parse(b.data, b.len, &log, &why) == 0);
	CHECK_EQ_INT(log.first, HEADER_LEN);
	CHECK_EQ_INT(log.len, OURS_LEN);
	CHECK_EQ_INT(log.count, 2);
	CHECK_EQ_INT(log.alg_count, 2);
	CHECK_EQ_STR(eventlog_alg_name(log.algs[0]), "sha384");
	CHECK_EQ_STR(eventlog_alg_name(log.algs[1]), "sm3");

	at = log.first;
	REQUIRE(eventlog_next(&log, &at, &e));
	CHECK_EQ_INT(at, EVENT2_AT);
	CHECK_EQ_INT(e.mr, MR_RTMR3);
	CHECK_EQ_STR(eventlog_type_name(e.type), "EV_EVENT_TAG");
	REQUIRE(eventlog_text(&e, &text));
	want = vector_string(&v, "event1_text");
	REQUIRE(want && text.left == strlen(want));
	CHECK_EQ_MEM(text.p, want, text.left);
	free(want);
	REQUIRE(eventlog_next(&log, &at, &e));
	CHECK(!eventlog_next(&log, &at, &e));

	want = vector_string(&v, "rtmr3_after_both_from_zero");
	REQUIRE(eventlog_replay(&log, MR_RTMR3, HASH_SHA384, &mr) == 0);
	CHECK(want && equals_hex(mr.bytes, 48, want));
	free(want);
	REQUIRE(eventlog_replay(&log, 3, HASH_SHA384, &mr) == 0);
	CHECK(mr.bytes[0] == 0 && mr.bytes[47] == 0);
}

static void put_text(struct buf *b, const char *text)
{
	cleanup_buf struct buf data = BUF(1024);
	struct digest d;

	eventlog_put_data(&data, text, strlen(text));
	if (hash(HASH_SHA384, data.data, data.len, &d) < 0)
		abort();
	eventlog_put_event(b, MR_RTMR3, &d, data.data, data.len);
}

/* What we write is, byte for byte, the example. */
static void test_write(void)
{
	static const char *const texts[] = { "event1_text", "event2_text" };
	cleanup_buf struct buf b = BUF(LOG_MAX), want = BUF(LOG_MAX);
	cleanup_vector struct vector v = VECTOR;
	size_t i;

	REQUIRE(vector_read(OURS ".bin", &want));
	REQUIRE(vector_load(&v, OURS ".json"));
	eventlog_put_header(&b);
	for (i = 0; i < 2; i++) {
		char *text = vector_string(&v, texts[i]);

		REQUIRE(text);
		put_text(&b, text);
		free(text);
	}
	eventlog_put_end(&b);
	REQUIRE(buf_error(&b) == 0);
	CHECK_EQ_INT(b.len, want.len);
	CHECK_EQ_MEM(b.data, want.data, MIN(b.len, want.len));
}

/* An event without a content gets one, since Trustee wants two spaces. */
static void test_content(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "postern leave", "postern leave -" },
		{ "postern config 00", "postern config 00" },
		{ "postern volume root a b c", "postern volume root a b c" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_buf struct buf b = BUF(1024);
		struct eventlog_event e;
		struct eventlog log;
		struct reader text;
		size_t at;

		CASE(cases[i].text);
		eventlog_put_header(&b);
		put_text(&b, cases[i].text);
		REQUIRE(eventlog_parse(b.data, b.len, &log, NULL) == 0);
		at = log.first;
		REQUIRE(eventlog_next(&log, &at, &e));
		REQUIRE(eventlog_text(&e, &text));
		REQUIRE(text.left == strlen(cases[i].want));
		CHECK_EQ_MEM(text.p, cases[i].want, text.left);
	}
}

/* A field of the example changed; what the reason says. */
static void test_bad(void)
{
	static const struct {
		const char *name;
		size_t at, len;
		const char *bytes, *says;
	} cases[] = {
		{ "header type", 4, 1, "\x04", "does not begin with" },
		{ "header size", 28, 1, "\x26", "of another size" },
		{ "header beyond the end", 29, 1, "\x02", "no whole header" },
		{ "no room for algorithms", 28, 1, "\x10", "too short" },
		{ "many algorithms", 56, 1, "\x06", "too many algorithms" },
		{ "three algorithms", 56, 1, "\x03", "too short" },
		{ "one algorithm", 56, 1, "\x01", "of another size" },
		{ "unknown algorithm", 60, 1, "\x27", "unknown algorithm" },
		{ "size of SHA-384", 62, 1, "\x20", "unknown algorithm" },
		{ "vendor's bytes", 68, 1, "\x01", "of another size" },
		{ "type", EVENT1_AT + 4, 1, "\x13", "unknown type" },
		{ "type", EVENT1_AT + 4, 4, "\x0d\0\0\x80", "unknown type" },
		{ "many digests", EVENT1_AT + 8, 1, "\x09", "too many digests" },
		{ "two digests", EVENT1_AT + 8, 1, "\x02", "of another kind" },
		{ "not in header", EVENT1_AT + 12, 1, "\x0b", "of another kind" },
		{ "SHA-1", EVENT1_AT + 12, 1, "\x04", "of another kind" },
		{ "long event", EVENT1_AT + 62, 1, "\x21", "event 2" },
		{ "beyond the end", EVENT2_AT + 62, 2, "\xff\xff", "cut off" },
		{ "long tag", EVENT1_AT + 70, 1, "\x19", "tag of another size" },
		{ "no second space", EVENT1_AT + 90, 1, "_", "no domain" },
		{ "no UTF-8", EVENT1_AT + 76, 1, "\xff", "is no text" },
		{ "action", EVENT1_AT + 4, 1, "\x05", NULL },
		{ "other tag", EVENT1_AT + 66, 1, "\x4d", NULL },
		{ "other index", EVENT1_AT, 1, "\x44", NULL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_buf struct buf b = BUF(LOG_MAX);
		struct reason why = { .text = "" };
		struct eventlog log;
		int r;

		CASE(cases[i].name);
		REQUIRE(vector_read(OURS ".bin", &b));
		memcpy(b.data + cases[i].at, cases[i].bytes, cases[i].len);
		r = eventlog_parse(b.data, b.len, &log, &why);
		CHECK_EQ_INT(r, cases[i].says ? -EBADMSG : 0);
		if (cases[i].says && !CHECK(strstr(why.text, cases[i].says)))
			printf("#   says '%s'\n", why.text);
	}
}

/* Where the log may end, and nowhere else. */
static void test_cut(void)
{
	cleanup_buf struct buf b = BUF(LOG_MAX);
	struct eventlog log;
	size_t len;

	REQUIRE(vector_read(OURS ".bin", &b));
	for (len = 0; len < b.len; len++) {
		bool good = len == HEADER_LEN || len == EVENT2_AT ||
			    len == OURS_LEN;
		uint8_t *exact = malloc(len ?: 1);

		REQUIRE(exact);
		memcpy(exact, b.data, len);
		CHECK_EQ_INT(eventlog_parse(exact, len, &log, NULL),
			     good ? 0 : -EBADMSG);
		free(exact);
	}
	memset(b.data + OURS_LEN, 0, 8);
	CHECK_EQ_INT(eventlog_parse(b.data, b.len, &log, NULL), 0);
	CHECK_EQ_INT(log.len, OURS_LEN);
}

static enum hash hash_of(const char *name)
{
	enum hash h;

	for (h = 0; h < HASH_COUNT && strcmp(hash_name(h), name) != 0; h++)
		;
	return h;
}

/* "replayed": each "MR:alg" is what we get, too. */
static void check_replayed(const struct eventlog *log, const struct json *j,
			   const struct json_token *replayed)
{
	const struct json_token *k = json_first(j, replayed), *v;
	char key[16], want[2 * HASH_LEN_MAX + 1];
	struct digest mr;

	for (; k; k = json_next(j, replayed, v)) {
		enum hash alg;

		v = json_next(j, replayed, k);
		REQUIRE(json_copy(j, k, key, sizeof(key)) && key[1] == ':');
		REQUIRE(json_copy(j, v, want, sizeof(want)));
		alg = hash_of(key + 2);
		REQUIRE(alg < HASH_COUNT);
		REQUIRE(eventlog_replay(log, (uint32_t)(key[0] - '0'), alg,
					&mr) == 0);
		CHECK(equals_hex(mr.bytes, hash_len(alg), want));
	}
}

static void test_real(void)
{
	cleanup_vector struct vector v = VECTOR;
	const struct json_token *all, *k, *log_at;
	char name[64];

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	REQUIRE(third_party_load(&v, "eventlog/replay.json"));
	all = json_root(&v.json);
	REQUIRE(all && all->count == 5);
	for (k = json_first(&v.json, all); k;
	     k = json_next(&v.json, all, log_at)) {
		cleanup_buf struct buf b = BUF(LOG_MAX), path = BUF(128);
		struct reason why = { 0 };
		uint64_t used, count;
		struct eventlog log;

		log_at = json_next(&v.json, all, k);
		REQUIRE(json_copy(&v.json, k, name, sizeof(name)));
		CASE(name);
		buf_printf(&path, "eventlog/%s", name);
		REQUIRE(third_party_read(buf_cstr(&path), &b));
		if (!CHECK(eventlog_parse(b.data, b.len, &log, &why) == 0)) {
			printf("#   %s\n", why.text);
			continue;
		}
		REQUIRE(json_u64(&v.json, json_member(&v.json, log_at,
						      "bytes_used"),
				 LOG_MAX, &used) == 0);
		REQUIRE(json_u64(&v.json, json_member(&v.json, log_at,
						      "events_after_header"),
				 1000, &count) == 0);
		CHECK_EQ_INT(log.len, used);
		CHECK_EQ_INT(log.count, count);
		check_replayed(&log, &v.json, json_member(&v.json, log_at,
							  "replayed"));
	}
}

static const struct test tests[] = {
	{ "the example", test_example },
	{ "writing it", test_write },
	{ "an event without a content", test_content },
	{ "one field changed", test_bad },
	{ "each length", test_cut },
	{ "logs of real machines", test_real },
};
TEST_MAIN(tests)
