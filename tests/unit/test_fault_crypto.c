/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=mmap,--wrap=munmap */
/* The cryptography when memory runs out, and what is decrypted with it. */
#include "attester.h"
#include "config.h"
#include "encode.h"
#include "evidence.h"
#include "fault.h"
#include "file.h"
#include "jwe.h"
#include "test.h"
#include "vector.h"

#define PLAINTEXT	"correct horse battery staple"

/* Read before memory runs out. */
static struct vector v = VECTOR;
static char *pem[3], *jwe[3];
static struct tee_key *keys[3];
static struct secret key;
static char config_path[64], ca_path[64];
static struct config config;

static int right(bool good)
{
	return good ? 0 : 1;
}

/* RFC 4231, test case 2, at once and in pieces. */
static int run_hmac(void)
{
	struct digest d;
	int r = hmac(HASH_SHA256, &key, "what do ya want for nothing?", 28, &d);

	return r < 0 ? r : right(d.bytes[0] == 0x5b && d.bytes[31] == 0x43);
}

static int run_hkdf(void)
{
	cleanup_secret struct secret out = { 0 };
	int r = hkdf(&key, "salt", "info", 32, &out);

	if (r < 0)
		return out.data ? 1 : r;
	/* HKDF of "Jefe", as Python's cryptography has it. */
	return right(out.len == 32 && out.data[0] == 0x25 &&
		     out.data[31] == 0x9b);
}

static int run_x25519(void)
{
	static uint8_t nine[32] = { 9 };
	const struct secret s = { nine, 32 };
	uint8_t out[32] = { 0 };
	int r = x25519_public(&s, out);

	return r < 0 ? r : right(out[0] == 0x42 && out[31] == 0x79);
}

static int run_spki(void)
{
	cleanup_buf struct buf b = BUF(64);
	int r = rsa_spki((const uint8_t *)"\x7f", 1, 3, &b);

	return r < 0 ? r : right(b.len == 28 && b.data[27] == 3);
}

static int run_oaep(void)
{
	static uint8_t salt[32] = { 1 };
	const struct secret s = { salt, sizeof(salt) };
	uint8_t n[256], out[256] = { 0 };
	int r;

	memset(n, 0xc5, sizeof(n));
	r = rsa_oaep_encrypt(n, sizeof(n), 65537, "SECRET", &s, out);
	return r < 0 ? r : right(memcmp(out, n, sizeof(n)) < 0 && out[1] | out[2]);
}

static int load_pem(size_t i)
{
	struct tee_key *k = NULL;
	int r = tee_key_from_pem(pem[i], &k);

	if (r < 0)
		return k ? 1 : r;
	tee_key_free(k);
	return 0;
}

static int run_pem_p256(void)
{
	return load_pem(0);
}

static int run_pem_p521(void)
{
	return load_pem(1);
}

static int run_pem_rsa(void)
{
	return load_pem(2);
}

static int run_new(void)
{
	struct tee_key *k = NULL;
	int r = tee_key_new(TEE_KEY_P256, &k);

	if (r < 0)
		return k ? 1 : r;
	tee_key_free(k);
	return 0;
}

/* The hashed text of kbs-wire.md 2.4, so that a short one cannot pass. */
static int run_evidence(void)
{
	cleanup_buf struct buf b = BUF(4096);
	int r = evidence_make(attester_find("sample"),
			      "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
			      HASH_COUNT, keys[0], &b);

	return r < 0 ? r :
		right(b.len > 30 && memcmp(b.data, "{\"report_data\":\"Lq8kDWKK",
					   24) == 0);
}

static int run_jwk_rsa(void)
{
	cleanup_buf struct buf b = BUF(4096);
	int r = tee_key_jwk(keys[2], &b);

	return r < 0 ? r : right(b.len > 300 && b.data[b.len - 1] == '}');
}

