/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=mmap,--wrap=munmap */
/* The parsers when memory runs out; test_fault_crypto.c has the rest. */
#include "boot.h"
#include "config.h"
#include "descriptor.h"
#include "ear.h"
#include "fault.h"
#include "kbs_msg.h"
#include "luks_edit.h"
#include "measure_log.h"
#include "report.h"
#include "se_fake.h"
#include "test.h"
#include "tunnel.h"
#include "vector.h"

#define KEY_A	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY_C	"SVQncyBhIHNlY3JldCB0aGF0IG5vYm9keSBrbm93czE="
#define UUID	"b7b439c1-6377-491f-995e-f1a2433492ff"
#define MAC	"000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"

/* The verdict of a case that has come through: 1 for wrong data. */
static int right(bool good)
{
	return good ? 0 : 1;
}

static int run_json(void)
{
	cleanup_json struct json j = { 0 };
	static char text[1024] = "{\"a\":{\"x\":1,\"y\":2},\"b\":[0";
	size_t i, len = strlen(text);
	int r;

	if (text[len - 1] != '}') {
		for (i = len; i < len + 2 * 300; i += 2)
			memcpy(text + i, ",7", 2);
		memcpy(text + i, "]}", 2);
	}
	r = json_parse(&j, text, strlen(text), CODE_JWE, NULL);
	if (r < 0)
		return j.tokens ? 1 : r;
	return right(json_member(&j, json_root(&j), "b")->count == 301);
}

static const char config_text[] =
	"[agent]\ntee = tpm\n[kbs]\nurl = https://k\nca = /c\n"
	"[volume r]\ndevice = /dev/vda\nkey = kbs:///a/b/c\n";

/* Big, and the same for all cases. */
static struct config c;
static struct tunnel t;
static struct luks_edit e;

static int run_config(void)
{
	struct reason why = { 0 };
	int r = config_parse(config_text, sizeof(config_text) - 1, "c", &c, &why);

	config_free(&c);
	return r < 0 ? r : right(c.volume_count == 1 && !why.code);
}

static int run_measure_log(void)
{
	static const char text[] = "\x1e{\"pcr\":15,\"digests\":[{\"hashAlg\":"
		"\"sha1\",\"digest\":\"0000000000000000000000000000000000000000"
		"\"}]}\n\x1e{\"pcr\":1}";
	struct digest d = { 0 };
	int r = measure_log_replay(text, sizeof(text) - 1, 15, HASH_SHA1, &d,
				   NULL);

	return r < 0 ? r : right(d.bytes[0] == 0xb8);
}

static int run_challenge(void)
{
	static const char text[] = "{\"nonce\":\"abc\",\"extra-params\":\"\"}";
	cleanup_buf struct buf nonce = BUF(NONCE_MAX);
	struct reason why = { 0 };
	enum hash selected;
	int r = kbs_msg_challenge(text, sizeof(text) - 1, &nonce, &selected,
				  &why);

	return r < 0 ? r : right(nonce.len == 3 &&
				 memcmp(nonce.data, "abc", 3) == 0);
}

static int run_se_nonce(void)
{
	static uint8_t space[FAKE_NONCE_MAX];
	struct buf text = BUF_OVER(space, sizeof(space));
	cleanup_se_nonce struct se_nonce n = { 0 };
	struct reason why = { 0 };
	int r;

	put_nonce(&text);
	r = se_nonce_parse((const char *)text.data, text.len, &n, &why);
	if (r < 0)
		return n.request.data ? 1 : r;
	return right(n.request.len == FAKE_REQUEST_LEN &&
		     n.wrapped_nonce.len == FAKE_WRAPPED_LEN &&
		     n.tags[SE_TAGS_LEN - 1] == 0xd2);
}

static int run_token(void)
{
	static const char text[] = "{\"token\":\"aaa.bbb.ccc\"}";
	cleanup_buf struct buf token = BUF(TOKEN_MAX);
	struct reason why = { 0 };
	int r = kbs_msg_token(text, sizeof(text) - 1, &token, &why);

	return r < 0 ? r : right(token.len == 11 &&
				 memcmp(token.data, "aaa.bbb.ccc", 11) == 0);
}

/* An error that cannot be read is one that says nothing. */
static int run_error(void)
{
	static const char text[] = "{\"type\":\"x/PolicyDeny\",\"detail\":\"d\"}";
	struct kbs_error error;

	kbs_msg_error(text, sizeof(text) - 1, &error);
	if (!error.variant[0] && !error.detail[0])
		return -ENOMEM;
	return right(strcmp(error.variant, "PolicyDeny") == 0 &&
		     strcmp(error.detail, "d") == 0);
}

static int run_messages(void)
{
	cleanup_buf struct buf b = BUF(4096);
	int r = kbs_msg_request("tpm", &b);

	if (r == 0)
		r = kbs_msg_attestation("nonce", "{}", "{}", NULL, &b);
	return r < 0 ? r : right(b.len > 200 &&
				 memcmp(b.data, "{\"version\"", 10) == 0 &&
				 memcmp(b.data + b.len - 4, "\"\"}}", 4) == 0);
}

static int run_ear(void)
{
	/* {"submods":{"cpu0":{"ear.status":"warning"}}} */
	static const char token[] = "e30.eyJzdWJtb2RzIjp7ImNwdTAiOnsiZWFyLnN0YXR1"
				    "cyI6Indhcm5pbmcifX19.AAAA";
	struct reason why = { 0 };
	struct ear ear = { 0 };
	int r = ear_parse(token, &ear, &why);

	return r < 0 ? r : right(strcmp(ear_status(&ear), "warning") == 0);
}

