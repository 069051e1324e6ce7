/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnel credentials: a key of our own, and what is routed to whom. */
#include <stdio.h>

#include "test.h"
#include "tunnel.h"
#include "vector.h"

#define KEY_A	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY_B	"/////////////////////////////////////////w4="
#define KEY_C	"SVQncyBhIHNlY3JldCB0aGF0IG5vYm9keSBrbm93czE="

/* Big, so not on the stack. */
static struct tunnel t;

static int parse_text(const char *text, struct reason *why)
{
	cleanup_secret struct secret s = secret_text(text);

	tunnel_free(&t);
	*why = (struct reason){ 0 };
	return tunnel_parse(&s, &t, why);
}

/* Our own key, with all else or with somebody who gives it. */
static void test_generate(void)
{
	struct reason why;

	CHECK_EQ_INT(parse_text("{\"kind\":\"wireguard\",\"private-key\":"
				"\"generate\",\"addresses\":[\"10.0.0.2\"],"
				"\"peers\":[{\"public-key\":\"" KEY_A "\"}]}", &why),
		     0);
	CHECK(t.generate && !t.private_key.data && !t.registration[0]);
	CHECK_EQ_INT(parse_text("{\"kind\":\"wireguard\",\"private-key\":"
				"\"generate\",\"register\":"
				"\"kbs+external:///wg/peer?name=a\"}", &why), 0);
	CHECK(t.generate && !t.peer_count);
	CHECK_EQ_STR(t.registration, "kbs+external:///wg/peer?name=a");
	CHECK_EQ_INT(parse_text("{\"kind\":\"wireguard\",\"private-key\":"
				"\"generate\"}", &why), -EBADMSG);
	CHECK_EQ_INT(parse_text("{\"kind\":\"wireguard\",\"register\":"
				"\"kbs+external:///wg/peer?name=a\"}", &why),
		     -EBADMSG);
	tunnel_free(&t);
}

#define ROUTED(key, ips)	"[Peer]\nPublicKey=" key "\nAllowedIPs=" ips "\n"

static void test_routes(void)
{
	static const struct {
		const char *first, *second, *sentence;	/* NULL: good */
		bool default_allowed;
	} cases[] = {
		{ "10.0.0.0/24", "10.0.1.0/24", NULL, false },
		{ "10.0.0.0/9", "10.128.0.0/9", NULL, false },
		{ "10.0.0.0/24", "10.0.0.0/24", "overlap", false },
		{ "10.0.0.0/8", "10.200.0.1/32", "overlap", false },
		{ "10.0.0.7/32", "10.0.0.0/29", "overlap", false },
		{ "10.0.0.8/32", "10.0.0.0/29", NULL, false },
		{ "fd00::/64", "fd00:0:0:0:1::/80", "overlap", false },
		{ "fd00::/64", "10.0.0.0/8", NULL, false },
		{ "0.0.0.0/0", "10.0.0.0/8", "overlap", true },
		{ "0.0.0.0/0", "fd00::/16", NULL, true },
		{ "0.0.0.0/0", "fd00::/16", "default route", false },
		{ "10.0.0.0/8", "::/0", "default route", false },
		{ "10.0.0.0/8", "128.0.0.0/1", "default route", false },
		{ "10.0.0.0/8", "2000::/3", "default route", false },
	};
	struct reason why;
	char text[1024];
	size_t i;
	int r;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].second);
		(void)snprintf(text, sizeof(text), "[Interface]\nPrivateKey="
			       KEY_C "\nAddress=10.9.9.9\n" ROUTED(KEY_A, "%s")
			       ROUTED(KEY_B, "%s"), cases[i].first,
			       cases[i].second);
		REQUIRE(parse_text(text, &why) == 0);
		why = (struct reason){ 0 };
		r = tunnel_check_routes(&t, cases[i].default_allowed, &why);
		CHECK_EQ_INT(r, cases[i].sentence ? -EBADMSG : 0);
		CHECK_EQ_INT(why.code, r ? CODE_TUNNEL : CODE_NONE);
		CHECK(!cases[i].sentence || strstr(why.text, cases[i].sentence));
	}
	tunnel_free(&t);
}

static const struct test tests[] = {
	{ "generate", test_generate },
	{ "routes", test_routes },
};

TEST_MAIN(tests)
