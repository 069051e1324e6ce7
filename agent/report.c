/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "attester.h"
#include "boot.h"
#include "encode.h"
#include "file.h"
#include "log.h"
#include "report.h"

#define REPORT_MAX	(128 * 1024)

static const char *comma(size_t i)
{
	return i ? "," : "";
}

static void put_member(struct buf *b, const char *name, const char *text)
{
	buf_printf(b, "\"%s\":", name);
	if (text)
		buf_json(b, text);
	else
		buf_str(b, "null");
}

static void put_ear(struct buf *b, const struct ear *ear)
{
	size_t i, k;

	buf_str(b, "\"ear\":{");
	put_member(b, "status", ear_status(ear));
	buf_str(b, ",\"submods\":{");
	for (i = 0; i < ear->count; i++) {
		const struct ear_submod *s = &ear->submods[i];

		buf_str(b, comma(i));
		buf_json(b, s->name);
		buf_str(b, ":{");
		put_member(b, "status", s->status);
		for (k = 0; k < EAR_CLAIMS; k++)
			if (s->vector[k])
				buf_printf(b, ",\"%s\":%d", ear_claim_name(k),
					   s->vector[k]);
		buf_str(b, "}");
	}
	buf_str(b, "}}");
}

static void put_kbs(struct buf *b, const struct session *s)
{
	buf_str(b, "\"kbs\":{");
	put_member(b, "url", s->url);
	buf_str(b, ",\"identity\":");
	if (s->has_identity) {
		buf_str(b, "\"sha256//");
		buf_b64(b, s->identity, TLS_PIN_LEN, B64_STD);
		buf_str(b, "\",");
	} else {
		buf_str(b, "null,");
	}
	put_ear(b, &s->ear);
	buf_str(b, "},");
}

static void put_steps(struct buf *b, const struct boot *boot)
{
	size_t i;

	buf_str(b, "\"steps\":[");
	for (i = 0; i < boot->step_count; i++) {
		const struct boot_step *s = &boot->steps[i];

		buf_printf(b, "%s{", comma(i));
		put_member(b, "step", s->name);
		buf_str(b, ",");
		put_member(b, "result", code_name(s->result));
		buf_printf(b, ",\"ms\":%u,\"tries\":%u}", s->ms, s->tries);
	}
	buf_str(b, "],");
}

/*
 * What rotating needs to know of the header, and of a volume that was made what
 * the KBS does not know yet: its descriptor, to which the owner adds the key.
 * So does one whose device has grown.
 */
static void put_header(struct buf *b, const struct volume *v)
{
	if (!v->opened || v->config->type != VOLUME_LUKS2)
		return;
	buf_str(b, ",\"header-digest\":\"");
	buf_hex(b, v->header_digest.bytes, hash_len(v->header_digest.alg));
	buf_printf(b, "\",\"rotation\":\"%s\"", v->spare_header ?
		   "unfinished" : "none");
	if (v->descriptor.provision)
		buf_printf(b, ",\"made\":%s", v->image ? "true" : "false");
	else if (v->grown)
		buf_str(b, ",\"grown\":true");
	else
		return;
	buf_str(b, ",\"descriptor\":");
	descriptor_public_json(&v->descriptor, &v->header, b);
}

/* With nofail: why the boot went on without it. */
static void put_skipped(struct buf *b, const struct volume *v)
{
	char text[REASON_TEXT_MAX];

	if (!volume_is_skipped(v))
		return;
	log_escape(text, sizeof(text), v->skipped.text);
	buf_str(b, ",");
	put_member(b, "skipped", code_name(v->skipped.code));
	buf_str(b, ",");
	put_member(b, "reason", text);
}

/* What vouches for the volume being ours. */
static const char *header_word(const struct volume *v)
{
	if (v->config->type == VOLUME_VERITY)
		return "verity";
	if (v->config->type == VOLUME_RANDOM)
		return "random";
	return v->header_authenticated ? "authenticated" : "profile-checked";
}

