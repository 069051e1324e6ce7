/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "encode.h"
#include "td_quote.h"

#define TEE_TYPE_TDX	0x81

/* A.3.2: body types of version 5, and how long they are. */
#define BODY_TDX_10	2
#define BODY_TDX_15	3
#define BODY_10_LEN	584
#define BODY_15_LEN	648

/* Where parts of a TDREPORT are. */
#define REPORT_TYPE_TDX	0x81
#define REPORT_DATA_AT	128
#define REPORT_INFO_AT	512

_Static_assert(sizeof(struct td_info) == 400, "td_info has no gaps");

static int bad(struct reason *why, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_NO_TEE, "the TD quote %s", what);
}

/* A.3.1. */
static int parse_header(struct reader *r, struct td_quote *q,
			struct reason *why)
{
	uint32_t tee;

	if (!rd_u16le(r, &q->version) || !rd_u16le(r, &q->key_type) ||
	    !rd_u32le(r, &tee) ||
	    !rd_bytes(r, q->reserved, sizeof(q->reserved)) ||
	    !rd_bytes(r, q->vendor, sizeof(q->vendor)) ||
	    !rd_bytes(r, q->user_data, sizeof(q->user_data)))
		return bad(why, "is cut off");
	if (q->version != 4 && q->version != 5)
		return reason_set(why, -EBADMSG, CODE_NO_TEE,
				  "the TD quote has version %u, not 4 or 5",
				  q->version);
	if (tee != TEE_TYPE_TDX)
		return bad(why, "is one of another TEE");
	return 0;
}

/* A.3.2: in version 5 the body says what it is. */
static int find_body(struct reader *r, struct td_quote *q, struct reader *ret,
		     struct reason *why)
{
	uint16_t type = BODY_TDX_10;
	uint32_t len = BODY_10_LEN;

	if (q->version == 5 && (!rd_u16le(r, &type) || !rd_u32le(r, &len)))
		return bad(why, "is cut off");
	if (!(type == BODY_TDX_10 && len == BODY_10_LEN) &&
	    !(type == BODY_TDX_15 && len == BODY_15_LEN))
		return bad(why, "has an unknown body");
	if (!rd_sub(r, len, ret))
		return bad(why, "is cut off");
	q->has_15 = type == BODY_TDX_15;
	return 0;
}

static bool parse_body(struct reader *r, struct td_quote *q)
{
	return rd_bytes(r, q->tcb_svn, sizeof(q->tcb_svn)) &&
	       rd_bytes(r, q->mrseam, sizeof(q->mrseam)) &&
	       rd_bytes(r, q->mrsignerseam, sizeof(q->mrsignerseam)) &&
	       rd_bytes(r, q->seam_attributes, sizeof(q->seam_attributes)) &&
	       rd_bytes(r, &q->info, sizeof(q->info)) &&
	       rd_bytes(r, q->report_data, sizeof(q->report_data)) &&
	       (!q->has_15 ||
		(rd_bytes(r, q->tcb_svn2, sizeof(q->tcb_svn2)) &&
		 rd_bytes(r, q->mrservicetd, sizeof(q->mrservicetd)))) &&
	       rd_empty(r);
}

int td_quote_parse(const uint8_t *data, size_t len, struct td_quote *ret,
		   struct reason *why)
{
	struct reader r = READER(data, len), body;
	struct td_quote q = { 0 };
	uint32_t signature_len;
	int k;

	k = parse_header(&r, &q, why);
	if (k < 0)
		return k;
	k = find_body(&r, &q, &body, why);
	if (k < 0)
		return k;
	if (!parse_body(&body, &q))
		return bad(why, "has a body of another length");
	if (!rd_u32le(&r, &signature_len) || !rd_skip(&r, signature_len))
		return bad(why, "is cut off");
	if (signature_len == 0)
		return bad(why, "is not signed");
	q.len = len - r.left;
	*ret = q;
	return 0;
}

int td_report_parse(const uint8_t *data, size_t len, struct td_report *ret,
		    struct reason *why)
{
	if (len != TD_REPORT_LEN || data[0] != REPORT_TYPE_TDX)
		return reason_set(why, -EBADMSG, CODE_NO_TEE,
				  "this is no TDREPORT");
	memcpy(ret->report_data, data + REPORT_DATA_AT,
	       sizeof(ret->report_data));
	memcpy(&ret->info, data + REPORT_INFO_AT, sizeof(ret->info));
	return 0;
}

bool td_debug(const struct td_info *info)
{
	/* TDX Module ABI, ATTRIBUTES: bit 0 is DEBUG. */
	return info->attributes[0] & 1;
}

static void put_hex(struct buf *b, const char *name, const void *data,
		    size_t len)
{
	buf_printf(b, "\"%s\":\"", name);
	buf_hex(b, data, len);
	buf_str(b, "\",");
}

#define PUT(b, name, field) put_hex((b), (name), (field), sizeof(field))

static void put_info(struct buf *b, const struct td_info *info)
{
	PUT(b, "td_attributes", info->attributes);
	PUT(b, "xfam", info->xfam);
	PUT(b, "mr_td", info->mrtd);
	PUT(b, "mr_config_id", info->mrconfigid);
	PUT(b, "mr_owner", info->mrowner);
	PUT(b, "mr_owner_config", info->mrownerconfig);
	PUT(b, "rtmr_0", info->rtmr[0]);
	PUT(b, "rtmr_1", info->rtmr[1]);
	PUT(b, "rtmr_2", info->rtmr[2]);
	PUT(b, "rtmr_3", info->rtmr[3]);
}

/* The last member of an object; it has no comma behind it. */
static void put_report_data(struct buf *b, const uint8_t *data)
{
	buf_str(b, "\"report_data\":\"");
	buf_hex(b, data, TD_REPORT_DATA_LEN);
	buf_str(b, "\"}");
}

void td_quote_json(const struct td_quote *q, struct buf *ret)
{
	static const uint8_t tee_type[4] = { TEE_TYPE_TDX };
	const uint8_t version[2] = { (uint8_t)q->version };
	const uint8_t key_type[2] = {
		(uint8_t)q->key_type, (uint8_t)(q->key_type >> 8)
	};

	buf_str(ret, "{\"header\":{");
	PUT(ret, "version", version);
	PUT(ret, "att_key_type", key_type);
	PUT(ret, "tee_type", tee_type);
	PUT(ret, "reserved", q->reserved);
	PUT(ret, "vendor_id", q->vendor);
	buf_str(ret, "\"user_data\":\"");
	buf_hex(ret, q->user_data, sizeof(q->user_data));
	buf_str(ret, "\"},\"body\":{");
	PUT(ret, "tcb_svn", q->tcb_svn);
	PUT(ret, "mr_seam", q->mrseam);
	PUT(ret, "mrsigner_seam", q->mrsignerseam);
	PUT(ret, "seam_attributes", q->seam_attributes);
	put_info(ret, &q->info);
	if (q->has_15) {
		PUT(ret, "tee_tcb_svn2", q->tcb_svn2);
		PUT(ret, "mr_servicetd", q->mrservicetd);
	}
	put_report_data(ret, q->report_data);
	buf_str(ret, "}");
}

void td_report_json(const struct td_report *t, struct buf *ret)
{
	buf_str(ret, "{");
	put_info(ret, &t->info);
	put_report_data(ret, t->report_data);
}
