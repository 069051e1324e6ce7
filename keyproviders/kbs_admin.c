/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "file.h"
#include "kbs_admin.h"
#include "kbs_msg.h"
#include "log.h"

int kbs_admin_token(const char *path, struct secret *ret)
{
	cleanup_secret struct secret s = { 0 };
	size_t start, len;
	const char *text;
	int r = file_read_secret(path, &s);

	if (r < 0)
		return fail(-EINVAL, CODE_CONFIG, "cannot read '%s': %s", path,
			    strerror(-r));
	text = (const char *)s.data;
	start = strspn(text, " \t\r\n");
	len = strcspn(text + start, " \t\r\n");
	/* It becomes a line of a header. */
	if (len == 0 || len > BEARER_MAX ||
	    start + len + strspn(text + start + len, " \t\r\n") + 1 != s.len)
		return fail(-EINVAL, CODE_CONFIG, "'%s' does not hold one token",
			    path);
	memmove(s.data, s.data + start, len);
	s.data[len] = '\0';
	secret_shrink(&s, len + 1);
	secret_move(ret, &s);
	return 0;
}

static int check_status(const char *path, const struct http_response *answer)
{
	struct kbs_error e;

	if (answer->status == 200)
		return 0;
	kbs_msg_error((const char *)answer->body.data, answer->body.len, &e);
	if (answer->status == 401 || answer->status == 403)
		return fail(-EACCES, CODE_KBS_DENIED,
			    "'%.100s': the KBS does not let us store it: %s: "
			    "%.80s", path, e.variant, e.detail);
	return fail(-EBADMSG, CODE_KBS_PROTOCOL, "'%.100s': status %ld instead "
		    "of 200", path, answer->status);
}

int kbs_admin_put(struct config *c, const struct secret *token, const char *uri,
		  const struct secret *resource)
{
	struct http_config config = kbs_http_config(c);
	char path[KBS_PATH_MAX], url[CONFIG_TEXT_MAX + KBS_PATH_MAX + 16];
	struct http_request rq = {
		.method = "POST", .url = url,
		.bearer = (const char *)token->data,
		.body = resource->data, .body_len = resource->len,
	};
	struct http_response answer;
	struct reason why = { 0 };
	struct http *http;
	bool maybe = false;
	size_t i;
	int r;

	if (strncmp(uri, "kbs:", 4) != 0 || kbs_msg_path(uri, path, &why) < 0)
		return fail(-EINVAL, CODE_CONFIG, "'%.100s' is no resource that "
			    "can be stored: kbs:///<repository>/<type>/<tag>",
			    uri);
	r = http_open(&config, &http);
	if (r < 0)
		return r;
	r = fail(-EINVAL, CODE_CONFIG, "no KBS is configured");
	for (i = 0; i < c->kbs.url_count; i++) {
		(void)snprintf(url, sizeof(url), "%s/kbs/v0/%s",
			       c->kbs.urls[i].text, path);
		r = http_request(http, &rq, &answer);
		if (r != -EAGAIN)
			break;
		maybe = true;
	}
	if (r == 0) {
		r = check_status(path, &answer);
		buf_free(&answer.body);
	}
	http_close(http);
	/* One that gave no answer may have stored it before another refused. */
	return r < 0 && maybe ? -EAGAIN : r;
}
