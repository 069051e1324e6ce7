/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of wg-quick(8), without its commands: nothing is executed. */
#include <string.h>
#include <strings.h>

#include "encode.h"
#include "tunnel.h"

#define VALUE_MAX	1024

struct quick {
	struct tunnel *t;
	struct tunnel_peer *peer;	/* NULL inside [Interface] */
	bool in_interface;
	unsigned seen;			/* of once[], in this section */
	unsigned line;
	struct reason *why;
};

static int wrong(const struct quick *q, const char *what)
{
	return reason_set(q->why, -EBADMSG, CODE_TUNNEL,
			  "line %u of the credentials %s", q->line, what);
}

static bool is(const char *name, size_t len, const char *want)
{
	return strlen(want) == len && strncasecmp(name, want, len) == 0;
}

/* A value that is no secret, as a C string. */
static bool text_of(const char *value, size_t len, char *out)
{
	if (len >= VALUE_MAX || memchr(value, '\0', len))
		return false;
	memcpy(out, value, len);
	out[len] = '\0';
	return true;
}

static bool number(const char *text, uint64_t min, uint64_t max, unsigned *ret)
{
	uint64_t v;

	if (parse_u64(text, min, max, &v) < 0)
		return false;
	*ret = (unsigned)v;
	return true;
}

/* "10.0.0.2/24, fd00::2/64" */
static bool addresses(char *text, bool prefix, struct tunnel_list *ret)
{
	char *item, *rest = text;

	while ((item = strsep(&rest, ","))) {
		size_t len;

		item += strspn(item, " \t");
		len = strlen(item);
		while (len > 0 && (item[len - 1] == ' ' || item[len - 1] == '\t'))
			item[--len] = '\0';
		if (!tunnel_add_address(ret, item, prefix))
			return false;
	}
	return true;
}

static int set_interface(struct quick *q, const char *name, size_t name_len,
			 char *text)
{
	struct tunnel *t = q->t;
	bool ok;

	if (is(name, name_len, "Address"))
		ok = addresses(text, true, &t->addresses);
	else if (is(name, name_len, "DNS"))
		ok = addresses(text, false, &t->dns);
	else if (is(name, name_len, "MTU"))
		ok = number(text, 576, 65535, &t->mtu);
	else if (is(name, name_len, "ListenPort"))
		ok = number(text, 1, 65535, &t->listen_port);
	else
		return wrong(q, "has a key of [Interface] that is not taken");
	return ok ? 0 : wrong(q, "has a malformed value");
}

static int set_peer(struct quick *q, const char *name, size_t name_len,
		    char *text)
{
	struct tunnel_peer *p = q->peer;
	size_t len = strlen(text);
	bool ok = true;

	if (is(name, name_len, "PublicKey")) {
		ok = tunnel_public_key(text, len, p->public_key);
	} else if (is(name, name_len, "AllowedIPs")) {
		ok = addresses(text, true, &p->allowed_ips);
	} else if (is(name, name_len, "PersistentKeepalive")) {
		ok = number(text, 0, 65535, &p->keepalive);
	} else if (is(name, name_len, "Endpoint")) {
		ok = tunnel_endpoint_is_good(text);
		if (ok)
			memcpy(p->endpoint, text, len + 1);
	} else {
		return wrong(q, "has a key of [Peer] that is not taken");
	}
	return ok ? 0 : wrong(q, "has a malformed value");
}

/* Keys that are no list; the two secret ones are seen to in set(). */
static bool is_repeated(struct quick *q, const char *name, size_t len)
{
	static const char *const once[] = {
		"MTU", "ListenPort", "PublicKey", "Endpoint",
		"PersistentKeepalive",
	};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(once); i++) {
		if (!is(name, len, once[i]))
			continue;
		if (q->seen & 1U << i)
			return true;
		q->seen |= 1U << i;
	}
	return false;
}

static int set(struct quick *q, const char *name, size_t name_len,
	       const char *value, size_t len)
{
	struct secret *key = NULL;
	char text[VALUE_MAX];
	int r;

	if (q->in_interface && is(name, name_len, "PrivateKey"))
		key = &q->t->private_key;
	else if (q->peer && is(name, name_len, "PresharedKey"))
		key = &q->peer->preshared_key;
	if ((key && key->data) || is_repeated(q, name, name_len))
		return wrong(q, "repeats a key");
	if (key)
		return tunnel_secret_key(value, len, key) ? 0 :
			wrong(q, "has a key that is not 32 bytes of base64");
	if (!text_of(value, len, text))
		return wrong(q, "is too long");
	if (q->in_interface)
		r = set_interface(q, name, name_len, text);
	else if (q->peer)
		r = set_peer(q, name, name_len, text);
	else
		r = wrong(q, "stands before the first section");
	/* It is a secret after all when a key stands in the wrong place. */
	wipe(text, sizeof(text));
	return r;
}

static int open_section(struct quick *q, const char *line, size_t len)
{
	q->seen = 0;
	if (is(line, len, "[Interface]") && !q->in_interface && !q->peer) {
		q->in_interface = true;
		return 0;
	}
	if (!is(line, len, "[Peer]"))
		return wrong(q, "has a section that is not known or repeated");
	if (q->t->peer_count == TUNNEL_PEERS_MAX)
		return wrong(q, "has one peer too many");
	q->in_interface = false;
	q->peer = &q->t->peers[q->t->peer_count++];
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Drops white space at both ends. */
static const char *trim(const char *p, size_t *len)
{
	while (*len > 0 && is_blank(p[0])) {
		p++;
		(*len)--;
	}
	while (*len > 0 && is_blank(p[*len - 1]))
		(*len)--;
	return p;
}

static int parse_line(struct quick *q, const char *line, size_t len)
{
	const char *comment = memchr(line, '#', len), *equals, *value;
	size_t name_len, value_len;

	if (comment)
		len = (size_t)(comment - line);
	line = trim(line, &len);
	if (len == 0)
		return 0;
	if (*line == '[')
		return open_section(q, line, len);
	equals = memchr(line, '=', len);
	if (!equals)
		return wrong(q, "is neither a section nor key = value");
	name_len = (size_t)(equals - line);
	value_len = len - name_len - 1;
	line = trim(line, &name_len);
	value = trim(equals + 1, &value_len);
	if (value_len == 0)
		return wrong(q, "has no value");
	return set(q, line, name_len, value, value_len);
}

int tunnel_parse_quick(const struct secret *text, struct tunnel *t,
		       struct reason *why)
{
	const char *p = (const char *)text->data, *end = p + text->len;
	struct quick q = { .t = t, .why = why };
	int r = 0;

	while (p < end && r == 0) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((newline ? newline : end) - p);

		q.line++;
		r = parse_line(&q, p, len);
		p += len + 1;
	}
	return r;
}
