/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "descriptor.h"
#include "encode.h"
#include "json.h"
#include "limits.h"
#include "luks_header.h"

#define PROVISIONER	"kbs+provisioner:"
#define TOML_KEY	"\"io.cryptsetup.key.text.root\""

static int bad(struct reason *why, const char *text)
{
	return reason_set(why, -EBADMSG, CODE_RESOURCE, "%s", text);
}

/* A string member that fits SIZE; false when it is not there or is no string. */
static bool text_member(const struct json *j, const char *name, char *out,
			size_t size)
{
	return json_string(j, json_member(j, json_root(j), name), out,
			   size) == 0;
}

/* Cipher, key and integrity are those of one of our suites; else NULL. */
static const struct luks_suite *find_suite(const struct json *j,
					   const struct json_token *p)
{
	const struct luks_suite *s;
	enum luks_integrity integrity;
	char cipher[32], name[32];
	uint64_t bits;

	if (json_string(j, json_member(j, p, "cipher"), cipher,
			sizeof(cipher)) < 0 ||
	    json_string(j, json_member(j, p, "integrity"), name,
			sizeof(name)) < 0 ||
	    json_u64(j, json_member(j, p, "key-bits"), 4096, &bits) < 0 ||
	    !luks_integrity_find(name, &integrity))
		return NULL;
	s = luks_suite_named(cipher, integrity);
	return s && bits == (s->key_len - s->mac_key_len) * 8 ? s : NULL;
}

static int parse_profile(const struct json *j, struct descriptor *d,
			 struct reason *why)
{
	static const char *const keys[] = {
		"cipher", "key-bits", "sector-size", "integrity", "grow", NULL
	};
	const struct json_token *p = json_member(j, json_root(j), "profile");
	uint64_t sector;

	if (!p)
		return d->provision ? bad(why, "the descriptor does not say what "
					  "volume to make: it has no 'profile'") :
			0;
	if (p->type != JSON_OBJECT || !json_only(j, p, keys, CODE_RESOURCE, why))
		return bad(why, "the descriptor's profile is malformed");
	d->suite = find_suite(j, p);
	if (!d->suite ||
	    json_u64(j, json_member(j, p, "sector-size"), 4096, &sector) < 0 ||
	    (sector != 512 && sector != 4096))
		return bad(why, "the descriptor's profile is not one that this "
			   "version of postern knows");
	d->sector_size = (unsigned)sector;
	return 0;
}

/* Of a profile that is proper, or of none. */
static int parse_grow(const struct json *j, struct descriptor *d,
		      struct reason *why)
{
	const struct json_token *p = json_member(j, json_root(j), "profile");
	const struct json_token *t = p ? json_member(j, p, "grow") : NULL;

	if (t && json_bool(j, t, &d->grow) < 0)
		return bad(why, "the descriptor's 'grow' is malformed");
	if (!d->grow)
		return 0;
	if (!json_equals(j, json_member(j, p, "integrity"), "none"))
		return bad(why, "the descriptor says 'grow', which a volume with "
			   "integrity tags cannot");
	return d->full && !d->device_size ?
		bad(why, "the descriptor says 'grow', but not from what "
		    "'device-size'") : 0;
}

/* What a header has, and one that is not made yet has not. */
static int parse_made(const struct json *j, struct descriptor *d,
		      struct reason *why)
{
	const struct json_token *root = json_root(j);
	const struct json_token *size = json_member(j, root, "device-size");
	char mac[2 * DESCRIPTOR_MAC_LEN + 1];

	if (size && (json_u64(j, size, UINT64_MAX, &d->device_size) < 0 ||
		     d->device_size == 0))
		return bad(why, "the descriptor's 'device-size' is malformed");
	if (json_u64(j, json_member(j, root, "generation"), UINT32_MAX,
		     &d->generation) < 0)
		return bad(why, "the descriptor has no proper 'generation'");
	if (!text_member(j, "header-mac", mac, sizeof(mac)) ||
	    hex_decode(mac, strlen(mac), d->header_mac,
		       DESCRIPTOR_MAC_LEN) < 0)
		return bad(why, "the descriptor has no proper 'header-mac'");
	d->full = true;
	return 0;
}

