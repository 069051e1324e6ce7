/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnel credentials: two forms, one meaning. */
#include <stdio.h>

#include "test.h"
#include "tunnel.h"
#include "vector.h"

#define KEY_A	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY_B	"/////////////////////////////////////////w4="
#define KEY_C	"SVQncyBhIHNlY3JldCB0aGF0IG5vYm9keSBrbm93czE="
#define KEY_D	"YW5vdGhlciBzZWNyZXQgdGhhdCBub2JvZHkga25vd3M="
#define X300	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const char json[] =
	"{\"kind\":\"wireguard\",\"private-key\":\"" KEY_C "\","
	"\"addresses\":[\"10.0.0.2/24\",\"fd00::2\"],"
	"\"dns\":[\"10.0.0.1\"],\"mtu\":1420,\"listen-port\":51820,"
	"\"peers\":[{\"public-key\":\"" KEY_A "\",\"preshared-key\":\"" KEY_D "\","
	"\"endpoint\":\"192.0.2.1:51820\","
	"\"allowed-ips\":[\"10.0.0.0/24\",\"::/0\"],"
	"\"persistent-keepalive\":25},{\"public-key\":\"" KEY_B "\"}]}";

static const char quick[] =
	"# from the KBS\n"
	"[Interface]\n"
	"PrivateKey = " KEY_C "\n"
	"Address = 10.0.0.2/24, fd00::2\n"
	"DNS = 10.0.0.1\n"
	"MTU = 1420\n"
	"ListenPort = 51820\n"
	"\n"
	"[Peer]\n"
	"PublicKey = " KEY_A "\n"
	"PresharedKey = " KEY_D "\n"
	"Endpoint = 192.0.2.1:51820\n"
	"AllowedIPs = 10.0.0.0/24, ::/0\n"
	"PersistentKeepalive = 25\n"
	"\n"
	"[Peer]\n"
	"PublicKey = " KEY_B "\n";

/* Big, so not on the stack. */
static struct tunnel t, other;

static int parse_bytes(const char *text, size_t len, struct tunnel *ret,
		       struct reason *why)
{
	cleanup_secret struct secret s = { 0 };

	if (len > 0 && secret_copy(&s, text, len) < 0)
		abort();
	*why = (struct reason){ 0 };
	return tunnel_parse(&s, ret, why);
}

static bool load(const char *text, struct tunnel *ret)
{
	struct reason why;
	int r = parse_bytes(text, strlen(text), ret, &why);

	if (!CHECK_EQ_INT(r, 0))
		printf("#   %s\n", why.text);
	CHECK_EQ_INT(why.code, CODE_NONE);
	return r == 0;
}

static void test_members(void)
{
	const struct tunnel_peer *p = t.peers;

	REQUIRE(load(json, &t));
	REQUIRE(t.private_key.len == 32);
	CHECK_EQ_MEM(t.private_key.data, "IT's a secret that nobody knows1", 32);
	CHECK_EQ_INT(t.addresses.count, 2);
	CHECK_EQ_STR(t.addresses.text[0], "10.0.0.2/24");
	CHECK_EQ_STR(t.addresses.text[1], "fd00::2");
	CHECK_EQ_INT(t.dns.count, 1);
	CHECK_EQ_STR(t.dns.text[0], "10.0.0.1");
	CHECK_EQ_INT(t.mtu, 1420);
	CHECK_EQ_INT(t.listen_port, 51820);
	REQUIRE(t.peer_count == 2 && p[0].preshared_key.len == 32);
	CHECK_EQ_MEM(p[0].preshared_key.data, "another secret that nobody knows",
		     32);
	CHECK_EQ_INT(p[0].public_key[31], 0x1f);
	CHECK_EQ_STR(p[0].endpoint, "192.0.2.1:51820");
	CHECK_EQ_INT(p[0].allowed_ips.count, 2);
	CHECK_EQ_STR(p[0].allowed_ips.text[1], "::/0");
	CHECK_EQ_INT(p[0].keepalive, 25);
	CHECK_EQ_INT(p[1].public_key[31], 0x0e);
	CHECK(!p[1].preshared_key.data && !p[1].endpoint[0]);
	CHECK_EQ_INT(p[1].allowed_ips.count, 0);
	tunnel_free(&t);
	CHECK(!t.private_key.data && !t.peer_count);
}

