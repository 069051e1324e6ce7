/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "luks_metadata.h"

int luks_only_member(const struct luks_context *c,
		     const struct json_token *object, const char *kind,
		     const struct json_token **ret_name,
		     const struct json_token **ret_value)
{
	const struct json_token *name;

	if (object->count != 1)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_PROFILE,
				  "number of %ss: %" PRIu32 ", not 1", kind,
				  object->count);
	name = json_first(c->j, object);
	*ret_value = json_next(c->j, object, name);
	*ret_name = name;
	return 0;
}

enum { CONFIG_JSON_SIZE, CONFIG_KEYSLOTS_SIZE, CONFIG_FLAGS,
       CONFIG_REQUIREMENTS, CONFIG_COUNT };

/*
 * 3.5.  libcryptsetup obeys the flags in silence: they let discards through,
 * or turn a journal off.  Requirements mark a reencryption, which would go on.
 */
static const struct luks_field config_fields[CONFIG_COUNT] = {
	[CONFIG_JSON_SIZE] = { "json_size", LUKS_DECIMAL,
			       .min = LUKS_JSON_LEN, .max = LUKS_JSON_LEN },
	[CONFIG_KEYSLOTS_SIZE] = { "keyslots_size", LUKS_DECIMAL,
				   .min = LUKS_ALIGNMENT,
				   .max = LUKS_DATA_OFFSET_MAX -
					  LUKS_AREA_LEN },
	[CONFIG_FLAGS] = { "flags", LUKS_NEVER, .optional = true },
	[CONFIG_REQUIREMENTS] = { "requirements", LUKS_NEVER,
				  .optional = true },
};

static int parse_config(struct luks_context *c, const struct json_token *t)
{
	const struct luks_object o = { c->j, t, "config" };
	struct luks_value v[CONFIG_COUNT];
	uint64_t size;
	int r;

	r = luks_fields(&o, config_fields, CONFIG_COUNT, v, c->why);
	if (r < 0)
		return r;
	size = v[CONFIG_KEYSLOTS_SIZE].number;
	if (size % LUKS_ALIGNMENT != 0)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_FORMAT,
				  "config: 'keyslots_size' %" PRIu64
				  " is not a multiple of 4096", size);
	c->keyslots_end = LUKS_AREA_LEN + size;
	return 0;
}

/* 3.6.  A token would name who to ask for the key; for us, nothing on the
 * disk does. */
static int check_tokens(const struct luks_context *c,
			const struct json_token *t)
{
	if (t->count != 0)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_PROFILE,
				  "number of tokens: %" PRIu32 ", not 0",
				  t->count);
	return 0;
}

/* The segment's place on the device, which is all that is left to choose. */
static int check_place(const struct luks_context *c, uint64_t offset,
		       uint32_t sector)
{
	const uint64_t size = c->h->device_size;

	/*
	 * The data start where the keyslots end.  A host that moves the start,
	 * and with another reader the IV too, chooses what is found there.
	 */
	if (offset != c->keyslots_end)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_PROFILE,
				  "segment 0: 'offset' is %" PRIu64
				  ", but the keyslots end at %" PRIu64, offset,
				  c->keyslots_end);
	if (c->profile->sector_size && sector != c->profile->sector_size)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_PROFILE,
				  "segment 0: 'sector_size' is %" PRIu32
				  ", not %" PRIu32 " as configured", sector,
				  c->profile->sector_size);
	if (size <= offset)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_FORMAT,
				  "segment 0: starts at byte %" PRIu64
				  " of a device of %" PRIu64, offset, size);
	if ((size - offset) % sector != 0)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_FORMAT,
				  "segment 0: sectors of %" PRIu32
				  " do not fill a device of %" PRIu64, sector,
				  size);
	return 0;
}

enum { SEGMENT_TYPE, SEGMENT_OFFSET, SEGMENT_SIZE, SEGMENT_IV_TWEAK,
       SEGMENT_ENCRYPTION, SEGMENT_SECTOR_SIZE, SEGMENT_INTEGRITY,
       SEGMENT_FLAGS, SEGMENT_COUNT };

/* 3.3, 3.3.2 */
static const struct luks_field segment_fields[SEGMENT_COUNT] = {
	[SEGMENT_TYPE] = { "type", LUKS_WORD, .words = LUKS_WORDS("crypt") },
	[SEGMENT_OFFSET] = { "offset", LUKS_DECIMAL, .max = UINT64_MAX },
	[SEGMENT_SIZE] = { "size", LUKS_WORD, .words = LUKS_WORDS("dynamic") },
	[SEGMENT_IV_TWEAK] = { "iv_tweak", LUKS_DECIMAL, .max = 0 },
	[SEGMENT_ENCRYPTION] = { "encryption", LUKS_WORD,
				 .words = LUKS_WORDS("aes-xts-plain64",
						     "aes-gcm-random",
						     "aegis128-random") },
	[SEGMENT_SECTOR_SIZE] = { "sector_size", LUKS_NUMBER, .min = 512,
				  .max = 4096 },
	[SEGMENT_INTEGRITY] = { .key = "integrity", .kind = LUKS_OBJECT,
				.optional = true },
	[SEGMENT_FLAGS] = { "flags", LUKS_NEVER, .optional = true },
};

