/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnel credentials, JSON or wg-quick, as they begin. */
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "encode.h"
#include "tunnel.h"

#define TEXT_LIMIT	(1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct tunnel t, again;

static void check_list(const struct tunnel_list *list)
{
	size_t i;

	assert(list->count <= TUNNEL_LIST_MAX);
	for (i = 0; i < list->count; i++) {
		assert(memchr(list->text[i], '\0', TUNNEL_ADDRESS_MAX));
		assert(list->text[i][0] &&
		       strspn(list->text[i], "0123456789abcdefABCDEF.:/") ==
		       strlen(list->text[i]));
	}
}

static void put_list(struct buf *b, const char *name,
		     const struct tunnel_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		buf_printf(b, "%s=%s\n", name, list->text[i]);
}

static void put_key(struct buf *b, const char *name, const uint8_t *key)
{
	buf_printf(b, "%s=", name);
	buf_b64(b, key, TUNNEL_KEY_LEN, B64_STD);
	buf_str(b, "\n");
}

/* What was understood, as a file of wg-quick(8) that is understood the same. */
static void say(const struct tunnel *from, struct buf *b)
{
	size_t i;

	buf_str(b, "[Interface]\n");
	put_key(b, "PrivateKey", from->private_key.data);
	put_list(b, "Address", &from->addresses);
	put_list(b, "DNS", &from->dns);
	if (from->mtu)
		buf_printf(b, "MTU=%u\n", from->mtu);
	if (from->listen_port)
		buf_printf(b, "ListenPort=%u\n", from->listen_port);
	for (i = 0; i < from->peer_count; i++) {
		const struct tunnel_peer *p = &from->peers[i];

		buf_str(b, "[Peer]\n");
		put_key(b, "PublicKey", p->public_key);
		if (p->preshared_key.data)
			put_key(b, "PresharedKey", p->preshared_key.data);
		if (p->endpoint[0])
			buf_printf(b, "Endpoint=%s\n", p->endpoint);
		put_list(b, "AllowedIPs", &p->allowed_ips);
		buf_printf(b, "PersistentKeepalive=%u\n", p->keepalive);
	}
}

static void check(void)
{
	cleanup_buf struct buf one = BUF(TEXT_LIMIT), two = BUF(TEXT_LIMIT);
	cleanup_secret struct secret text = { 0 };
	struct reason why = { 0 };
	size_t i;

	check_list(&t.addresses);
	check_list(&t.dns);
	for (i = 0; i < t.peer_count; i++)
		check_list(&t.peers[i].allowed_ips);
	say(&t, &one);
	if (!buf_cstr(&one) || secret_copy(&text, one.data, one.len) < 0)
		abort();
	if (tunnel_parse(&text, &again, &why) < 0)
		abort();
	say(&again, &two);
	assert(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
	tunnel_free(&again);
}

/* A sentence quotes nothing: no 16 characters of the text are in it. */
static void check_sentence(const struct reason *why, const uint8_t *data,
			   size_t size)
{
	size_t i;

	assert(why->code == CODE_TUNNEL && why->text[0]);
	for (i = 0; i + 16 <= size; i++)
		assert(!memmem(why->text, strlen(why->text), data + i, 16));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_secret struct secret text = { 0 };
	struct reason why = { 0 };

	if (size > 0 && secret_copy(&text, data, size) < 0)
		return 0;
	if (tunnel_parse(&text, &t, &why) == 0)
		check();
	else
		check_sentence(&why, data, size);
	tunnel_free(&t);
	return 0;
}