static bool same_list(const struct tunnel_list *a, const struct tunnel_list *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool same(const struct tunnel *a, const struct tunnel *b)
{
	bool equal = secret_equal(&a->private_key, &b->private_key) &&
		same_list(&a->addresses, &b->addresses) &&
		same_list(&a->dns, &b->dns) && a->mtu == b->mtu &&
		a->listen_port == b->listen_port &&
		a->peer_count == b->peer_count;
	size_t i;

	for (i = 0; i < a->peer_count && equal; i++) {
		const struct tunnel_peer *x = &a->peers[i], *y = &b->peers[i];

		equal = secret_equal(&x->preshared_key, &y->preshared_key) &&
			memcmp(x->public_key, y->public_key, 32) == 0 &&
			strcmp(x->endpoint, y->endpoint) == 0 &&
			same_list(&x->allowed_ips, &y->allowed_ips) &&
			x->keepalive == y->keepalive;
	}
	return equal;
}

/* The same credentials in other words. */
static void test_equal(void)
{
	static const char wild[] =
		"\t[interface]\r\nprivatekey=" KEY_C "#x\r\n"
		"ADDRESS=10.0.0.2/24\nAddress =fd00::2 \n dns\t=\t10.0.0.1 \n"
		"mtu=1420\nlistenport=51820\n[PEER]\npublickey=" KEY_A "\n"
		"presharedkey=" KEY_D "\nendpoint=192.0.2.1:51820\n"
		"allowedips=10.0.0.0/24 \t,\t::/0\n"
		"persistentkeepalive=25\n[Peer]\nPublicKey=" KEY_B;
	static const char spaced[] =
		"{\"peers\" : [ { \"persistent-keepalive\":25 , \"allowed-ips\":["
		"\"10.0.0.0\\/24\",\"::/0\"],\"endpoint\":\"192.0.2.1:51820\","
		"\"preshared-key\":\"" KEY_D "\",\"public-key\":\"" KEY_A "\" },"
		"{\"public-key\":\"" KEY_B "\",\"allowed-ips\":[]}],"
		"\"listen-port\":51820,\"mtu\":1420,\"dns\":[\"10.0.0.1\"],"
		"\"addresses\":[\"10.0.0.2/24\",\"fd00::2\"],"
		"\"private-key\":\"" KEY_C "\",\"kind\":\"wireguard\"}\n";
	static const char *const texts[] = { quick, wild, spaced };
	size_t i;

	REQUIRE(load(json, &t));
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		CASE(texts[i]);
		if (load(texts[i], &other))
			CHECK(same(&t, &other));
		tunnel_free(&other);
	}
	tunnel_free(&t);
}

struct edit {
	const char *old, *new, *sentence;
};

#define KEYS	"\"private-key\":\"" KEY_C "\","
#define PEER	"a peer's "
#define ADDRESSES "the addresses are malformed"

