/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pieces of tunnel credentials: addresses, endpoints, keys, lengths. */
#include <stdio.h>

#include "test.h"
#include "tunnel.h"
#include "vector.h"

#define KEY	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define X50	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X250	X50 X50 X50 X50 X50

static const struct {
	const char *text;
	bool good, with_prefix;
} addresses[] = {
	{ "10.0.0.2", true, false }, { "0.0.0.0/0", true, true },
	{ "10.0.0.2/32", true, true }, { "255.255.255.255", true, false },
	{ "::", true, false }, { "::/0", true, true }, { "fd00::2/128", true, true },
	{ "2001:db8:1111:2222:3333:4444:5555:6666/127", true, true },
	{ "1111:2222:3333:4444:5555:6666:255.255.255.255/100", true, true },
	{ "", false, false }, { "/24", false, true }, { "10.0.0.2/33", false, true },
	{ "fd00::2/129", false, true }, { "10.0.0.2/", false, true },
	{ "10.0.0.2/+1", false, true }, { "10.0.0.2/ 1", false, true },
	{ "10.0.0.2/01", false, true }, { "10.0.0", false, false },
	{ "10.0.0.0x2", false, false }, { "010.0.0.2", false, false },
	{ "10.0.0.2 ", false, false }, { "[::1]", false, false },
	{ "fe80::1%1", false, false }, { "example.org", false, false },
	{ "1:2:3:4:5:6:7:8:9", false, false }, { X50 X50, false, false },
};

static void test_address(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		struct tunnel_list list = { 0 };
		bool good = addresses[i].good;

		CASE(addresses[i].text);
		CHECK_EQ_INT(tunnel_add_address(&list, addresses[i].text, true),
			     good);
		CHECK_EQ_INT(list.count, good);
		if (good)
			CHECK_EQ_STR(list.text[0], addresses[i].text);
		/* Where a prefix makes no sense, it is refused. */
		good = good && !addresses[i].with_prefix;
		CHECK_EQ_INT(tunnel_add_address(&list, addresses[i].text, false),
			     good);
	}
}

static void test_address_length(void)
{
	/* 51 characters, the most that are kept, and none of it an address. */
	static const char text[] = "1111:2222:3333:4444:5555:6666:255.255.255.255"
				   "/000012";
	struct tunnel_list list = { 0 };
	size_t i;

	CHECK_EQ_INT(strlen(text), TUNNEL_ADDRESS_MAX);
	CHECK(!tunnel_add_address(&list, text, true));
	CHECK(!tunnel_add_address(&list, text + 1, true));
	for (i = 0; i < TUNNEL_LIST_MAX; i++)
		CHECK(tunnel_add_address(&list, "::1", true));
	CHECK(!tunnel_add_address(&list, "::1", true));
	CHECK_EQ_INT(list.count, TUNNEL_LIST_MAX);
}

static const struct {
	const char *text;
	bool good;
} endpoints[] = {
	{ "192.0.2.1:51820", true }, { "[2001:db8::1]:51820", true },
	{ "[::]:1", true }, { "[::1]:65535", true }, { "a:1", true },
	{ "vpn.example.org:51820", true }, { "AZaz09-.x:1", true },
	{ X250 "xxxxxxxxxxx:1", true }, { X250 "xxxxxxxxxxxx:1", false },
	{ "", false }, { ":", false }, { "a", false }, { "a:", false },
	{ ":1", false }, { "a:0", false }, { "a:65536", false },
	{ "a:01", false }, { "a:1 ", false }, { " a:1", false },
	{ "a b:1", false }, { "a_b:1", false }, { ".a:1", false },
	{ "-a:1", false }, { "a/b:1", false }, { "a@b:1", false },
	{ "2001:db8::1:51820", false }, { "[2001:db8::1]", false },
	{ "[2001:db8::1]51820", false }, { "[2001:db8::1:51820", false },
	{ "2001:db8::1]:51820", false }, { "[]:1", false }, { "[a]:1", false },
	{ "[192.0.2.1]:1", false }, { "[::1]x:1", false }, { "[:1", false },
	{ "[x:::1]:1", false }, { "[::1]:", false }, { "\xc3\xa9:1", false },
};

