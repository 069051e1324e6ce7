/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "attester.h"
#include "boot.h"
#include "command.h"
#include "crypto.h"
#include "encode.h"
#include "file.h"
#include "kbs_msg.h"
#include "log.h"
#include "report.h"

#define NONCE_LEN	32

int command_finish(struct boot *b, int r)
{
	int status = boot_exit_status(b, r);

	if (r < 0)
		log_failure(r, false);
	boot_free(b);
	return status;
}

struct boot *command_start(const struct options *o, bool config, int *ret_r)
{
	struct boot *b = calloc(1, sizeof(*b));

	log_step(o->command);
	*ret_r = 0;
	if (!b)
		*ret_r = fail(-ENOMEM, CODE_INTERNAL, "out of memory");
	else if (config)
		*ret_r = boot_load(b, o->config);
	return b;
}

static int print_evidence(struct boot *b, const char *nonce)
{
	cleanup_buf struct buf jwk = BUF(4096), out = BUF(REQUEST_MAX);
	int r = boot_evidence(b, nonce);

	if (r < 0)
		return r;
	r = tee_key_jwk(b->session.tee_key, &jwk);
	if (r == 0 && buf_cstr(&b->evidence))
		r = kbs_msg_attestation(nonce, buf_cstr(&jwk),
					buf_cstr(&b->evidence),
					config_init_data(&b->config), &out);
	buf_str(&out, "\n");
	if (r == 0)
		r = buf_error(&out) ?: buf_error(&b->evidence);
	return r ?: file_write_fd(STDOUT_FILENO, out.data, out.len);
}

int command_evidence(const struct options *o)
{
	cleanup_buf struct buf fresh = BUF(128);
	uint8_t bytes[NONCE_LEN];
	const char *nonce = o->nonce;
	struct boot *b;
	int r;

	b = command_start(o, true, &r);
	if (r == 0 && !nonce) {
		r = random_bytes(bytes, sizeof(bytes));
		buf_b64(&fresh, bytes, sizeof(bytes), B64_STD);
		nonce = buf_cstr(&fresh);
	}
	if (r == 0)
		r = print_evidence(b, nonce);
	return command_finish(b, r);
}

static void print_ear(const struct session *s, bool json)
{
	size_t i, k;

	printf(json ? "{\"tee\":\"%s\",\"status\":\"%s\",\"submods\":{" :
	       "tee           %s\nappraisal     %s\n", s->attester->name,
	       ear_status(&s->ear));
	for (i = 0; i < s->ear.count; i++) {
		const struct ear_submod *m = &s->ear.submods[i];
		char name[4 * sizeof(m->name)], status[4 * sizeof(m->status)];

		log_escape(name, sizeof(name), m->name);
		log_escape(status, sizeof(status), m->status);
		printf(json ? "%s\"%s\":{\"status\":\"%s\"" : "%s%-14s%s",
		       json && i ? "," : "", name, status);
		for (k = 0; k < EAR_CLAIMS; k++)
			if (m->vector[k])
				printf(json ? ",\"%s\":%d" : ", %s %d",
				       ear_claim_name(k), m->vector[k]);
		printf(json ? "}" : "\n");
	}
	printf(json ? "}}\n" : "");
}

int command_attest(const struct options *o)
{
	struct boot *b;
	int r;

	b = command_start(o, true, &r);
	if (r == 0)
		r = boot_attest(b);
	if (r == 0)
		print_ear(&b->session, o->json);
	return command_finish(b, r);
}

int command_fetch_uri(struct boot *b, const char *uri, struct secret *ret)
{
	const struct key_provider *provider = key_provider_find(uri);
	struct reason why = { 0 };
	int r = 0;

	if (!provider)
		return fail(-EINVAL, CODE_CONFIG, "'%.100s' has a scheme that is "
			    "not known", uri);
	if (provider->check_uri(uri, &why) < 0)
		return fail_reason(-EINVAL, &why);
	if (provider->attest && !b->provider)
		r = boot_attest(b);
	return r < 0 ? r : provider->fetch(&b->session, uri, ret);
}

int command_fetch(const struct options *o)
{
	cleanup_secret struct secret resource = { 0 };
	struct boot *b;
	int r;

	if (isatty(STDOUT_FILENO)) {
		fprintf(stderr, "postern: fetch: stdout is a terminal; send the "
			"resource to a file or a pipe\n");
		return 2;
	}
	b = command_start(o, true, &r);
	if (r == 0)
		r = command_fetch_uri(b, o->argument, &resource);
	log_step(o->command);
	if (r == 0)
		r = file_write_fd(STDOUT_FILENO, resource.data, resource.len);
	return command_finish(b, r);
}

int command_status(const struct options *o)
{
	int r;

	log_step(o->command);
	r = report_print(REPORT_PATH, o->json);
	if (r < 0)
		log_failure(r, false);
	return r < 0 ? 1 : 0;
}
