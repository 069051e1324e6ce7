/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "buf.h"
#include "encode.h"
#include "secret.h"
#include "test.h"

/* RFC 4648 10, and bytes where the alphabets differ. */
static const struct {
	const char *plain;
	size_t len;
	const char *std, *url, *url_pad;
} vectors[] = {
	{ "", 0, "", "", "" },
	{ "f", 1, "Zg==", "Zg", "Zg==" },
	{ "fo", 2, "Zm8=", "Zm8", "Zm8=" },
	{ "foo", 3, "Zm9v", "Zm9v", "Zm9v" },
	{ "foob", 4, "Zm9vYg==", "Zm9vYg", "Zm9vYg==" },
	{ "fooba", 5, "Zm9vYmE=", "Zm9vYmE", "Zm9vYmE=" },
	{ "foobar", 6, "Zm9vYmFy", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", 3, "+/+/", "-_-_", "-_-_" },
	{ "\xff\xff\xfe\0", 4, "///+AA==", "___-AA", "___-AA==" },
};

static void check_form(size_t i, enum b64 form, const char *text)
{
	cleanup_buf struct buf b = BUF(64);
	uint8_t out[8] = { 0 };
	size_t len = 99;

	CASE(text);
	buf_b64(&b, vectors[i].plain, vectors[i].len, form);
	CHECK_EQ_STR(buf_cstr(&b), text);
	CHECK_EQ_INT(b64_decode(text, strlen(text), form, out, vectors[i].len,
				&len), 0);
	CHECK_EQ_INT(len, vectors[i].len);
	CHECK_EQ_MEM(out, vectors[i].plain, vectors[i].len);
	if (vectors[i].len)
		CHECK_EQ_INT(b64_decode(text, strlen(text), form, out,
					vectors[i].len - 1, &len), -EMSGSIZE);
}

static void test_b64_vectors(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		check_form(i, B64_STD, vectors[i].std);
		check_form(i, B64_URL, vectors[i].url);
		check_form(i, B64_URL_PAD, vectors[i].url_pad);
	}
}

static void test_b64_round_trip(void)
{
	uint8_t bytes[256], out[256];
	size_t i, len, got;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 167 + 13);
	for (len = 0; len <= sizeof(bytes); len++) {
		cleanup_buf struct buf b = BUF(512);

		buf_b64(&b, bytes, len, len % 2 ? B64_STD : B64_URL);
		REQUIRE(buf_error(&b) == 0);
		REQUIRE(b64_decode(buf_cstr(&b), b.len,
				   len % 2 ? B64_STD : B64_URL, out,
				   sizeof(out), &got) == 0);
		REQUIRE(got == len && memcmp(out, bytes, len) == 0);
	}
}

static void test_b64_refused(void)
{
	static const char *const bad[] = {
		"Z", "Zg=", "Zg===", "=", "==", "====", "Zh==", "Zm9=", "Zm8==",
		"Zg==Zg==", "Z g=", "Zg==\n", "\nZg==", "Zm9v!", "Zm9\x80",
		"Zm9\xff", "-_-_", "Zm.v", "=Zg=", "Z=g=", "Zm9vY",
	};
	uint8_t out[16];
	size_t i, len = 99;
	unsigned c;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		CASE(bad[i]);
		CHECK_EQ_INT(b64_decode(bad[i], strlen(bad[i]), B64_STD, out,
					sizeof(out), &len), -EBADMSG);
		CHECK_EQ_INT(len, 99);
	}
	CASE("each byte");
	for (c = 0; c < 256; c++) {
		const char text[4] = { 'A', 'A', 'A', (char)c };
		bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			    (c >= '0' && c <= '9') || c == '+' || c == '/' ||
			    c == '=';
		int r = b64_decode(text, 4, B64_STD, out, sizeof(out), &len);

		REQUIRE(r == (good ? 0 : -EBADMSG));
		good = (good && c != '+' && c != '/') || c == '-' || c == '_';
		r = b64_decode(text, 4, B64_URL, out, sizeof(out), &len);
		REQUIRE(r == (good ? 0 : -EBADMSG));
	}
}

