/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "encode.h"
#include "luks_metadata.h"

/* The reference implementation's limit (1.1). */
#define KEYSLOTS_MAX	32
#define NAME_MAX_LEN	32

#define STRIPES		4000

/* AES-256 in XTS mode, whatever the data are encrypted with. */
#define AREA_CIPHER	"aes-xts-plain64"
#define AREA_KEY_LEN	64

#define ARGON_TIME_MAX	16
#define ARGON_CPUS_MAX	4
#define ARGON_KIB_MAX	(1024 * 1024)

enum { AREA_TYPE, AREA_OFFSET, AREA_SIZE, AREA_ENCRYPTION, AREA_KEY_SIZE,
       AREA_COUNT };

/* 3.2.3 */
static const struct luks_field area_fields[AREA_COUNT] = {
	[AREA_TYPE] = { "type", LUKS_WORD, .words = LUKS_WORDS("raw") },
	[AREA_OFFSET] = { "offset", LUKS_DECIMAL, .max = UINT64_MAX },
	[AREA_SIZE] = { "size", LUKS_DECIMAL, .max = UINT64_MAX },
	[AREA_ENCRYPTION] = { "encryption", LUKS_WORD,
			      .words = LUKS_WORDS(AREA_CIPHER) },
	[AREA_KEY_SIZE] = { "key_size", LUKS_NUMBER, .min = AREA_KEY_LEN,
			    .max = AREA_KEY_LEN },
};

/* What the splitter of 3.2.4 makes of a key, in whole blocks. */
static uint64_t area_len(const struct luks_header *h)
{
	uint64_t len = (uint64_t)h->suite->key_len * STRIPES;

	return (len + LUKS_ALIGNMENT - 1) / LUKS_ALIGNMENT * LUKS_ALIGNMENT;
}

static int parse_area(const struct luks_context *c, const struct json_token *t,
		      const char *name)
{
	const struct luks_object o = { c->j, t, name };
	const uint64_t len = area_len(c->h);
	struct luks_value v[AREA_COUNT];
	uint64_t offset;
	int r;

	r = luks_fields(&o, area_fields, AREA_COUNT, v, c->why);
	if (r < 0)
		return r;
	if (v[AREA_SIZE].number != len)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_PROFILE,
				  "%s: 'size' is %" PRIu64 ", not %" PRIu64, name,
				  v[AREA_SIZE].number, len);
	offset = v[AREA_OFFSET].number;
	if (offset % LUKS_ALIGNMENT != 0)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_FORMAT,
				  "%s: 'offset' %" PRIu64
				  " is not a multiple of 4096", name, offset);
	if (offset < LUKS_AREA_LEN || c->keyslots_end < len ||
	    offset > c->keyslots_end - len)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_FORMAT,
				  "%s: not within the keyslots, bytes %d to %"
				  PRIu64, name, LUKS_AREA_LEN, c->keyslots_end);
	c->h->area_offset = offset;
	c->h->area_size = len;
	c->h->area_cipher = v[AREA_ENCRYPTION].word;
	c->h->area_key_len = AREA_KEY_LEN;
	return 0;
}

enum { AF_TYPE, AF_STRIPES, AF_HASH, AF_COUNT };

/* 3.2.4 */
static const struct luks_field af_fields[AF_COUNT] = {
	[AF_TYPE] = { "type", LUKS_WORD, .words = LUKS_WORDS("luks1") },
	[AF_STRIPES] = { "stripes", LUKS_NUMBER, .min = STRIPES,
			 .max = STRIPES },
	[AF_HASH] = { "hash", LUKS_WORD, .words = LUKS_HASHES },
};

static int parse_af(const struct luks_context *c, const struct json_token *t,
		    const char *name)
{
	const struct luks_object o = { c->j, t, name };
	struct luks_value v[AF_COUNT];
	int r;

	r = luks_fields(&o, af_fields, AF_COUNT, v, c->why);
	if (r < 0)
		return r;
	c->h->af_hash = v[AF_HASH].word;
	return 0;
}

enum { PBKDF2_TYPE, PBKDF2_HASH, PBKDF2_ITERATIONS, PBKDF2_SALT,
       PBKDF2_COUNT };

/* 3.2.5 */
static const struct luks_field pbkdf2_fields[PBKDF2_COUNT] = {
	[PBKDF2_TYPE] = { "type", LUKS_WORD, .words = LUKS_WORDS("pbkdf2") },
	[PBKDF2_HASH] = { "hash", LUKS_WORD, .words = LUKS_HASHES },
	[PBKDF2_ITERATIONS] = { "iterations", LUKS_NUMBER,
				.min = LUKS_ITERATIONS_MIN,
				.max = LUKS_ITERATIONS_MAX },
	[PBKDF2_SALT] = { "salt", LUKS_BASE64, .min = LUKS_SALT_LEN,
			  .max = LUKS_SALT_LEN },
};

static int parse_pbkdf2(const struct luks_context *c,
			const struct json_token *t, const char *name)
{
	const struct luks_object o = { c->j, t, name };
	struct luks_value v[PBKDF2_COUNT];
	int r;

	r = luks_fields(&o, pbkdf2_fields, PBKDF2_COUNT, v, c->why);
	if (r < 0)
		return r;
	c->h->kdf = v[PBKDF2_TYPE].word;
	c->h->kdf_hash = v[PBKDF2_HASH].word;
	c->h->kdf_iterations = (uint32_t)v[PBKDF2_ITERATIONS].number;
	memcpy(c->h->kdf_salt, v[PBKDF2_SALT].bytes, LUKS_SALT_LEN);
	return 0;
}