static int open_jwe(size_t i, const struct tee_key *k)
{
	cleanup_secret struct secret out = { 0 };
	struct reason why = { 0 };
	int r = jwe_open(jwe[i], strlen(jwe[i]), k, &out, &why);

	if (r < 0)
		return out.data ? 1 : r;
	return right(out.len == strlen(PLAINTEXT) &&
		     memcmp(out.data, PLAINTEXT, out.len) == 0);
}

static int run_jwe_p256(void)
{
	return open_jwe(0, keys[0]);
}

static int run_jwe_p521(void)
{
	return open_jwe(1, keys[1]);
}

/*
 * With a key of its own each time: mbedTLS keeps blinding values in it, and
 * when memory runs out while it makes them that key decrypts nothing any more.
 */
static int run_jwe_rsa(void)
{
	struct tee_key *k = NULL;
	int r = tee_key_from_pem(pem[2], &k);

	if (r == 0)
		r = open_jwe(2, k);
	tee_key_free(k);
	return r;
}

/* The configuration with the files that it names, a key among them. */
static int run_config(void)
{
	int r = config_load(config_path, &config);
	bool good = config.loaded && config.ca.len == 10 &&
		    config.client_key.len == 11;

	config_free(&config);
	return r < 0 ? (r == -EINVAL ? -ENOMEM : r) : right(good);
}

static const struct fault_case cases[] = {
	{ "hmac", run_hmac, false },
	{ "hkdf", run_hkdf, false },
	{ "x25519", run_x25519, false },
	{ "spki", run_spki, false },
	{ "oaep", run_oaep, false },
	{ "pem p256", run_pem_p256, true },
	{ "pem p521", run_pem_p521, true },
	{ "pem rsa", run_pem_rsa, true },
	{ "new key", run_new, false },
	{ "evidence", run_evidence, false },
	{ "jwk rsa", run_jwk_rsa, false },
	{ "jwe p256", run_jwe_p256, true },
	{ "jwe p521", run_jwe_p521, true },
	{ "jwe rsa", run_jwe_rsa, true },
	{ "config with its files", run_config, false },
};

static bool load_keys(void)
{
	static const char *const pems[] = {
		"ecdh_es_a256kw_p256/tee_private_key_pkcs8_pem",
		"ecdh_es_a256kw_p521/tee_private_key_pkcs8_pem",
		"rsa_private_key_pkcs1_pem",
	}, *const jwes[] = {
		"ecdh_es_a256kw_p256/jwe", "ecdh_es_a256kw_p521/jwe",
		"rsa_oaep_256/jwe",
	};
	size_t i;

	if (!vector_load(&v, "jwe-example.json"))
		return false;
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		pem[i] = vector_string(&v, pems[i]);
		jwe[i] = vector_json(&v, jwes[i]);
		if (!pem[i] || !jwe[i] || tee_key_from_pem(pem[i], &keys[i]) < 0)
			return false;
	}
	key = secret_text("Jefe");
	return true;
}

/* A file in memory with TEXT; its path to PATH. */
static int make_file(const char *text, char *path, size_t size)
{
	int fd = memfd_create("file", MFD_CLOEXEC);

	if (fd < 0 || file_write_fd(fd, text, strlen(text)) < 0)
		abort();
	(void)snprintf(path, size, "/proc/self/fd/%d", fd);
	return fd;
}

static void test_cases(void)
{
	cleanup_fd int ca = make_file("0123456789", ca_path, sizeof(ca_path));
	cleanup_fd int fd = -1;
	char text[512];
	size_t i;

	(void)snprintf(text, sizeof(text), "[agent]\ntee = tpm\n[kbs]\n"
		       "url = https://k\nca = %s\nclient-cert = %s\n"
		       "client-key = %s\n", ca_path, ca_path, ca_path);
	fd = make_file(text, config_path, sizeof(config_path));
	if (CHECK(ca >= 0 && fd >= 0 && load_keys()))
		run_cases(cases, ARRAY_SIZE(cases));
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		tee_key_free(keys[i]);
		free(pem[i]);
		free(jwe[i]);
	}
	vector_free(&v);
	secret_free(&key);
}

static const struct test tests[] = {
	{ "cryptography", test_cases },
};

TEST_MAIN(tests)
