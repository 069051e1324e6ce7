/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "encode.h"
#include "http.h"
#include "log.h"
#include "secret.h"

struct http {
	CURL *curl;
	const struct http_config *config;
	struct tls_policy policy;
	char error[CURL_ERROR_SIZE];	/* curl's own words on the last one */
};

static size_t body_max(const struct http *h)
{
	return h->config->metadata ? METADATA_BODY_MAX : HTTP_BODY_MAX;
}

static const char *schemes(const struct http_config *c)
{
	if (c->metadata)
		return "http";
	return http_plain_allowed ? "https,http" : "https";
}

/* What the callbacks of one request collect. */
struct transfer {
	struct http_response *response;
	size_t header_bytes;
	bool encoded, too_big;
};

static CURLcode on_ssl_config(CURL *curl, void *ssl_config, void *data)
{
	(void)curl;
	tls_policy_install(ssl_config, data);
	return CURLE_OK;
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
	struct transfer *t = user;

	buf_add(&t->response->body, data, size * count);
	if (buf_error(&t->response->body) < 0) {
		t->too_big = true;
		return CURL_WRITEFUNC_ERROR;
	}
	return size * count;
}

/* The value when LINE is header NAME, else NULL; not terminated. */
static const char *header_value(const char *line, size_t len, const char *name,
				size_t *ret_len)
{
	size_t n = strlen(name);
	const char *end = line + len;

	if (len <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
		return NULL;
	line += n + 1;
	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	while (end > line && (unsigned char)end[-1] <= ' ')
		end--;
	*ret_len = (size_t)(end - line);
	return line;
}

static void take_cookie(struct http_response *response, const char *value,
			size_t len)
{
	const char *end = memchr(value, ';', len);

	if (end)
		len = (size_t)(end - value);
	if (response->set_cookie[0] || len >= sizeof(response->set_cookie))
		return;
	memcpy(response->set_cookie, value, len);
	response->set_cookie[len] = '\0';
}

static void take_retry_after(struct http_response *response, const char *value,
			     size_t len)
{
	char text[12];
	uint64_t v;

	/* Only the form in seconds (RFC 9110 10.2.3): dates are the host's. */
	if (len >= sizeof(text))
		return;
	memcpy(text, value, len);
	text[len] = '\0';
	if (parse_u64(text, 0, 3600, &v) == 0)
		response->retry_after = (unsigned)v;
}

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
	struct transfer *t = user;
	size_t len = size * count, n = 0;
	const char *value;

	t->header_bytes += len;
	if (t->header_bytes > HTTP_HEADER_MAX) {
		t->too_big = true;
		return 0;
	}
	if ((value = header_value(data, len, "Set-Cookie", &n)))
		take_cookie(t->response, value, n);
	if ((value = header_value(data, len, "Retry-After", &n)))
		take_retry_after(t->response, value, n);
	if ((value = header_value(data, len, "Content-Encoding", &n)) &&
	    (n != 8 || strncasecmp(value, "identity", 8) != 0))
		t->encoded = true;
	return len;
}

/* PEM in memory, with its NUL; curl makes no copy. */
static bool set_blob(CURL *curl, CURLoption option, const void *pem, size_t len)
{
	struct curl_blob blob = {
		.data = (void *)(uintptr_t)pem, .len = len,
		.flags = CURL_BLOB_NOCOPY,
	};

	return curl_easy_setopt(curl, option, &blob) == CURLE_OK;
}

/* Options that hold for all requests; true when curl took them all. */
static bool set_options(struct http *h)
{
	const struct http_config *c = h->config;
	CURL *curl = h->curl;
	bool ok = true;

#define SET(option, value) \
	(ok = curl_easy_setopt(curl, (option), (value)) == CURLE_OK && ok)
	SET(CURLOPT_PROTOCOLS_STR, schemes(c));
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(c->metadata ? METADATA_MS : HTTP_CONNECT_MS));
	SET(CURLOPT_TIMEOUT_MS,
	    (long)(c->metadata ? METADATA_MS : HTTP_REQUEST_MS));
	SET(CURLOPT_MAXFILESIZE, (long)body_max(h));
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_SSL_CTX_FUNCTION, on_ssl_config);
	SET(CURLOPT_SSL_CTX_DATA, &h->policy);
	/* What a proxy says before the tunnel stands is not the KBS's. */
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_USERAGENT, "postern/" POSTERN_VERSION);
	/* "" means no proxy, whatever the environment says. */
	SET(CURLOPT_PROXY, c->proxy ? c->proxy : "");
	/*
	 * Who the server is decides verify() of crypto_tls.c.  Without a CA
	 * curl would not start, so it is told not to look for one.
	 */
	SET(CURLOPT_SSL_VERIFYPEER, c->ca ? 1L : 0L);
	SET(CURLOPT_SSL_VERIFYHOST, c->ca ? 2L : 0L);
	SET(CURLOPT_ERRORBUFFER, h->error);
	if (c->ca)
		ok = set_blob(curl, CURLOPT_CAINFO_BLOB, c->ca, c->ca_len) && ok;
	if (c->client_key)
		ok = set_blob(curl, CURLOPT_SSLCERT_BLOB, c->client_cert,
			      strlen(c->client_cert) + 1) &&
		     set_blob(curl, CURLOPT_SSLKEY_BLOB, c->client_key->data,
			      c->client_key->len) && ok;
#undef SET
	return ok;
}