enum { INTEGRITY_TYPE, INTEGRITY_ENCRYPTION, INTEGRITY_INTEGRITY,
       INTEGRITY_COUNT };

/* 3.3.2; the journal is on the disk as the data are, encrypted already. */
static const struct luks_field integrity_fields[INTEGRITY_COUNT] = {
	[INTEGRITY_TYPE] = { "type", LUKS_WORD,
			     .words = LUKS_WORDS("hmac(sha256)", "aead") },
	[INTEGRITY_ENCRYPTION] = { "journal_encryption", LUKS_WORD,
				   .words = LUKS_WORDS("none") },
	[INTEGRITY_INTEGRITY] = { "journal_integrity", LUKS_WORD,
				  .words = LUKS_WORDS("none") },
};

/* Cipher and integrity together, which the profile may pin. */
static int parse_suite(const struct luks_context *c,
		       const struct luks_value *segment)
{
	const char *cipher = segment[SEGMENT_ENCRYPTION].word, *type = NULL;
	const struct luks_object o = { c->j, segment[SEGMENT_INTEGRITY].token,
				       "segment 0 integrity" };
	enum luks_integrity want = c->profile->integrity;
	struct luks_value v[INTEGRITY_COUNT];
	const struct luks_suite *suite;
	int r;

	if (o.token) {
		r = luks_fields(&o, integrity_fields, INTEGRITY_COUNT, v, c->why);
		if (r < 0)
			return r;
		type = v[INTEGRITY_TYPE].word;
	}
	suite = luks_suite_find(cipher, type);
	if (!suite)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_PROFILE,
				  "segment 0: 'encryption' is '%s' with "
				  "integrity '%s', which no profile allows",
				  cipher, type ? type : "none");
	if (want != LUKS_INTEGRITY_ANY && want != suite->integrity)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_PROFILE,
				  "segment 0: integrity is '%s', not '%s' as "
				  "configured",
				  luks_integrity_name(suite->integrity),
				  luks_integrity_name(want));
	c->h->suite = suite;
	return 0;
}

static int parse_segments(const struct luks_context *c,
			  const struct json_token *t)
{
	struct luks_object o = { c->j, NULL, "segment 0" };
	struct luks_value v[SEGMENT_COUNT];
	const struct json_token *name = NULL;
	uint32_t sector;
	int r;

	r = luks_only_member(c, t, "segment", &name, &o.token);
	if (r < 0)
		return r;
	if (!json_equals(c->j, name, "0"))
		return reason_set(c->why, -EBADMSG, CODE_HEADER_PROFILE,
				  "the segment's name is not '0'");
	r = luks_fields(&o, segment_fields, SEGMENT_COUNT, v, c->why);
	if (r < 0)
		return r;
	sector = (uint32_t)v[SEGMENT_SECTOR_SIZE].number;
	if (sector != 512 && sector != 4096)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_PROFILE,
				  "segment 0: 'sector_size' is %" PRIu32
				  ", not 512 or 4096", sector);
	r = parse_suite(c, v);
	if (r == 0)
		r = check_place(c, v[SEGMENT_OFFSET].number, sector);
	if (r < 0)
		return r;
	c->h->data_offset = v[SEGMENT_OFFSET].number;
	c->h->data_size = c->h->device_size - c->h->data_offset;
	c->h->sector_size = sector;
	return 0;
}

/* T is an array of the one string NAME. */
static bool is_only(const struct json *j, const struct json_token *t,
		    const char *name)
{
	return t->count == 1 && json_equals(j, json_first(j, t), name);
}

enum { DIGEST_TYPE, DIGEST_KEYSLOTS, DIGEST_SEGMENTS, DIGEST_HASH,
       DIGEST_ITERATIONS, DIGEST_SALT, DIGEST_DIGEST, DIGEST_COUNT };

/* 3.4; the digest is as long as the hash, 32 or 64 bytes. */
static const struct luks_field digest_fields[DIGEST_COUNT] = {
	[DIGEST_TYPE] = { "type", LUKS_WORD, .words = LUKS_WORDS("pbkdf2") },
	[DIGEST_KEYSLOTS] = { .key = "keyslots", .kind = LUKS_ARRAY },
	[DIGEST_SEGMENTS] = { .key = "segments", .kind = LUKS_ARRAY },
	[DIGEST_HASH] = { "hash", LUKS_WORD, .words = LUKS_HASHES },
	[DIGEST_ITERATIONS] = { "iterations", LUKS_NUMBER,
				.min = LUKS_ITERATIONS_MIN,
				.max = LUKS_ITERATIONS_MAX },
	[DIGEST_SALT] = { "salt", LUKS_BASE64, .min = LUKS_SALT_LEN,
			  .max = LUKS_SALT_LEN },
	[DIGEST_DIGEST] = { "digest", LUKS_BASE64, .min = 32,
			    .max = LUKS_DIGEST_MAX },
};