static const struct edit json_edits[] = {
	{ "}]}", "}]", "the credentials are not proper JSON" },
	{ "}]}", "}]} x", "the credentials are not proper JSON" },
	{ "{\"kind\"", "{\"kind\":\"wireguard\",\"kind\"",
	  "the credentials are not proper JSON" },
	{ "{\"kind\"", "{\"post-up\":\"sh\",\"kind\"",
	  "the credentials have a member that is not known" },
	{ "wireguard", "nebula", "the credentials are not of kind wireguard" },
	{ "\"kind\":\"wireguard\",", "",
	  "the credentials are not of kind wireguard" },
	{ KEYS, "", "the credentials have no private key" },
	{ KEY_C, "generate\",\"register\":\"kbs+external:///wg/peer", "the "
	  "credentials have what the registration is to give" },
	{ KEY_C, KEY_C "\",\"register\":\"kbs+external:///wg/peer", "a key that "
	  "others know is not registered" },
	{ "\"mtu\":1420", "\"register\":1", "the credentials' 'register' is "
	  "malformed" },
	{ "\"" KEY_C "\"", "null", "the private key is not 32 bytes of base64" },
	{ KEY_C, "", "the private key is not 32 bytes of base64" },
	{ KEY_C, "AAAA" KEY_C, "the private key is not 32 bytes of base64" },
	{ "SBrbm93czE=", "SBrbm93cw==",
	  "the private key is not 32 bytes of base64" },
	{ "SVQn", "SVQ*", "the private key is not 32 bytes of base64" },
	{ "SVQn", "SVQ\\u006e", "the private key is not 32 bytes of base64" },
	{ "[\"10.0.0.2/24\",\"fd00::2\"]", "[]",
	  "the credentials have no address" },
	{ "[\"10.0.0.2/24\",\"fd00::2\"]", "\"10.0.0.2/24\"", ADDRESSES },
	{ "10.0.0.2/24", "10.0.0.2/33", ADDRESSES },
	{ "10.0.0.2/24", "10.0.0.2/", ADDRESSES },
	{ "10.0.0.2/24", "10.0.0.2/24/24", ADDRESSES },
	{ "10.0.0.2/24", "10.0.0.2/024", ADDRESSES },
	{ "10.0.0.2/24", "10.0.2/24", ADDRESSES },
	{ "10.0.0.2/24", "10.0.0.2/24\\nDNS=1.1.1.1", ADDRESSES },
	{ "10.0.0.2/24", "", ADDRESSES },
	{ "fd00::2", "fd00::2/129", ADDRESSES },
	{ "fd00::2", "fd00::2%eth0", ADDRESSES },
	{ "\"fd00::2\"", "2", ADDRESSES },
	{ "10.0.0.1\"", "10.0.0.1/32\"", "the name servers are malformed" },
	{ "10.0.0.1\"", "ns.example.org\"", "the name servers are malformed" },
	{ "1420", "575", "the MTU is not from 576 to 65535" },
	{ "1420", "65536", "the MTU is not from 576 to 65535" },
	{ "1420", "\"1420\"", "the MTU is not from 576 to 65535" },
	{ ":51820,", ":65536,", "the listen port is malformed" },
	{ ":51820,", ":-1,", "the listen port is malformed" },
	{ "\"peers\":[{", "\"peers\":{},\"more\":[{",
	  "the credentials have a member that is not known" },
	{ "[{\"public-key\":\"" KEY_A "\",", "{\"a\":[{\"public-key\":\"" KEY_A
	  "\",", "the credentials are not proper JSON" },
	{ "\"persistent-keepalive\":25", "\"keepalive\":25",
	  "a peer has a member that is not known" },
	{ "{\"public-key\":\"" KEY_B "\"}", "1",
	  "a peer has a member that is not known" },
	{ "{\"public-key\":\"" KEY_B "\"}", "{}",
	  PEER "public key is not 32 bytes of base64" },
	{ KEY_B, "AAAA", PEER "public key is not 32 bytes of base64" },
	{ KEY_B, KEY_A, "a peer is there twice" },
	{ KEY_B, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	  "a peer has no public key" },
	{ KEY_D, "YW5v", "a preshared key is not 32 bytes of base64" },
	{ "192.0.2.1:51820", "192.0.2.1", PEER "endpoint is not host:port" },
	{ "192.0.2.1:51820", "192.0.2.1:0", PEER "endpoint is not host:port" },
	{ "192.0.2.1:51820", ":51820", PEER "endpoint is not host:port" },
	{ "192.0.2.1:51820", "a b:51820", PEER "endpoint is not host:port" },
	{ "192.0.2.1:51820", "a\\nb:51820", PEER "endpoint is not host:port" },
	{ "192.0.2.1:51820", "::1:51820", PEER "endpoint is not host:port" },
	{ "192.0.2.1:51820", "[::1:51820", PEER "endpoint is not host:port" },
	{ "192.0.2.1:51820", "[]:51820", PEER "endpoint is not host:port" },
	{ "192.0.2.1:51820", "[a]:51820", PEER "endpoint is not host:port" },
	{ "192.0.2.1:51820", X300 ":1", PEER "endpoint is not host:port" },
	{ "10.0.0.0/24", "10.0.0.0/24,", PEER "allowed-ips are malformed" },
	{ "\"::/0\"", "null", PEER "allowed-ips are malformed" },
	{ ":25", ":65536", PEER "persistent-keepalive is malformed" },
	{ ":25", ":\"off\"", PEER "persistent-keepalive is malformed" },
};

#define LINE(n)	"line " #n " of the credentials "

