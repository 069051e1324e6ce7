/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cbor.h"
#include "cca_token.h"
#include "secret.h"

/* CBOR tags and labels, all of tee-abi.md 4.3. */
enum {
	TAG_COSE_SIGN1 = 18,		/* RFC 9052 4.2 */
	TAG_CCA = 399,
	TAG_CMW_COLLECTION = 907,
	CMW_EAT_CWT = 263,		/* content format of an entry */

	TOKEN_PLATFORM = 44234,
	TOKEN_REALM = 44241,

	CLAIM_CHALLENGE = 10,
	CLAIM_INSTANCE = 256,
	CLAIM_PROFILE = 265,
	PLATFORM_LIFECYCLE = 2395,
	PLATFORM_IMPLEMENTATION = 2396,
	PLATFORM_COMPONENTS = 2399,
	REALM_PERSONALIZATION = 44235,
	REALM_HASH = 44236,
	REALM_RAK = 44237,
	REALM_RIM = 44238,
	REALM_REMS = 44239,
	REALM_RAK_HASH = 44240,

	COMPONENT_TYPE = 1,
	COMPONENT_VALUE = 2,
	COMPONENT_VERSION = 4,
	COMPONENT_SIGNER = 5,

	KEY_TYPE = 1,			/* RFC 9052 7.1 */
	KEY_TYPE_EC2 = 2,		/* RFC 9053 7.1.1 */
	KEY_CURVE = -1,
	KEY_CURVE_P384 = 2,
	KEY_X = -2,
	KEY_Y = -3,
};

#define COORDINATE_LEN	48

static const char *const realm_profiles[] = {
	"", "tag:arm.com,2023:realm#1.0.0", "tag:arm.com,2026:realm#2.0.0",
};

static const char *const platform_profiles[] = {
	"http://arm.com/CCA-SSD/1.0.0", "tag:arm.com,2023:cca_platform#1.0.0",
};

static int bad(struct reason *why, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_NO_TEE, "the CCA token's %s",
			  what);
}

/* A byte string of LEN bytes exactly. */
static bool fixed(const struct cbor_value *v, uint8_t *ret, size_t len)
{
	struct reader r;

	return cbor_bytes(v, &r) && r.left == len && rd_bytes(&r, ret, len);
}

static bool parse_hash(const struct cbor_value *v, enum hash *ret)
{
	static const struct {
		const char *name;
		enum hash hash;
	} names[] = {
		{ "sha-256", HASH_SHA256 }, { "sha-384", HASH_SHA384 },
		{ "sha-512", HASH_SHA512 },
	};
	char text[16];
	size_t i;

	if (!cbor_text(v, text, sizeof(text)))
		return false;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(text, names[i].name) != 0)
			continue;
		*ret = names[i].hash;
		return true;
	}
	return false;
}

static bool parse_measurement(const struct cbor_value *v,
			      struct cca_measurement *ret)
{
	struct reader r;

	if (!cbor_bytes(v, &r) ||
	    (r.left != 32 && r.left != 48 && r.left != 64))
		return false;
	ret->len = r.left;
	return rd_bytes(&r, ret->bytes, ret->len);
}

/* The profile, which the first format of a realm's claims does not have. */
static bool parse_profile(const struct cbor_value *v, char ret[CCA_PROFILE_MAX])
{
	return !v || (cbor_text(v, ret, CCA_PROFILE_MAX) && *ret);
}

static bool parse_rems(const struct cbor_value *v,
		       struct cca_measurement ret[CCA_REMS])
{
	size_t i;

	if (!cbor_is_array(v) || cbor_count(v) != CCA_REMS)
		return false;
	for (i = 0; i < CCA_REMS; i++)
		if (!parse_measurement(cbor_element(v, i), &ret[i]))
			return false;
	return true;
}

/* A COSE_Key, in which a parameter "alg" may be too. */
static bool parse_cose_key(struct cca_realm *ret)
{
	cleanup_cbor struct cbor c = { 0 };
	int64_t type, curve;

	if (cbor_parse(&c, ret->rak, ret->rak_len, CODE_NO_TEE, NULL) < 0)
		return false;
	if (!cbor_int(cbor_member(c.root, KEY_TYPE), &type) ||
	    !cbor_int(cbor_member(c.root, KEY_CURVE), &curve) ||
	    type != KEY_TYPE_EC2 || curve != KEY_CURVE_P384)
		return false;
	ret->point[0] = 4;
	return fixed(cbor_member(c.root, KEY_X), ret->point + 1,
		     COORDINATE_LEN) &&
	       fixed(cbor_member(c.root, KEY_Y), ret->point + 1 + COORDINATE_LEN,
		     COORDINATE_LEN);
}