static int check_digest(const struct luks_context *c,
			const struct luks_value *v)
{
	const bool sha256 = strcmp(v[DIGEST_HASH].word, "sha256") == 0;
	const size_t need = sha256 ? 32 : 64, got = v[DIGEST_DIGEST].len;
	char keyslot[12];

	(void)snprintf(keyslot, sizeof(keyslot), "%u", c->h->keyslot);
	if (!is_only(c->j, v[DIGEST_KEYSLOTS].token, keyslot))
		return reason_set(c->why, -EBADMSG, CODE_HEADER_FORMAT,
				  "digest 0: 'keyslots' is not [\"%s\"]",
				  keyslot);
	if (!is_only(c->j, v[DIGEST_SEGMENTS].token, "0"))
		return reason_set(c->why, -EBADMSG, CODE_HEADER_FORMAT,
				  "digest 0: 'segments' is not [\"0\"]");
	if (got != need)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_FORMAT,
				  "digest 0: 'digest' has %zu bytes, not %zu",
				  got, need);
	return 0;
}

static int parse_digests(const struct luks_context *c,
			 const struct json_token *t)
{
	struct luks_object o = { c->j, NULL, "digest 0" };
	struct luks_value v[DIGEST_COUNT];
	const struct json_token *name = NULL;
	int r;

	r = luks_only_member(c, t, "digest", &name, &o.token);
	if (r < 0)
		return r;
	if (!json_equals(c->j, name, "0"))
		return reason_set(c->why, -EBADMSG, CODE_HEADER_PROFILE,
				  "the digest's name is not '0'");
	r = luks_fields(&o, digest_fields, DIGEST_COUNT, v, c->why);
	if (r < 0)
		return r;
	r = check_digest(c, v);
	if (r < 0)
		return r;
	c->h->digest_hash = v[DIGEST_HASH].word;
	c->h->digest_iterations = (uint32_t)v[DIGEST_ITERATIONS].number;
	memcpy(c->h->digest_salt, v[DIGEST_SALT].bytes, LUKS_SALT_LEN);
	c->h->digest_len = v[DIGEST_DIGEST].len;
	memcpy(c->h->digest, v[DIGEST_DIGEST].bytes, c->h->digest_len);
	return 0;
}

enum { TOP_CONFIG, TOP_TOKENS, TOP_SEGMENTS, TOP_KEYSLOTS, TOP_DIGESTS,
       TOP_COUNT };

/* 3 */
static const struct luks_field top_fields[TOP_COUNT] = {
	[TOP_CONFIG] = { .key = "config", .kind = LUKS_OBJECT },
	[TOP_TOKENS] = { .key = "tokens", .kind = LUKS_OBJECT },
	[TOP_SEGMENTS] = { .key = "segments", .kind = LUKS_OBJECT },
	[TOP_KEYSLOTS] = { .key = "keyslots", .kind = LUKS_OBJECT },
	[TOP_DIGESTS] = { .key = "digests", .kind = LUKS_OBJECT },
};

int luks_metadata_parse(const char *text, size_t len,
			const struct luks_profile *p, struct luks_header *h,
			struct reason *why)
{
	cleanup_json struct json j = { 0 };
	struct luks_context c = { .j = &j, .profile = p, .h = h, .why = why };
	struct luks_object o = { &j, NULL, "metadata" };
	struct luks_value v[TOP_COUNT];
	int r;

	/* Nothing in our profile needs one, and with them a name that we
	 * search for could be written in many ways. */
	if (memchr(text, '\\', len))
		return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT,
				  "metadata: a string has an escape");
	r = json_parse(&j, text, len, CODE_HEADER_FORMAT, why);
	if (r < 0)
		return r;
	o.token = json_root(&j);
	r = luks_fields(&o, top_fields, TOP_COUNT, v, why);
	if (r < 0)
		return r;
	r = parse_config(&c, v[TOP_CONFIG].token);
	if (r < 0)
		return r;
	r = check_tokens(&c, v[TOP_TOKENS].token);
	if (r < 0)
		return r;
	r = parse_segments(&c, v[TOP_SEGMENTS].token);
	if (r < 0)
		return r;
	r = luks_keyslots_parse(&c, v[TOP_KEYSLOTS].token);
	if (r < 0)
		return r;
	return parse_digests(&c, v[TOP_DIGESTS].token);
}
