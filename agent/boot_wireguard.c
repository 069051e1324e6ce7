/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A WireGuard tunnel's way: its key, fetched or made here; its public key
 * measured by boot_measure.c; only then told to others, and the interface
 * brought up.
 */
#include <stdio.h>
#include <string.h>

#include "boot.h"
#include "crypto.h"
#include "encode.h"
#include "log.h"
#include "wireguard.h"

/* Plug-ins of the KBS that take a public key and answer with credentials. */
#define PLUGIN	"kbs+external:"

static int set_public_key(struct boot_tunnel *t)
{
	uint8_t public_key[TUNNEL_KEY_LEN];
	int r = x25519_public(&t->credentials.private_key, public_key);

	return r < 0 ? fail(r, CODE_TUNNEL, "cannot make the public key") :
	       boot_set_public_key(t, public_key);
}

/* RFC 7748 5: any 32 bytes; whoever uses them clamps them. */
static int generate_key(struct secret *ret)
{
	cleanup_secret struct secret key = { 0 };
	int r = secret_alloc(&key, TUNNEL_KEY_LEN);

	if (r == 0)
		r = random_bytes(key.data, key.len);
	if (r < 0)
		return fail(r, CODE_ENTROPY, "cannot make the tunnel's key");
	secret_move(ret, &key);
	return 0;
}

static int get(struct boot *b, const char *uri, bool default_route,
	       struct tunnel *ret)
{
	cleanup_secret struct secret resource = { 0 };
	const struct key_provider *provider = key_provider_find(uri);
	struct reason why = { 0 };
	int r;

	if (!provider)
		return fail(-EINVAL, CODE_TUNNEL, "'%.100s' has a scheme that is "
			    "not known", uri);
	r = provider->fetch(&b->session, uri, &resource);
	if (r < 0)
		return r;
	r = tunnel_parse(&resource, ret, &why);
	if (r == 0)
		r = tunnel_check_routes(ret, default_route, &why);
	return r < 0 ? fail(r, why.code, "'%.100s': %.140s", uri, why.text) : 0;
}

/* The plug-in itself as the credentials: all of them come from there. */
static int from_plugin(const char *uri, struct tunnel *t)
{
	*t = (struct tunnel){ .generate = true };
	if (snprintf(t->registration, sizeof(t->registration), "%s", uri) >=
	    (int)sizeof(t->registration))
		return fail(-ENAMETOOLONG, CODE_TUNNEL, "'%.100s' is too long", uri);
	return 0;
}

/* What is wrong with it is better known before anything is opened. */
static int check_registration(const char *uri)
{
	struct reason why = { 0 };

	if (strncmp(uri, PLUGIN, strlen(PLUGIN)) != 0)
		return fail(-EINVAL, CODE_TUNNEL, "'%.100s' is no plug-in to "
			    "register with", uri);
	if (key_provider_find(uri)->check_uri(uri, &why) < 0)
		return fail(-EINVAL, CODE_TUNNEL, "%s", why.text);
	return 0;
}

int boot_fetch_wireguard(struct boot *b, struct boot_tunnel *t)
{
	const char *uri = t->config->credentials;
	int r = strncmp(uri, PLUGIN, strlen(PLUGIN)) == 0 ?
		from_plugin(uri, &t->credentials) :
		get(b, uri, t->config->default_route, &t->credentials);

	if (r == 0 && t->credentials.registration[0])
		r = check_registration(t->credentials.registration);
	if (r == 0 && t->credentials.generate)
		r = generate_key(&t->credentials.private_key);
	return r < 0 ? r : set_public_key(t);
}

/*
 * Tells the plug-in our public key.  What it answers takes the place of the
 * credentials, but for the key.
 */
static int enrol(struct boot *b, struct boot_tunnel *t)
{
	cleanup_buf struct buf uri = BUF(TUNNEL_URI_MAX + 64);
	struct tunnel *answer = calloc(1, sizeof(*answer));
	uint8_t public_key[TUNNEL_KEY_LEN];
	int r = answer ? 0 : fail(-ENOMEM, CODE_INTERNAL, "out of memory");

	if (r == 0)
		r = x25519_public(&t->credentials.private_key, public_key);
	buf_str(&uri, t->credentials.registration);
	buf_str(&uri, strchr(t->credentials.registration, '?') ? "&" : "?");
	buf_str(&uri, "pubkey=");
	buf_b64(&uri, public_key, sizeof(public_key), B64_URL);
	if (r == 0)
		r = get(b, buf_cstr(&uri), t->config->default_route, answer);
	if (r == 0 && (!answer->generate || answer->registration[0]))
		r = fail(-EBADMSG, CODE_TUNNEL, "'%.100s': the answer has a key "
			 "of its own", t->credentials.registration);
	if (r == 0) {
		secret_move(&answer->private_key, &t->credentials.private_key);
		tunnel_free(&t->credentials);
		t->credentials = *answer;
	} else if (answer) {
		tunnel_free(answer);
	}
	free(answer);
	return r;
}

int boot_set_up_wireguard(struct boot *b, struct boot_tunnel *t)
{
	int r = 0;

	if (t->is_up)
		return 0;
	if (t->credentials.registration[0])
		r = enrol(b, t);
	if (r < 0 || !t->config->up)
		return r;
	r = wireguard_up(t->config->name, &t->credentials);
	t->is_up = r == 0;
	return r;
}