static void test_endpoint(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(endpoints); i++) {
		CASE(endpoints[i].text);
		CHECK_EQ_INT(tunnel_endpoint_is_good(endpoints[i].text),
			     endpoints[i].good);
	}
}

static void test_keys(void)
{
	cleanup_secret struct secret s = { 0 };
	uint8_t key[TUNNEL_KEY_LEN] = { 0 };

	CHECK(tunnel_public_key(KEY, 44, key));
	CHECK_EQ_INT(key[31], 0x1f);
	CHECK(!tunnel_public_key(KEY, 42, key));
	CHECK(!tunnel_public_key("AAEC", 4, key));
	CHECK(!tunnel_public_key("", 0, key));
	CHECK(!tunnel_public_key("AA" KEY, 46, key));
	CHECK(!tunnel_secret_key("AAEC", 4, &s) && !s.data);
	CHECK(!tunnel_secret_key("", 0, &s) && !s.data);
	CHECK(!tunnel_secret_key("AAAA" KEY, 48, &s) && !s.data);
	CHECK(tunnel_secret_key(KEY, 44, &s) && s.len == 32);
}

/* Big, so not on the stack. */
static struct tunnel t;

static int parse(const char *text, struct reason *why)
{
	cleanup_secret struct secret s = secret_text(text);
	int r;

	*why = (struct reason){ 0 };
	r = tunnel_parse(&s, &t, why);
	tunnel_free(&t);
	return r;
}

/* A value of wg-quick that just fits, and one that does not. */
static void test_value_length(void)
{
	struct reason why;
	char text[1200];
	int len;

	for (len = 1023; len <= 1024; len++) {
		(void)snprintf(text, sizeof(text), "[Interface]\nDNS=%0*d", len, 7);
		CHECK_EQ_INT(parse(text, &why), -EBADMSG);
		CHECK_EQ_STR(why.text, len > 1023 ?
			     "line 2 of the credentials is too long" :
			     "line 2 of the credentials has a malformed value");
	}
}

#define JSON(peers)	"{\"kind\":\"wireguard\",\"private-key\":\"" KEY "\"," \
			"\"addresses\":[\"::1\"]" peers "}"
#define PEER		"{\"public-key\":\"" KEY "\"}"

static void test_peers(void)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{ JSON(",\"peers\":[" PEER "]"), "" },
		{ JSON(",\"peers\":[" PEER "],\"mtu\":576"), "" },
		{ JSON(",\"peers\":[" PEER "],\"mtu\":65535,\"listen-port\":65535"),
		  "" },
		{ JSON(""), "the credentials have no peers" },
		{ JSON(",\"peers\":{}"), "the credentials have no peers" },
		{ JSON(",\"peers\":null"), "the credentials have no peers" },
		{ JSON(",\"peers\":[]"), "the credentials have no peer" },
		{ "[Interface]\nPrivateKey=" KEY "\nAddress=::1\n",
		  "the credentials have no peer" },
		{ "[Interface]\nPrivateKey=" KEY "\nAddress=::1\nMTU=576\n"
		  "ListenPort=65535\n[Peer]\nPublicKey=" KEY "\n", "" },
	};
	struct reason why;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].text);
		CHECK_EQ_INT(parse(cases[i].text, &why),
			     *cases[i].sentence ? -EBADMSG : 0);
		CHECK_EQ_STR(why.text, cases[i].sentence);
	}
}

static const struct test tests[] = {
	{ "address", test_address },
	{ "address, length", test_address_length },
	{ "endpoint", test_endpoint },
	{ "keys", test_keys },
	{ "value, length", test_value_length },
	{ "peers", test_peers },
};

TEST_MAIN(tests)