static const struct edit quick_edits[] = {
	{ "[Interface]", "[Interfaces]",
	  LINE(2) "has a section that is not known or repeated" },
	{ "[Interface]", "[Interface]\n[Interface]",
	  LINE(3) "has a section that is not known or repeated" },
	{ "", "[Interface]\n",
	  LINE(18) "has a section that is not known or repeated" },
	{ "[Interface]\n", "", LINE(2) "stands before the first section" },
	{ "[Interface]\n", "PostUp = sh\n", LINE(2) "stands before the first "
	  "section" },
	{ "MTU = 1420", "PostUp = sh",
	  LINE(6) "has a key of [Interface] that is not taken" },
	{ "MTU = 1420", "Table = off",
	  LINE(6) "has a key of [Interface] that is not taken" },
	{ "MTU = 1420", "Endpoint = a:1",
	  LINE(6) "has a key of [Interface] that is not taken" },
	{ "MTU = 1420", "PresharedKey = " KEY_B,
	  LINE(6) "has a key of [Interface] that is not taken" },
	{ "MTU = 1420", "MTU 1420",
	  LINE(6) "is neither a section nor key = value" },
	{ "MTU = 1420", "MTU =", LINE(6) "has no value" },
	{ "MTU = 1420", "MTU = # 1420", LINE(6) "has no value" },
	{ "MTU = 1420", "MTU = 575", LINE(6) "has a malformed value" },
	{ "MTU = 1420", "MTU = 65536", LINE(6) "has a malformed value" },
	{ "MTU = 1420", "MTU = 1420\nMTU = 1420", LINE(7) "repeats a key" },
	{ "ListenPort = 51820", "ListenPort = 0",
	  LINE(7) "has a malformed value" },
	{ "ListenPort = 51820", "ListenPort = 1\nlistenport = 1",
	  LINE(8) "repeats a key" },
	{ "PrivateKey = " KEY_C "\n", "", "the credentials have no private key" },
	{ "PrivateKey = " KEY_C, "PrivateKey = " KEY_C "\nPrivateKey = " KEY_C,
	  LINE(4) "repeats a key" },
	{ "SVQn", "", LINE(3) "has a key that is not 32 bytes of base64" },
	{ "SVQn", "SV n", LINE(3) "has a key that is not 32 bytes of base64" },
	{ "Address = 10.0.0.2/24, fd00::2\n", "",
	  "the credentials have no address" },
	{ "10.0.0.2/24, fd00::2", "10.0.0.2/24 fd00::2",
	  LINE(4) "has a malformed value" },
	{ "10.0.0.2/24, fd00::2", "10.0.0.2/24,", LINE(4) "has a malformed value" },
	{ "DNS = 10.0.0.1", "DNS = 10.0.0.1, example.org",
	  LINE(5) "has a malformed value" },
	{ "DNS = 10.0.0.1", "DNS = 10.0.0.1/32",
	  LINE(5) "has a malformed value" },
	{ "DNS = 10.0.0.1", "DNS = " X300 X300 X300 X300, LINE(5) "is too long" },
	{ "PublicKey = " KEY_B, "PublicKey = AAAA",
	  LINE(17) "has a malformed value" },
	{ "PublicKey = " KEY_B, "", "a peer has no public key" },
	{ "PublicKey = " KEY_B, "PublicKey = " KEY_A, "a peer is there twice" },
	{ "PublicKey = " KEY_B "\n", "PublicKey = " KEY_B "\nPublicKey = " KEY_B,
	  LINE(18) "repeats a key" },
	{ "PublicKey = " KEY_B, "PrivateKey = " KEY_B,
	  LINE(17) "has a key of [Peer] that is not taken" },
	{ "PublicKey = " KEY_B, "SaveConfig = true",
	  LINE(17) "has a key of [Peer] that is not taken" },
	{ "PresharedKey = " KEY_D, "PresharedKey = " KEY_D "\nPresharedKey = "
	  KEY_D, LINE(12) "repeats a key" },
	{ KEY_D, "YW5v", LINE(11) "has a key that is not 32 bytes of base64" },
	{ "192.0.2.1:51820", "192.0.2.1", LINE(12) "has a malformed value" },
	{ "192.0.2.1:51820", "192.0.2.1:1\nEndpoint = 192.0.2.2:1",
	  LINE(13) "repeats a key" },
	{ "::/0", "::/x", LINE(13) "has a malformed value" },
	{ "e = 25", "e = off", LINE(14) "has a malformed value" },
	{ "e = 25", "e = 25\nPersistentKeepalive = 0", LINE(15) "repeats a key" },
};

/* Each edit is refused; no sentence has four characters of a key in a row. */
static void check_edits(const char *text, const struct edit *edits, size_t count)
{
	static const char keys[] = KEY_A KEY_B KEY_C KEY_D;
	struct reason why;
	char part[5] = "";
	size_t i, k;

	for (i = 0; i < count; i++) {
		cleanup_text char *edited = text_replace(text, edits[i].old,
							 edits[i].new);

		CASE(edits[i].new);
		REQUIRE(edited != NULL);
		CHECK_EQ_INT(parse_bytes(edited, strlen(edited), &t, &why),
			     -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_TUNNEL);
		CHECK_EQ_STR(why.text, edits[i].sentence);
		for (k = 0; k + 4 < sizeof(keys); k++) {
			memcpy(part, keys + k, 4);
			CHECK(!strstr(why.text, part));
		}
		tunnel_free(&t);
	}
}