static void test_b64_secret(void)
{
	cleanup_secret struct secret s = { 0 };

	CHECK_EQ_INT(b64_decode_secret("", 0, B64_STD, &s), -EBADMSG);
	CHECK_EQ_INT(b64_decode_secret("Zg=", 3, B64_STD, &s), -EBADMSG);
	CHECK(!s.data);
	REQUIRE(b64_decode_secret("Zm9vYg==", 8, B64_STD, &s) == 0);
	CHECK_EQ_INT(s.len, 4);
	CHECK_EQ_MEM(s.data, "foob", 4);
}

static void test_hex(void)
{
	cleanup_buf struct buf b = BUF(64);
	uint8_t out[4] = { 0 };

	buf_hex(&b, "\x00\x7f\x80\xff", 4);
	CHECK_EQ_STR(buf_cstr(&b), "007f80ff");
	CHECK_EQ_INT(hex_decode("007F80fF", 8, out, 4), 0);
	CHECK_EQ_MEM(out, "\x00\x7f\x80\xff", 4);
	CHECK_EQ_INT(hex_decode("", 0, out, 0), 0);
	CHECK_EQ_INT(hex_decode("007f80f", 7, out, 4), -EBADMSG);
	CHECK_EQ_INT(hex_decode("007f80ff0", 9, out, 4), -EBADMSG);
	CHECK_EQ_INT(hex_decode("007f80fg", 8, out, 4), -EBADMSG);
	CHECK_EQ_INT(hex_decode("0x7f80ff", 8, out, 4), -EBADMSG);
	CHECK_EQ_INT(hex_decode("00 f80ff", 8, out, 4), -EBADMSG);
	CHECK_EQ_INT(hex_decode("007f80f\xff", 8, out, 4), -EBADMSG);
	CHECK_EQ_INT(hex_decode("`@/:GXgx", 8, out, 4), -EBADMSG);
}

static void test_numbers(void)
{
	static const struct {
		const char *text;
		uint64_t min, max;
		int result;
		uint64_t value;
	} numbers[] = {
		{ "0", 0, 0, 0, 0 },
		{ "1", 0, 10, 0, 1 },
		{ "18446744073709551615", 0, UINT64_MAX, 0, UINT64_MAX },
		{ "18446744073709551616", 0, UINT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999", 0, UINT64_MAX, -ERANGE, 0 },
		{ "11", 0, 10, -ERANGE, 0 },
		{ "9", 10, 20, -ERANGE, 0 },
		{ "", 0, 10, -EBADMSG, 0 },
		{ "00", 0, 10, -EBADMSG, 0 },
		{ "01", 0, 10, -EBADMSG, 0 },
		{ "+1", 0, 10, -EBADMSG, 0 },
		{ "-1", 0, 10, -EBADMSG, 0 },
		{ " 1", 0, 10, -EBADMSG, 0 },
		{ "1 ", 0, 10, -EBADMSG, 0 },
		{ "1\n", 0, 10, -EBADMSG, 0 },
		{ "0x1", 0, 10, -EBADMSG, 0 },
		{ "1.0", 0, 10, -EBADMSG, 0 },
		{ "1e1", 0, 10, -EBADMSG, 0 },
		{ "\xb1", 0, 10, -EBADMSG, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		uint64_t v = 77;

		CASE(numbers[i].text);
		CHECK_EQ_INT(parse_u64(numbers[i].text, numbers[i].min,
				       numbers[i].max, &v),
			     numbers[i].result);
		CHECK(v == (numbers[i].result ? 77 : numbers[i].value));
	}
}

static void test_array(void)
{
	cleanup_buf struct buf b = BUF(64);

	buf_numbers(&b, "\0\x09\xff", 3);
	buf_numbers(&b, "x", 1);
	buf_numbers(&b, NULL, 0);
	CHECK_EQ_STR(buf_cstr(&b), "[0,9,255][120][]");
}

static const struct test tests[] = {
	{ "encode: base64 vectors of RFC 4648", test_b64_vectors },
	{ "encode: base64 round trip", test_b64_round_trip },
	{ "encode: base64 that is refused", test_b64_refused },
	{ "encode: base64 into a secret", test_b64_secret },
	{ "encode: hex", test_hex },
	{ "encode: numbers", test_numbers },
	{ "encode: an array of numbers", test_array },
};

TEST_MAIN(tests)