static void put_volumes(struct buf *b, const struct boot *boot)
{
	size_t i;

	buf_str(b, "\"volumes\":[");
	for (i = 0; i < boot->volume_count; i++) {
		const struct volume *v = &boot->volumes[i];
		bool verity = v->config->type == VOLUME_VERITY;

		buf_printf(b, "%s{", comma(i));
		put_member(b, "name", v->config->name);
		buf_str(b, ",");
		put_member(b, "uuid", v->header.uuid[0] ? v->header.uuid : NULL);
		buf_str(b, ",");
		put_member(b, "header", header_word(v));
		buf_str(b, ",");
		put_member(b, "integrity", verity ? "verity" :
			   v->header.suite ?
			   luks_integrity_name(v->header.suite->integrity) :
			   "none");
		buf_printf(b, ",\"opened\":%s", v->opened ? "true" : "false");
		put_header(b, v);
		put_skipped(b, v);
		buf_str(b, "}");
	}
	buf_str(b, "],");
}

static void put_measurements(struct buf *b, const struct measure *m)
{
	size_t i, k, n = 0;

	buf_str(b, "\"measurements\":[");
	for (i = 0; i < m->count; i++)
		for (k = 0; k < m->events[i].count; k++, n++) {
			const struct digest *d = &m->events[i].digests[k];

			buf_printf(b, "%s{\"register\":\"%s:%u\",\"alg\":\"%s\","
				   "\"digest\":\"", comma(n), m->measurer->name,
				   m->index, hash_name(d->alg));
			buf_hex(b, d->bytes, hash_len(d->alg));
			buf_str(b, "\",");
			put_member(b, "event", m->events[i].text);
			buf_str(b, "}");
		}
	buf_str(b, "],");
}

static void put_tunnels(struct buf *b, const struct boot *boot)
{
	size_t i;

	buf_str(b, "\"tunnel\":[");
	for (i = 0; i < boot->tunnel_count; i++) {
		buf_printf(b, "%s{", comma(i));
		put_member(b, "name", boot->tunnels[i].config->name);
		buf_printf(b, ",\"kind\":\"%s\",",
			   boot->tunnels[i].config->kind == TUNNEL_NEBULA ?
			   "nebula" : "wireguard");
		put_member(b, "public_key", boot->tunnels[i].public_key[0] ?
			   boot->tunnels[i].public_key : NULL);
		buf_str(b, "}");
	}
	buf_str(b, "],");
}

static void put_level(struct buf *b, const struct level *l)
{
	size_t i;

	buf_printf(b, "\"level\":{\"nominal\":%u,\"trustworthy\":%u,"
		   "\"reasons\":[", l->nominal, l->trustworthy);
	for (i = 0; i < l->count; i++) {
		buf_str(b, comma(i));
		buf_json(b, l->reasons[i]);
	}
	buf_str(b, "]}");
}

int report_json(const struct boot *b, enum code result, struct buf *ret)
{
	const struct attester *a = b->session.attester;
	char text[REASON_TEXT_MAX];

	buf_str(ret, "{");
	put_member(ret, "postern", POSTERN_VERSION);
	buf_str(ret, ",");
	put_member(ret, "result", code_name(result));
	if (result != CODE_NONE) {
		log_escape(text, sizeof(text), failure()->text);
		buf_str(ret, ",");
		put_member(ret, "reason", text);
	}
	buf_str(ret, ",");
	put_member(ret, "tee", a ? a->name : NULL);
	buf_printf(ret, ",\"tee-pinned\":%s,",
		   strcmp(b->config.agent.tee, "auto") ? "true" : "false");
	put_member(ret, "tee-remark", a && a->remark ? a->remark() : NULL);
	buf_str(ret, ",");
	put_kbs(ret, &b->session);
	put_steps(ret, b);
	put_volumes(ret, b);
	put_measurements(ret, &b->measure);
	put_tunnels(ret, b);
	put_level(ret, &b->level);
	buf_str(ret, "}\n");
	return buf_error(ret);
}

void report_write(const struct boot *b, enum code result)
{
	cleanup_buf struct buf text = BUF(REPORT_MAX);
	int r = report_json(b, result, &text);

	if (r == 0)
		r = file_mkdirs("/run/postern");
	if (r == 0)
		r = file_write(REPORT_PATH, text.data, text.len, 0644, 0);
	if (r < 0)
		log_warn("cannot write '" REPORT_PATH "': %s", strerror(-r));
}