static int parse_to_make(const struct json *j, const struct descriptor *d,
			 struct reason *why)
{
	const struct json_token *root = json_root(j);

	if (json_member(j, root, "generation") ||
	    json_member(j, root, "header-mac") ||
	    json_member(j, root, "device-size"))
		return bad(why, "the descriptor knows the header of a volume "
			   "that is still to be made");
	return luks_is_uuid(d->uuid) ? 0 :
		bad(why, "the descriptor has no proper 'uuid'");
}

static int parse_members(const struct json *j, struct descriptor *d,
			 struct reason *why)
{
	const struct json_token *root = json_root(j);
	const struct json_token *t;
	uint64_t version;
	int r;

	if (json_u64(j, json_member(j, root, "postern"), 1, &version) < 0 ||
	    version != 1)
		return bad(why, "the descriptor is of another version");
	t = json_member(j, root, "provision");
	if (t && json_bool(j, t, &d->provision) < 0)
		return bad(why, "the descriptor's 'provision' is malformed");
	if (!text_member(j, "uuid", d->uuid, sizeof(d->uuid)) ||
	    strlen(d->uuid) != DESCRIPTOR_UUID_LEN)
		return bad(why, "the descriptor has no proper 'uuid'");
	r = d->provision ? parse_to_make(j, d, why) : parse_made(j, d, why);
	if (r == 0)
		r = parse_profile(j, d, why);
	return r < 0 ? r : parse_grow(j, d, why);
}

/* The key is decoded from where it stands: it crosses no other buffer. */
static int parse_key(const struct json *j, struct secret *ret,
		     struct reason *why)
{
	const struct json_token *t = json_member(j, json_root(j), "key");
	int r;

	if (!t || t->type != JSON_STRING)
		return bad(why, "the descriptor has no 'key'");
	r = b64_decode_secret(j->text + t->start, t->end - t->start, B64_STD,
			      ret);
	return r == -EBADMSG ? bad(why, "the descriptor's 'key' is not base64") :
		r;
}

static int parse_json(const struct secret *resource, struct descriptor *ret,
		      struct reason *why)
{
	static const char *const keys[] = {
		"postern", "key", "uuid", "generation", "header-mac", "profile",
		"provision", "device-size", NULL
	};
	struct descriptor d = { .generation = 0 };
	cleanup_json struct json j = { 0 };
	struct reason detail = { 0 };
	int r;

	r = json_parse(&j, (const char *)resource->data, resource->len,
		       CODE_RESOURCE, &detail);
	/* The parser's sentence may quote the text, which holds the key. */
	if (r == -EBADMSG || r == -EMSGSIZE)
		return bad(why, "the descriptor is not proper JSON");
	if (r < 0)
		return r;
	if (!json_only(&j, json_root(&j), keys, CODE_RESOURCE, &detail))
		return bad(why, "the descriptor has a member that is not known");
	r = parse_members(&j, &d, why);
	if (r == 0)
		r = parse_key(&j, &d.key, why);
	if (r < 0)
		return r;
	if (d.provision && d.key.len < DESCRIPTOR_NEW_KEY_MIN) {
		secret_free(&d.key);
		return bad(why, "the key for a new volume has less than 32 bytes");
	}
	*ret = d;
	return 0;
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

/*
 * A basic string (TOML 1.0) of printable ASCII without escapes behind "=", and
 * nothing else up to END but a comment.  NULL when it is not so.
 */
static const char *toml_string(const char *p, const char *end, size_t *ret_len)
{
	const char *value;

	p = skip_blanks(p, end);
	if (p == end || *p++ != '=')
		return NULL;
	p = skip_blanks(p, end);
	if (p == end || *p++ != '"')
		return NULL;
	value = p;
	while (p < end && *p >= 0x20 && *p <= 0x7e && *p != '"' && *p != '\\')
		p++;
	if (p == end || *p != '"' || p == value)
		return NULL;
	*ret_len = (size_t)(p - value);
	p = skip_blanks(p + 1, end);
	return p == end || *p == '#' ? value : NULL;
}

/* The text is what kbs-wire.md 7.6 shows: the key's name begins a line. */
static int parse_toml(const struct secret *resource, struct descriptor *ret,
		      struct reason *why)
{
	const char *p = (const char *)resource->data, *end = p + resource->len;
	const size_t name = sizeof(TOML_KEY) - 1;
	const char *value = NULL, *eol;
	size_t len = 0;