static bool parse_rak(const struct cbor_value *v, struct cca_realm *ret)
{
	struct reader r;

	if (!cbor_bytes(v, &r) || r.left > CCA_RAK_MAX)
		return false;
	ret->rak_len = r.left;
	if (!rd_bytes(&r, ret->rak, ret->rak_len))
		return false;
	/* With a profile it is a COSE_Key, without one a bare point. */
	if (ret->profile[0])
		return parse_cose_key(ret);
	if (ret->rak_len != CCA_POINT_LEN || ret->rak[0] != 4)
		return false;
	memcpy(ret->point, ret->rak, CCA_POINT_LEN);
	return true;
}

static int parse_realm(const struct cbor_value *claims, struct cca_realm *ret,
		       struct reason *why)
{
	size_t i;

	if (!parse_profile(cbor_member(claims, CLAIM_PROFILE), ret->profile))
		return bad(why, "realm has a profile that is no text");
	if (!fixed(cbor_member(claims, CLAIM_CHALLENGE), ret->challenge,
		   CCA_CHALLENGE_LEN))
		return bad(why, "realm has no challenge of 64 bytes");
	if (!fixed(cbor_member(claims, REALM_PERSONALIZATION),
		   ret->personalization, CCA_PERSONALIZATION_LEN))
		return bad(why, "realm has no personalization value of 64 bytes");
	if (!parse_hash(cbor_member(claims, REALM_HASH), &ret->hash))
		return bad(why, "realm names no known hash of its measurements");
	if (!parse_hash(cbor_member(claims, REALM_RAK_HASH), &ret->rak_hash))
		return bad(why, "realm names no known hash of its key");
	if (!parse_rak(cbor_member(claims, REALM_RAK), ret))
		return bad(why, "realm has no P-384 key");
	if (!parse_measurement(cbor_member(claims, REALM_RIM), &ret->rim) ||
	    !parse_rems(cbor_member(claims, REALM_REMS), ret->rem))
		return bad(why, "realm has no initial and four extensible "
			   "measurements");
	/* They have the length of their hash or, as RMM keeps them, of the
	 * longest; but they are all alike. */
	for (i = 0; i < CCA_REMS; i++)
		if (ret->rem[i].len != ret->rim.len)
			return bad(why, "realm has measurements of different "
				   "lengths");
	return ret->rim.len < hash_len(ret->hash) ?
	       bad(why, "realm has measurements shorter than their hash") : 0;
}

/* Texts are for people alone: one that does not fit is left out. */
static bool parse_component(const struct cbor_value *v,
			    struct cca_component *ret)
{
	const struct cbor_value *value = cbor_member(v, COMPONENT_VALUE);
	const struct cbor_value *signer = cbor_member(v, COMPONENT_SIGNER);

	if (!cbor_is_map(v) || (value && !parse_measurement(value, &ret->value)) ||
	    (signer && !parse_measurement(signer, &ret->signer)))
		return false;
	if (!cbor_text(cbor_member(v, COMPONENT_TYPE), ret->type,
		       sizeof(ret->type)))
		ret->type[0] = '\0';
	if (!cbor_text(cbor_member(v, COMPONENT_VERSION), ret->version,
		       sizeof(ret->version)))
		ret->version[0] = '\0';
	return true;
}

static bool parse_components(const struct cbor_value *v,
			     struct cca_platform *ret)
{
	size_t i, count = cbor_count(v);

	if (!cbor_is_array(v) || count > CCA_COMPONENTS_MAX)
		return false;
	for (i = 0; i < count; i++)
		if (!parse_component(cbor_element(v, i), &ret->components[i]))
			return false;
	ret->component_count = count;
	return true;
}

static int parse_platform(const struct cbor_value *claims,
			  struct cca_platform *ret, struct reason *why)
{
	int64_t lifecycle;

	if (!cbor_text(cbor_member(claims, CLAIM_PROFILE), ret->profile,
		       CCA_PROFILE_MAX))
		return bad(why, "platform has no profile");
	if (!parse_measurement(cbor_member(claims, CLAIM_CHALLENGE),
			       &ret->challenge))
		return bad(why, "platform has no challenge of a hash's length");
	if (!fixed(cbor_member(claims, CLAIM_INSTANCE), ret->instance,
		   CCA_INSTANCE_LEN) || ret->instance[0] != 1)
		return bad(why, "platform has no instance id");
	if (!fixed(cbor_member(claims, PLATFORM_IMPLEMENTATION),
		   ret->implementation, CCA_IMPLEMENTATION_LEN))
		return bad(why, "platform has no implementation id");
	if (!cbor_int(cbor_member(claims, PLATFORM_LIFECYCLE), &lifecycle) ||
	    lifecycle < 0 || lifecycle > 0xffff)
		return bad(why, "platform has no lifecycle");
	ret->lifecycle = (unsigned)lifecycle;
	if (!parse_components(cbor_member(claims, PLATFORM_COMPONENTS), ret))
		return bad(why, "platform has no proper software components");
	return 0;
}