enum { ARGON_TYPE, ARGON_TIME, ARGON_MEMORY, ARGON_CPUS, ARGON_SALT,
       ARGON_COUNT };

/* 3.2.5; at least 8 KiB for each thread (RFC 9106 3.1). */
static const struct luks_field argon_fields[ARGON_COUNT] = {
	[ARGON_TYPE] = { "type", LUKS_WORD,
			 .words = LUKS_WORDS("pbkdf2", "argon2id") },
	[ARGON_TIME] = { "time", LUKS_NUMBER, .min = 1,
			 .max = ARGON_TIME_MAX },
	[ARGON_MEMORY] = { "memory", LUKS_NUMBER, .min = 8 * ARGON_CPUS_MAX,
			   .max = ARGON_KIB_MAX },
	[ARGON_CPUS] = { "cpus", LUKS_NUMBER, .min = 1,
			 .max = ARGON_CPUS_MAX },
	[ARGON_SALT] = { "salt", LUKS_BASE64, .min = LUKS_SALT_LEN,
			 .max = LUKS_SALT_LEN },
};

static int parse_argon2id(const struct luks_context *c,
			  const struct json_token *t, const char *name)
{
	const struct luks_object o = { c->j, t, name };
	const uint64_t quarter = c->profile->ram / 4 / 1024;
	struct luks_value v[ARGON_COUNT];
	int r;

	r = luks_fields(&o, argon_fields, ARGON_COUNT, v, c->why);
	if (r < 0)
		return r;
	/* The rest of the boot needs memory too. */
	if (c->profile->ram && v[ARGON_MEMORY].number > quarter)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_PROFILE,
				  "%s: 'memory' is %" PRIu64
				  ", above a quarter of this machine's, %"
				  PRIu64, name, v[ARGON_MEMORY].number,
				  quarter);
	c->h->kdf = v[ARGON_TYPE].word;
	c->h->kdf_iterations = (uint32_t)v[ARGON_TIME].number;
	c->h->kdf_memory = (uint32_t)v[ARGON_MEMORY].number;
	c->h->kdf_cpus = (uint32_t)v[ARGON_CPUS].number;
	memcpy(c->h->kdf_salt, v[ARGON_SALT].bytes, LUKS_SALT_LEN);
	return 0;
}

static int parse_kdf(const struct luks_context *c, const struct json_token *t,
		     const char *name)
{
	if (json_equals(c->j, json_member(c->j, t, "type"), "pbkdf2"))
		return parse_pbkdf2(c, t, name);
	return parse_argon2id(c, t, name);
}

enum { SLOT_TYPE, SLOT_KEY_SIZE, SLOT_AF, SLOT_AREA, SLOT_KDF, SLOT_PRIORITY,
       SLOT_COUNT };

/* 3.2, 3.2.1 */
static const struct luks_field slot_fields[SLOT_COUNT] = {
	[SLOT_TYPE] = { "type", LUKS_WORD, .words = LUKS_WORDS("luks2") },
	[SLOT_KEY_SIZE] = { "key_size", LUKS_NUMBER, .max = UINT32_MAX },
	[SLOT_AF] = { .key = "af", .kind = LUKS_OBJECT },
	[SLOT_AREA] = { .key = "area", .kind = LUKS_OBJECT },
	[SLOT_KDF] = { .key = "kdf", .kind = LUKS_OBJECT },
	[SLOT_PRIORITY] = { "priority", LUKS_NUMBER, .optional = true,
			    .min = 1, .max = 1 },
};

static int parse_keyslot(const struct luks_context *c,
			 const struct json_token *t)
{
	char slot[NAME_MAX_LEN], area[NAME_MAX_LEN], af[NAME_MAX_LEN];
	char kdf[NAME_MAX_LEN];
	const struct luks_object o = { c->j, t, slot };
	struct luks_value v[SLOT_COUNT];
	int r;

	(void)snprintf(slot, sizeof(slot), "keyslot %u", c->h->keyslot);
	(void)snprintf(area, sizeof(area), "keyslot %u area", c->h->keyslot);
	(void)snprintf(af, sizeof(af), "keyslot %u af", c->h->keyslot);
	(void)snprintf(kdf, sizeof(kdf), "keyslot %u kdf", c->h->keyslot);
	r = luks_fields(&o, slot_fields, SLOT_COUNT, v, c->why);
	if (r < 0)
		return r;
	if (v[SLOT_KEY_SIZE].number != c->h->suite->key_len)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_PROFILE,
				  "%s: 'key_size' is %" PRIu64 ", not %u", slot,
				  v[SLOT_KEY_SIZE].number, c->h->suite->key_len);
	r = parse_area(c, v[SLOT_AREA].token, area);
	if (r < 0)
		return r;
	r = parse_af(c, v[SLOT_AF].token, af);
	if (r < 0)
		return r;
	return parse_kdf(c, v[SLOT_KDF].token, kdf);
}

int luks_keyslots_parse(const struct luks_context *c,
			const struct json_token *t)
{
	const struct json_token *name = NULL, *slot = NULL;
	uint64_t number;
	char digits[3];
	int r;

	r = luks_only_member(c, t, "keyslot", &name, &slot);
	if (r < 0)
		return r;
	if (json_string(c->j, name, digits, sizeof(digits)) < 0 ||
	    parse_u64(digits, 0, KEYSLOTS_MAX - 1, &number) < 0)
		return reason_set(c->why, -EBADMSG, CODE_HEADER_FORMAT,
				  "the keyslot's name is not a number from 0 "
				  "to %d", KEYSLOTS_MAX - 1);
	c->h->keyslot = (unsigned)number;
	return parse_keyslot(c, slot);
}