	for (; p < end; p = eol < end ? eol + 1 : end) {
		eol = memchr(p, '\n', (size_t)(end - p)) ?: end;
		if ((size_t)(eol - p) < name || memcmp(p, TOML_KEY, name) != 0)
			continue;
		if (value)
			return bad(why, "the provisioner's answer names its key "
				   "twice");
		value = toml_string(p + name, eol, &len);
		if (!value)
			return bad(why, "the provisioner's key is not a plain "
				   "string");
	}
	if (!value)
		return bad(why, "the provisioner's answer has no " TOML_KEY);
	return secret_copy(&ret->key, value, len);
}

/* '{', white space, "postern": so begins a descriptor and no passphrase. */
static bool is_descriptor(const struct secret *s)
{
	static const char mark[] = "\"postern\"";
	size_t i = 0;

	if (s->len == 0 || s->data[i++] != '{')
		return false;
	while (i < s->len && (s->data[i] == ' ' || s->data[i] == '\n' ||
			      s->data[i] == '\t' || s->data[i] == '\r'))
		i++;
	return s->len - i >= sizeof(mark) - 1 &&
	       equal_ct(s->data + i, mark, sizeof(mark) - 1);
}

int descriptor_parse(const struct secret *resource, const char *uri,
		     struct descriptor *ret, struct reason *why)
{
	struct descriptor d = { 0 };
	int r;

	if (resource->len == 0)
		return bad(why, "the resource is empty");
	if (strncmp(uri, PROVISIONER, sizeof(PROVISIONER) - 1) == 0)
		r = parse_toml(resource, &d, why);
	else if (is_descriptor(resource))
		r = parse_json(resource, &d, why);
	else
		r = secret_copy(&d.key, resource->data, resource->len);
	if (r == 0 && d.key.len > KEY_MAX) {
		secret_free(&d.key);
		r = bad(why, "the key is too long");
	}
	if (r < 0)
		return r;
	*ret = d;
	return 0;
}

uint64_t descriptor_mac_size(const struct descriptor *d, uint64_t size)
{
	return d->grow && d->full ? d->device_size : size;
}

static void put_members(const struct descriptor *d, const struct luks_header *h,
			struct buf *b)
{
	buf_printf(b, "\"uuid\":\"%s\",\"generation\":%llu,\"header-mac\":\"",
		   h->uuid, (unsigned long long)d->generation);
	buf_hex(b, d->header_mac, sizeof(d->header_mac));
	buf_str(b, "\"");
	if (d->device_size)
		buf_printf(b, ",\"device-size\":%llu",
			   (unsigned long long)d->device_size);
	buf_str(b, ",\"profile\":");
	luks_header_profile_json(h, d->grow, b);
	buf_str(b, ",\"provision\":false}");
}

void descriptor_public_json(const struct descriptor *d,
			    const struct luks_header *h, struct buf *ret)
{
	buf_str(ret, "{\"postern\":1,");
	put_members(d, h, ret);
}

int descriptor_whole_json(const struct descriptor *d,
			  const struct luks_header *h,
			  struct secret *ret)
{
	cleanup_secret struct secret s = { 0 };
	struct buf b;
	int r;

	r = secret_alloc(&s, d->key.len / 3 * 4 + 1024);
	if (r < 0)
		return r;
	b = (struct buf)BUF_OVER(s.data, s.len);
	buf_str(&b, "{\"postern\":1,\"key\":\"");
	buf_b64(&b, d->key.data, d->key.len, B64_STD);
	buf_str(&b, "\",");
	put_members(d, h, &b);
	buf_str(&b, "\n");
	r = buf_error(&b);
	if (r < 0)
		return r;
	secret_shrink(&s, b.len);
	secret_move(ret, &s);
	return 0;
}
