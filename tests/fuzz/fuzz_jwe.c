/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A KBS's answer, opened with the keys of tests/vectors/ours/jwe-example.json.
 *
 * First byte: which key, modulo 3; with bit 7 the rest is not the JWE itself
 * but its header as JSON, a line feed, and what follows "protected" in the JWE,
 * so that the header is not behind base64.  Nobody can make another text than
 * that of the vectors come out.
 */
#include <string.h>

#include "crypto.h"
#include "encode.h"
#include "file.h"
#include "json.h"
#include "jwe.h"
#include "secret.h"

#define VECTORS		"tests/vectors/ours/jwe-example.json"
#define PLAINTEXT	"correct horse battery staple"
#define HEADER_APART	0x80U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct tee_key *keys[3];

static struct tee_key *load_key(const struct json *j, const char *object,
				const char *name)
{
	const struct json_token *t = json_root(j);
	struct tee_key *k = NULL;
	char pem[4096];

	if (object)
		t = json_member(j, t, object);
	if (json_string(j, json_member(j, t, name), pem, sizeof(pem)) < 0 ||
	    tee_key_from_pem(pem, &k) < 0)
		abort();
	return k;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	cleanup_buf struct buf text = BUF(1 << 18);
	cleanup_json struct json j = { 0 };

	(void)argc;
	(void)argv;
	if (file_read(VECTORS, &text) < 0 ||
	    json_parse(&j, (const char *)text.data, text.len, CODE_JWE,
		       NULL) < 0)
		abort();
	keys[0] = load_key(&j, "ecdh_es_a256kw_p256", "tee_private_key_pkcs8_pem");
	keys[1] = load_key(&j, "ecdh_es_a256kw_p521", "tee_private_key_pkcs8_pem");
	keys[2] = load_key(&j, NULL, "rsa_private_key_pkcs1_pem");
	return 0;
}

static void join(struct reader in, struct buf *ret)
{
	const uint8_t *end = in.left ? memchr(in.p, '\n', in.left) : NULL;
	size_t len = end ? (size_t)(end - in.p) : in.left;

	buf_str(ret, "{\"protected\":\"");
	buf_b64(ret, in.p, len, B64_URL);
	buf_str(ret, "\"");
	if (end)
		buf_add(ret, end + 1, in.left - len - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf text = BUF(1 << 20);
	cleanup_secret struct secret out = { 0 };
	struct reader in = READER(data, size);
	struct reason why = { 0 };
	uint8_t kind;
	int r;

	if (!rd_u8(&in, &kind))
		return 0;
	if (kind & HEADER_APART)
		join(in, &text);
	else
		buf_add(&text, in.p, in.left);
	if (!buf_cstr(&text))
		return 0;
	r = jwe_open(buf_cstr(&text), text.len,
		     keys[(kind & (HEADER_APART - 1)) % ARRAY_SIZE(keys)],
		     &out, &why);
	if (r < 0)
		assert(!out.data && why.text[0] && why.code != CODE_NONE);
	else
		assert(out.len == strlen(PLAINTEXT) && !why.code &&
		       memcmp(out.data, PLAINTEXT, out.len) == 0);
	return 0;
}
