/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "encode.h"
#include "snp_report.h"

#define ENTRY_LEN	24
#define CERT_MAX	(16 * 1024)	/* the kernel's limit on the table */

#define PEM_BEGIN	"-----BEGIN CERTIFICATE-----"
#define PEM_END		"-----END CERTIFICATE-----"

/* GHCB 4.1.8.1; the bytes are in the order of the text. */
static const struct kind {
	uint8_t guid[SNP_GUID_LEN];
	const char *name;
	bool chain;	/* goes into cert_chain */
	bool leaf;	/* has the key that signs reports */
} kinds[] = {
	{ { 0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52,
	    0x97, 0x43, 0x3f, 0xb6, 0x01, 0x4c, 0xd0, 0xae },
	  "ARK", true, false },
	{ { 0x4a, 0xb7, 0xb3, 0x79, 0xbb, 0xac, 0x4f, 0xe4,
	    0xa0, 0x2f, 0x05, 0xae, 0xf3, 0x27, 0xc7, 0x82 },
	  "ASK", true, false },
	{ { 0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64,
	    0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd },
	  "VCEK", true, true },
	{ { 0xa8, 0x07, 0x4b, 0xc2, 0xa2, 0x5a, 0x48, 0x3e,
	    0xaa, 0xe6, 0x39, 0xc0, 0x45, 0xa0, 0xb8, 0xa1 },
	  "VLEK", true, true },
	{ { 0x92, 0xf8, 0x1b, 0xc3, 0x58, 0x11, 0x4d, 0x3d,
	    0x97, 0xff, 0xd1, 0x9f, 0x88, 0xdc, 0x67, 0xea },
	  "CRL", false, false },
};

/* A certificate as DER, in the table or in a copy of its own. */
struct der {
	struct reader bytes;
	uint8_t *copy;
};

static void free_der(struct der *d)
{
	free(d->copy);
}

static int bad(struct reason *why, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_NO_TEE,
			  "the host's certificate table %s", what);
}

static bool is_end(const uint8_t *guid)
{
	static const uint8_t zero[SNP_GUID_LEN];

	return memcmp(guid, zero, sizeof(zero)) == 0;
}

/* One entry; false at the end of the table. */
static int parse_entry(struct reader *r, const struct reader *all,
		       struct snp_cert *ret, bool *ret_end, struct reason *why)
{
	struct reader rest = *all;
	uint32_t offset, len;
	struct snp_cert c;

	if (!rd_bytes(r, c.guid, sizeof(c.guid)) || !rd_u32le(r, &offset) ||
	    !rd_u32le(r, &len))
		return bad(why, "does not end");
	*ret_end = is_end(c.guid);
	if (*ret_end)
		return 0;
	if (!rd_skip(&rest, offset) || !rd_sub(&rest, len, &c.data))
		return bad(why, "points outside of itself");
	*ret = c;
	return 0;
}

int snp_certs_parse(const uint8_t *data, size_t len, struct snp_certs *ret,
		    struct reason *why)
{
	const struct reader all = READER(data, len);
	struct snp_certs c = { .count = 0 };
	struct reader r = all;
	struct snp_cert one;
	bool end = len == 0;
	int k;

	while (!end) {
		k = parse_entry(&r, &all, &one, &end, why);
		if (k < 0)
			return k;
		if (end)
			break;
		if (c.count == SNP_CERTS_MAX)
			return bad(why, "has too many entries");
		c.certs[c.count++] = one;
	}
	*ret = c;
	return 0;
}

static const struct kind *find_kind(const struct snp_cert *c)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (memcmp(kinds[i].guid, c->guid, SNP_GUID_LEN) == 0)
			return &kinds[i];
	return NULL;
}

const char *snp_cert_name(const struct snp_cert *c)
{
	const struct kind *k = find_kind(c);

	return k ? k->name : NULL;
}

/*
 * X.690 8.1: a SEQUENCE whose length takes two bytes, as that of every such
 * certificate does.  Hosts pad them: what follows is left out.
 */
static bool trim_der(const struct reader *data, struct reader *ret)
{
	struct reader r = *data;
	uint16_t tag, len;

	if (!rd_u16be(&r, &tag) || tag != 0x3082 || !rd_u16be(&r, &len) ||
	    len < 0x100 || r.left < len)
		return false;
	*ret = READER(data->p, 4u + len);
	return true;
}

static const uint8_t *find(const struct reader *r, const char *text)
{
	return memmem(r->p, r->left, text, strlen(text));
}

/* RFC 7468 3, of the first certificate; all white space is as good. */
static bool decode_pem(const struct reader *data, uint8_t *out, size_t size,
		       size_t *ret_len)
{
	const uint8_t *p = find(data, PEM_BEGIN), *end = find(data, PEM_END);
	cleanup_buf struct buf text = BUF(2 * CERT_MAX);

	if (!p || !end)
		return false;
	for (p += strlen(PEM_BEGIN); p < end; p++)
		if (*p != ' ' && *p != '\t' && *p != '\r' && *p != '\n')
			buf_u8(&text, *p);
	return buf_error(&text) == 0 &&
	       b64_decode((const char *)text.data, text.len, B64_STD, out, size,
			  ret_len) == 0;
}

static bool find_der(const struct snp_cert *c, struct der *ret)
{
	struct reader decoded;
	size_t len;

	if (trim_der(&c->data, &ret->bytes))
		return true;
	if (!find(&c->data, PEM_BEGIN))
		return false;
	ret->copy = malloc(CERT_MAX);
	if (!ret->copy ||
	    !decode_pem(&c->data, ret->copy, CERT_MAX, &len))
		return false;
	decoded = READER(ret->copy, len);
	return trim_der(&decoded, &ret->bytes);
}

bool snp_cert_pem(const char *text, uint8_t *out, size_t size, size_t *ret_len)
{
	struct reader in = READER((const uint8_t *)text, strlen(text)), decoded;
	const char *end = strstr(text, PEM_END);
	struct reader der;
	size_t len;

	if (strncmp(text, PEM_BEGIN, strlen(PEM_BEGIN)) != 0 || !end ||
	    end[strlen(PEM_END) + strspn(end + strlen(PEM_END), "\r\n")] ||
	    !decode_pem(&in, out, size, &len))
		return false;
	decoded = READER(out, len);
	if (!trim_der(&decoded, &der) || der.left != len)
		return false;
	*ret_len = len;
	return true;
}

static void put_cert(struct buf *b, const char *name, const struct reader *der,
		     bool first)
{
	buf_printf(b, "%s{\"cert_type\":\"%s\",\"data\":", first ? "[" : ",",
		   name);
	buf_numbers(b, der->p, der->left);
	buf_str(b, "}");
}

void snp_certs_json(const struct snp_certs *c, struct buf *ret)
{
	cleanup_buf struct buf list = BUF(ret->limit);
	bool leaf = false;
	size_t i;

	for (i = 0; i < c->count; i++) {
		const struct kind *k = find_kind(&c->certs[i]);
		cleanup(free_der) struct der der = { .copy = NULL };

		if (!k || !k->chain || !find_der(&c->certs[i], &der))
			continue;
		put_cert(&list, k->name, &der.bytes, list.len == 0);
		leaf |= k->leaf;
	}
	/* Trustee refuses a list without one (kbs-wire.md 4.3). */
	if (!leaf) {
		buf_str(ret, "null");
		return;
	}
	buf_str(&list, "]");
	if (buf_error(&list) < 0)
		ret->error = buf_error(&list);
	buf_add(ret, list.data, list.len);
}