/* What was signed: the third part of a COSE_Sign1, as a document of its own. */
static bool open_sign1(const struct reader *bytes, struct cbor *ret_claims)
{
	cleanup_cbor struct cbor c = { 0 };
	const struct cbor_value *parts;
	struct reader protected, payload, signature;

	if (cbor_parse(&c, bytes->p, bytes->left, CODE_NO_TEE, NULL) < 0)
		return false;
	parts = cbor_tagged(c.root, TAG_COSE_SIGN1);
	if (cbor_count(parts) != 4 ||
	    !cbor_bytes(cbor_element(parts, 0), &protected) ||
	    !cbor_is_map(cbor_element(parts, 1)) ||
	    !cbor_bytes(cbor_element(parts, 2), &payload) ||
	    !cbor_bytes(cbor_element(parts, 3), &signature))
		return false;
	return cbor_parse(ret_claims, payload.p, payload.left, CODE_NO_TEE,
			  NULL) == 0;
}

/* A half of the token: a byte string or, in a collection, [263, byte string]. */
static bool find_half(const struct cbor_value *token, bool collection,
		      int64_t key, struct reader *ret)
{
	const struct cbor_value *v = cbor_member(token, key);
	int64_t type;

	if (!collection)
		return cbor_bytes(v, ret);
	return cbor_is_array(v) && cbor_count(v) == 2 &&
	       cbor_int(cbor_element(v, 0), &type) && type == CMW_EAT_CWT &&
	       cbor_bytes(cbor_element(v, 1), ret);
}

static int parse_halves(const struct cbor_value *root, struct cca_token *ret,
			struct reason *why)
{
	const struct cbor_value *token = cbor_tagged(root, TAG_CCA);
	cleanup_cbor struct cbor realm = { 0 }, platform = { 0 };
	bool collection = !token;
	struct reader half;
	int r;

	if (collection)
		token = cbor_tagged(root, TAG_CMW_COLLECTION);
	if (!cbor_is_map(token))
		return bad(why, "tag is neither 399 nor 907");
	ret->tag = collection ? TAG_CMW_COLLECTION : TAG_CCA;
	if (!find_half(token, collection, TOKEN_PLATFORM, &half) ||
	    !open_sign1(&half, &platform))
		return bad(why, "platform part is not signed claims");
	if (!find_half(token, collection, TOKEN_REALM, &half) ||
	    !open_sign1(&half, &realm))
		return bad(why, "realm part is not signed claims");
	r = parse_platform(platform.root, &ret->platform, why);
	return r < 0 ? r : parse_realm(realm.root, &ret->realm, why);
}

int cca_token_parse(const void *data, size_t len, struct cca_token *ret,
		    struct reason *why)
{
	cleanup_cbor struct cbor c = { 0 };
	struct cca_token t = { 0 };
	int r;

	if (len > CCA_TOKEN_MAX)
		return reason_set(why, -EMSGSIZE, CODE_NO_TEE, "the CCA token is "
				  "longer than %u bytes", CCA_TOKEN_MAX);
	r = cbor_parse(&c, data, len, CODE_NO_TEE, why);
	if (r == 0)
		r = parse_halves(c.root, &t, why);
	if (r < 0)
		return r;
	*ret = t;
	return 0;
}

static bool is_one_of(const char *text, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

int cca_token_check(const struct cca_token *t,
		    const uint8_t challenge[static CCA_CHALLENGE_LEN],
		    struct reason *why)
{
	const struct cca_platform *p = &t->platform;
	const struct cca_realm *m = &t->realm;
	struct digest rak;
	int r;

	if (!is_one_of(m->profile, realm_profiles, ARRAY_SIZE(realm_profiles)))
		return reason_set(why, -EBADMSG, CODE_NO_TEE, "the CCA token's "
				  "realm profile '%s' is not known", m->profile);
	if (!is_one_of(p->profile, platform_profiles,
		       ARRAY_SIZE(platform_profiles)))
		return reason_set(why, -EBADMSG, CODE_NO_TEE, "the CCA token's "
				  "platform profile '%s' is not known",
				  p->profile);
	if (!equal_ct(m->challenge, challenge, CCA_CHALLENGE_LEN))
		return bad(why, "challenge is not ours: it is an old token, or "
			   "somebody else's");
	r = hash(m->rak_hash, m->rak, m->rak_len, &rak);
	if (r < 0)
		return reason_set(why, r, CODE_INTERNAL, "cannot hash the RAK");
	if (p->challenge.len != hash_len(m->rak_hash) ||
	    !equal_ct(p->challenge.bytes, rak.bytes, p->challenge.len))
		return bad(why, "platform does not vouch for the realm's key");
	return 0;
}

void cca_token_evidence(const uint8_t *token, size_t len, struct buf *ret)
{
	size_t i;

	buf_str(ret, "{\"token\":[");
	for (i = 0; i < len; i++)
		buf_printf(ret, i ? ",%u" : "%u", (unsigned)token[i]);
	buf_str(ret, "]}");
}