int http_open(const struct http_config *config, struct http **ret)
{
	struct http *h = calloc(1, sizeof(*h));

	if (!h)
		return fail(-ENOMEM, CODE_INTERNAL, "out of memory");
	h->config = config;
	h->policy.ca = config->ca != NULL;
	h->policy.pins = config->pins;
	h->policy.pin_count = config->pin_count;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		h->curl = curl_easy_init();
	if (!h->curl || !set_options(h)) {
		http_close(h);
		return fail(-EIO, CODE_INTERNAL, "cannot set up the HTTP client");
	}
	*ret = h;
	return 0;
}

void http_close(struct http *h)
{
	if (!h)
		return;
	if (h->curl)
		curl_easy_cleanup(h->curl);
	curl_global_cleanup();
	free(h);
}

const uint8_t *http_identity(const struct http *h)
{
	return h->policy.accepted ? h->policy.spki : NULL;
}

static int check_answer(const struct transfer *t, const char *url)
{
	long status = t->response->status;

	if (status >= 300 && status < 400)
		return fail(-EBADMSG, CODE_KBS_PROTOCOL,
			    "'%s' answered with a redirect (%ld), which is not followed",
			    url, status);
	if (status < 200 || status > 599)
		return fail(-EBADMSG, CODE_KBS_PROTOCOL,
			    "'%s' answered with status %ld", url, status);
	if (t->encoded)
		return fail(-EBADMSG, CODE_KBS_PROTOCOL,
			    "'%s' sent a compressed answer, which was not asked for",
			    url);
	return 0;
}

static int transfer_error(const struct http *h, const struct transfer *t,
			  CURLcode code, const char *url)
{
	const char *text = h->error[0] ? h->error : "no answer";

	if (h->policy.seen && !h->policy.accepted)
		return fail(-EACCES, CODE_KBS_IDENTITY, "'%s' is not the KBS: %s",
			    url, h->policy.why ? h->policy.why :
			    "its certificate does not verify");
	if (t->too_big || code == CURLE_FILESIZE_EXCEEDED)
		return fail(-EBADMSG, CODE_KBS_PROTOCOL,
			    "'%s' sent more than %zu bytes", url, body_max(h));
	/* A closed list: these say that what came was not HTTP. */
	if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY ||
	    code == CURLE_BAD_CONTENT_ENCODING || code == CURLE_URL_MALFORMAT)
		return fail(-EBADMSG, CODE_KBS_PROTOCOL, "'%s': %.120s", url,
			    text);
	return fail(-EAGAIN, CODE_KBS_UNREACHABLE, "'%s': %.120s (%d)", url,
		    text, (int)code);
}

/* "NAME: VALUE"; "NAME:" without a value keeps curl from sending its own. */
static bool add_header(struct curl_slist **list, const char *name,
		       const char *value)
{
	cleanup_buf struct buf line = BUF(COOKIE_MAX + BEARER_MAX + 64);
	struct curl_slist *longer;

	buf_printf(&line, "%s:%s%s", name, value ? " " : "", value ? value : "");
	longer = buf_cstr(&line) ?
		curl_slist_append(*list, buf_cstr(&line)) : NULL;
	if (line.data)
		wipe(line.data, line.len);
	if (!longer)
		return false;
	*list = longer;
	return true;
}

static bool add_bearer(struct curl_slist **list, const char *token)
{
	cleanup_buf struct buf value = BUF(BEARER_MAX + 16);
	bool ok;

	buf_printf(&value, "Bearer %s", token);
	ok = buf_cstr(&value) &&
	     add_header(list, "Authorization", buf_cstr(&value));
	if (value.data)
		wipe(value.data, value.len);
	return ok;
}

static bool request_headers(const struct http *h, const struct http_request *rq,
			    struct curl_slist **list)
{
	return add_header(list, "Expect", NULL) &&
	       (!h->config->metadata ||
		add_header(list, "Metadata", "true")) &&
	       (!rq->body ||
		add_header(list, "Content-Type", "application/json")) &&
	       (!rq->cookie || add_header(list, "Cookie", rq->cookie)) &&
	       (!rq->bearer || add_bearer(list, rq->bearer));
}

static CURLcode perform(struct http *h, const struct http_request *rq,
			struct transfer *t)
{
	struct curl_slist *headers = NULL;
	CURL *curl = h->curl;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (request_headers(h, rq, &headers)) {
		(void)curl_easy_setopt(curl, CURLOPT_URL, rq->url);
		(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
		(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, t);
		if (rq->body) {
			(void)curl_easy_setopt(curl, CURLOPT_POST, 1L);
			(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
					       rq->body);
			(void)curl_easy_setopt(curl,
					       CURLOPT_POSTFIELDSIZE_LARGE,
					       (curl_off_t)rq->body_len);
		} else {
			(void)curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
		}
		h->error[0] = '\0';
		code = curl_easy_perform(curl);
		(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
	}
	curl_slist_free_all(headers);
	return code;
}

int http_request(struct http *h, const struct http_request *rq,
		 struct http_response *ret)
{
	struct transfer t = { .response = ret };
	CURLcode code;
	int r;

	*ret = (struct http_response){ .body = BUF(body_max(h)) };
	code = perform(h, rq, &t);
	if (code != CURLE_OK) {
		r = transfer_error(h, &t, code, rq->url);
	} else {
		(void)curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE,
					&ret->status);
		r = check_answer(&t, rq->url);
	}
	if (r < 0)
		buf_free(&ret->body);
	return r;
}