static const char descriptor_json[] =
	"{\"postern\":1,\"key\":\"c2VjcmV0IGtleQ==\",\"uuid\":\"" UUID "\","
	"\"generation\":7,\"header-mac\":\"" MAC "\",\"provision\":false}";

/* The resource is the caller's: it is there before memory runs out. */
static int descriptor(const char *text, const char *uri, const char *key)
{
	static struct secret resource;
	struct descriptor d = { 0 };
	struct reason why = { 0 };
	bool good;
	int r;

	resource = (struct secret){ (uint8_t *)(uintptr_t)text, strlen(text) };
	r = descriptor_parse(&resource, uri, &d, &why);
	good = d.key.len == strlen(key) &&
	       (!d.key.data || memcmp(d.key.data, key, d.key.len) == 0);
	secret_free(&d.key);
	return r < 0 ? r : right(good);
}

static int run_descriptor(void)
{
	return descriptor(descriptor_json, "kbs:///a/b/c", "secret key");
}

static int run_written(void)
{
	static uint8_t key[] = "secret key";
	struct descriptor d = { .key = { key, sizeof(key) - 1 } };
	struct luks_header h = {
		.uuid = UUID, .suite = luks_suite_find("aes-xts-plain64", NULL),
	};
	cleanup_secret struct secret text = { 0 };
	int r = descriptor_whole_json(&d, &h, &text);

	return r < 0 ? r : right(memcmp(text.data, "{\"postern\":1,\"key\":"
					"\"c2VjcmV0IGtleQ==\"", 37) == 0);
}

static int run_raw(void)
{
	return descriptor("secret key", "kbs:///a/b/c", "secret key");
}

static int run_toml(void)
{
	return descriptor("\"io.cryptsetup.key.text.root\" = \"secret key\"",
			  "kbs+provisioner:///a/b/c", "secret key");
}

static int tunnel(const char *text)
{
	const struct secret s = { (uint8_t *)(uintptr_t)text, strlen(text) };
	struct reason why = { 0 };
	int r = tunnel_parse(&s, &t, &why);
	bool good = t.peer_count == 1 && t.private_key.len == 32 &&
		    memcmp(t.private_key.data, "IT's a secret", 13) == 0 &&
		    t.peers[0].preshared_key.len == 32 &&
		    t.addresses.count == 1 && !why.code;

	tunnel_free(&t);
	return r < 0 ? r : right(good);
}

static int run_tunnel_json(void)
{
	return tunnel("{\"kind\":\"wireguard\",\"private-key\":\"" KEY_C "\","
		      "\"addresses\":[\"10.0.0.2/24\"],\"peers\":[{"
		      "\"public-key\":\"" KEY_A "\","
		      "\"preshared-key\":\"" KEY_C "\"}]}");
}

static int run_tunnel_quick(void)
{
	return tunnel("[Interface]\nPrivateKey=" KEY_C "\nAddress=10.0.0.2/24\n"
		      "[Peer]\nPublicKey=" KEY_A "\nPresharedKey=" KEY_C "\n");
}

/* --- LUKS2: the fixture is read, and its MAC known, before --- */

static struct digest mac, sum;
static uint8_t slot[258048];

static int luks(bool first)
{
	static uint8_t key[] = "0123456789abcdef0123456789abcdef";
	const struct secret s = { key, 32 };
	const struct luks_profile p = { 0 };
	struct digest m, d;
	struct reason why;
	int r = luks_header_parse(e.area, sizeof(e.area), DEVICE_SIZE, &p,
				  &e.header, &why);

	if (r == 0)
		r = luks_header_mac(&e.header, e.area, slot, sizeof(slot), 7, &s,
				    &m);
	if (r == 0)
		r = luks_header_digest(&e.header, e.area, slot, sizeof(slot), &d);
	if (r < 0)
		return r;
	if (first) {
		mac = m;
		sum = d;
	}
	return right(memcmp(mac.bytes, m.bytes, 32) == 0 &&
		     memcmp(sum.bytes, d.bytes, 48) == 0);
}

static int run_luks(void)
{
	return luks(false);
}

static int run_report(void)
{
	static struct boot boot;
	cleanup_buf struct buf b = BUF(4096);
	int r = report_json(&boot, CODE_TIMEOUT, &b);

	return r < 0 ? r : right(b.len > 100 && b.data[b.len - 2] == '}');
}

static const struct fault_case parsers[] = {
	{ "json", run_json, false },
	{ "config", run_config, false },
	{ "log of measurements", run_measure_log, false },
	{ "challenge", run_challenge, false },
	{ "nonce for IBM SE", run_se_nonce, false },
	{ "token", run_token, false },
	{ "error", run_error, false },
	{ "messages", run_messages, false },
	{ "ear", run_ear, false },
	{ "descriptor", run_descriptor, false },
	{ "descriptor, written", run_written, false },
	{ "raw key", run_raw, false },
	{ "toml", run_toml, false },
	{ "tunnel, json", run_tunnel_json, true },
	{ "tunnel, quick", run_tunnel_quick, true },
	{ "report", run_report, false },
};

static void test_parsers(void)
{
	run_cases(parsers, ARRAY_SIZE(parsers));
}

static void test_luks(void)
{
	static const struct fault_case luks_case = { "luks", run_luks, false };

	REQUIRE(luks_edit_load(&e, "none"));
	memset(slot, 0x5a, sizeof(slot));
	REQUIRE(luks(true) == 0);
	run_cases(&luks_case, 1);
}

static const struct test tests[] = {
	{ "parsers", test_parsers },
	{ "luks header", test_luks },
};

TEST_MAIN(tests)