static void test_json(void)
{
	check_edits(json, json_edits, ARRAY_SIZE(json_edits));
}

/* As many as fit, and one more; in either form. */
static void test_limits(void)
{
	struct reason why;
	unsigned extra, i;

	for (extra = 0; extra <= 1; extra++) {
		cleanup_buf struct buf j = BUF(1 << 16), q = BUF(1 << 16);

		buf_str(&j, "{\"kind\":\"wireguard\",\"private-key\":\"" KEY_C
			"\",\"addresses\":[\"10.0.0.1\"],\"peers\":[");
		buf_str(&q, "[Interface]\nPrivateKey=" KEY_C
			"\nAddress=10.0.0.1\n");
		for (i = 0; i < TUNNEL_PEERS_MAX + extra; i++) {
			buf_printf(&j, "%s{\"public-key\":\"%c%c%.42s\"}",
				   i ? "," : "", (char)('A' + i / 16),
				   (char)('A' + i % 16), KEY_A + 2);
			buf_printf(&q, "[Peer]\nPublicKey=%c%c%.42s\n",
				   (char)('A' + i / 16), (char)('A' + i % 16),
				   KEY_A + 2);
		}
		buf_str(&j, "]}");
		CHECK_EQ_INT(parse_bytes(buf_cstr(&j), j.len, &t, &why),
			     extra ? -EBADMSG : 0);
		CHECK_EQ_STR(why.text, extra ?
			     "the credentials have too many peers" : "");
		tunnel_free(&t);
		CHECK_EQ_INT(parse_bytes(buf_cstr(&q), q.len, &t, &why),
			     extra ? -EBADMSG : 0);
		CHECK_EQ_STR(why.text, extra ? "line 132 of the credentials has "
			     "one peer too many" : "");
		tunnel_free(&t);
	}
}

static void test_lists(void)
{
	static const char item[] = "10.0.0.2/24, ";
	struct reason why;
	unsigned extra, i;

	for (extra = 0; extra <= 1; extra++) {
		cleanup_text char *text = NULL;
		char list[512] = "";

		for (i = 1; i < TUNNEL_LIST_MAX - 1 + extra; i++)
			memcpy(list + strlen(list), item, sizeof(item));
		memcpy(list + strlen(list), "10.0.0.2/24", 12);
		text = text_replace(quick, "10.0.0.2/24", list);
		REQUIRE(text != NULL);
		CHECK_EQ_INT(parse_bytes(text, strlen(text), &t, &why),
			     extra ? -EBADMSG : 0);
		CHECK_EQ_INT(t.addresses.count, TUNNEL_LIST_MAX);
		tunnel_free(&t);
	}
}

/* Neither of both, and what JSON's reader has no room for. */
static void test_other(void)
{
	static const char *const texts[] = {
		"", " ", "\n", " {}", "[]", "{", "{}", "x", "\0", "[Peer]\n",
		"[Interface]", KEY_C,
	};
	cleanup_buf struct buf b = BUF(1 << 17);
	struct reason why;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		CASE(texts[i]);
		CHECK_EQ_INT(parse_bytes(texts[i], strlen(texts[i]), &t, &why),
			     -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_TUNNEL);
		CHECK(why.text[0] != '\0');
		tunnel_free(&t);
	}
	CASE("many values");
	buf_str(&b, "{\"peers\":[0");
	for (i = 0; i < 40000; i++)
		buf_str(&b, ",0");
	buf_str(&b, "]}");
	REQUIRE(buf_cstr(&b) != NULL);
	CHECK_EQ_INT(parse_bytes(buf_cstr(&b), b.len, &t, &why), -EBADMSG);
	CHECK_EQ_STR(why.text, "the credentials are not proper JSON");
	CASE("NUL");
	CHECK_EQ_INT(parse_bytes("[Interface]\nMTU=1420\0\n", 23, &t, &why),
		     -EBADMSG);
	tunnel_free(&t);
}

static void test_quick(void)
{
	check_edits(quick, quick_edits, ARRAY_SIZE(quick_edits));
}

static const struct test tests[] = {
	{ "members", test_members },
	{ "equal", test_equal },
	{ "json", test_json },
	{ "quick", test_quick },
	{ "limits", test_limits },
	{ "lists", test_lists },
	{ "other", test_other },
};

TEST_MAIN(tests)
