/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Step "measure": what the register is extended with (design.md 6). */
#include "boot.h"
#include "encode.h"

/* Hex of a digest, for the events. */
struct hex {
	char text[2 * HASH_LEN_MAX + 1];
};

static struct hex hex(const uint8_t *bytes, size_t len)
{
	struct hex h = { "" };
	struct buf b = BUF_OVER((uint8_t *)h.text, sizeof(h.text));

	buf_hex(&b, bytes, len);
	h.text[b.len] = '\0';
	return h;
}

static struct hex hex_digest(const struct digest *d)
{
	return hex(d->bytes, hash_len(d->alg));
}

static int measure_volume(struct boot *b, const struct volume *v)
{
	if (v->config->type == VOLUME_RANDOM)
		return measure_event(&b->measure, "postern random %s",
				     v->config->name);
	if (v->config->type == VOLUME_VERITY)
		return measure_event(&b->measure, "postern verity %s %s",
				     v->config->name,
				     hex(v->config->roothash.data,
					 v->config->roothash.len).text);
	return measure_event(&b->measure, "postern volume %s %s %s %s",
			     v->config->name, v->header.uuid,
			     hex_digest(&v->header_digest).text,
			     hex_digest(&v->key_id).text);
}

int boot_measure(struct boot *b)
{
	const struct session *s = &b->session;
	size_t i;
	int r;

	r = measure_event(&b->measure, "postern config %s",
			  hex_digest(&b->config.digest).text);
	if (r == 0)
		r = measure_event(&b->measure, "postern kbs %s",
				  s->has_identity ?
				  hex(s->identity, TLS_PIN_LEN).text : "-");
	for (i = 0; i < b->volume_count && r == 0; i++)
		if (!volume_is_skipped(&b->volumes[i]))
			r = measure_volume(b, &b->volumes[i]);
	for (i = 0; i < b->tunnel_count && r == 0; i++)
		r = measure_event(&b->measure, "postern tunnel %s %s",
				  b->tunnels[i].config->name,
				  b->tunnels[i].public_key);
	return r;
}
