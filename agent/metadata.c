/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "config.h"
#include "encode.h"
#include "http.h"
#include "json.h"
#include "log.h"
#include "metadata.h"
#include "snp_report.h"

#define PATH_VCEK	"/metadata/THIM/amd/certification"
#define PATH_QUOTE	"/acc/tdquote"
#define URL_MAX		(CONFIG_NAME_MAX + 64)

/* As text: PEM with its line ends, base64. */
#define PEM_MAX		(METADATA_VCEK_MAX / 3 * 4 + 512)
#define QUOTE_TEXT_MAX	(METADATA_QUOTE_MAX / 3 * 4 + 8)

static int bad(struct reason *why, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_NO_TEE, "it %s", what);
}

/* The string MEMBER of the object TEXT, to be freed; -EBADMSG, -ENOMEM. */
static int get_string(const char *text, size_t len, const char *member,
		      size_t size, char **ret)
{
	cleanup_json struct json j = { 0 };
	cleanup_free char *value = malloc(size);
	int r;

	r = value ? json_parse(&j, text, len, CODE_NO_TEE, NULL) : -ENOMEM;
	if (r == 0)
		r = json_string(&j, json_member(&j, json_root(&j), member),
				value, size);
	if (r < 0)
		return r == -ENOMEM ? r : -EBADMSG;
	*ret = value;
	value = NULL;
	return 0;
}

int metadata_parse_vcek(const char *text, size_t len, struct buf *ret,
			struct reason *why)
{
	cleanup_free uint8_t *der = malloc(METADATA_VCEK_MAX);
	cleanup_free char *pem = NULL;
	size_t n;
	int r;

	r = der ? get_string(text, len, "vcekCert", PEM_MAX, &pem) : -ENOMEM;
	if (r == -EBADMSG)
		return bad(why, "sent no JSON with a vcekCert");
	if (r < 0)
		return r;
	if (!snp_cert_pem(pem, der, METADATA_VCEK_MAX, &n))
		return bad(why, "sent a vcekCert that is not one certificate");
	buf_add(ret, der, n);
	return buf_error(ret);
}

int metadata_parse_quote(const char *text, size_t len, struct buf *ret,
			 struct reason *why)
{
	cleanup_free uint8_t *quote = malloc(METADATA_QUOTE_MAX);
	cleanup_free char *b64 = NULL;
	size_t n;
	int r;

	r = quote ? get_string(text, len, "quote", QUOTE_TEXT_MAX, &b64) : -ENOMEM;
	if (r == -EBADMSG)
		return bad(why, "sent no JSON with a quote");
	if (r < 0)
		return r;
	if (b64_decode(b64, strlen(b64), B64_URL, quote, METADATA_QUOTE_MAX,
		       &n) < 0 || n == 0)
		return bad(why, "sent a quote that is not in base64url");
	buf_add(ret, quote, n);
	return buf_error(ret);
}

/* Whatever went wrong, it is evidence that is missing now. */
static int no_answer(int r)
{
	const struct reason why = *failure();

	return fail(r, CODE_NO_TEE, "the metadata service does not serve: %.190s",
		    why.text);
}

static int check_status(const char *address, long status)
{
	/* Azure's documentation of the service asks to come again after these. */
	bool later = status == 429 || status == 410 || status >= 500;

	if (status == 200)
		return 0;
	return fail(later ? -EAGAIN : -EBADMSG, CODE_NO_TEE, "the metadata service "
		    "at %s answered with status %ld", address, status);
}

/* BODY NULL: GET.  The caller frees *RET after success. */
static int ask(const char *address, const char *path, const struct buf *body,
	       struct buf *ret)
{
	static const struct http_config config = { .metadata = true };
	struct http_response answer;
	struct http *h = NULL;
	char url[URL_MAX];
	struct http_request rq = {
		.method = body ? "POST" : "GET", .url = url,
		.body = body ? body->data : NULL,
		.body_len = body ? body->len : 0,
	};
	int r;

	(void)snprintf(url, sizeof(url), "http://%s%s", address, path);
	r = http_open(&config, &h);
	if (r < 0)
		return r;
	r = http_request(h, &rq, &answer);
	http_close(h);
	if (r < 0)
		return no_answer(r);
	r = check_status(address, answer.status);
	if (r < 0)
		buf_free(&answer.body);
	else
		*ret = answer.body;
	return r;
}

static int exchange(const char *address, const char *path,
		    const struct buf *body,
		    int (*parse)(const char *text, size_t len, struct buf *ret,
				 struct reason *why), struct buf *ret)
{
	cleanup_buf struct buf answer = BUF(METADATA_BODY_MAX);
	struct reason why = { 0 };
	int r;

	r = ask(address, path, body, &answer);
	if (r < 0)
		return r;
	r = parse((const char *)answer.data, answer.len, ret, &why);
	if (r < 0 && why.code)
		return fail(r, why.code, "the metadata service at %s does not "
			    "serve: %s", address, why.text);
	return r < 0 ? fail(r, CODE_INTERNAL, "cannot read what the metadata "
			    "service said") : 0;
}

int metadata_vcek(const char *address, struct buf *ret)
{
	return exchange(address, PATH_VCEK, NULL, metadata_parse_vcek, ret);
}

int metadata_td_quote(const char *address, const uint8_t *report, size_t len,
		      struct buf *ret)
{
	cleanup_buf struct buf body = BUF(4 * len);

	buf_str(&body, "{\"report\":\"");
	buf_b64(&body, report, len, B64_URL);
	buf_str(&body, "\"}");
	if (buf_error(&body) < 0)
		return fail(buf_error(&body), CODE_INTERNAL, "out of memory");
	return exchange(address, PATH_QUOTE, &body, metadata_parse_quote, ret);
}
