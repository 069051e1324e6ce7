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

/* Prints the reason of a failure; the exit status for R. */
static int finish(struct boot *b, int r)
{
	int status = boot_exit_status(b, r);

	if (r < 0)
		log_failure(r, false);
	boot_free(b);
	return status;
}

static struct boot *start(const struct options *o, int *ret_r)
{
	struct boot *b = calloc(1, sizeof(*b));

	log_step(o->command);
	*ret_r = b ? boot_load(b, o->config) :
		 fail(-ENOMEM, CODE_INTERNAL, "out of memory");
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

	b = start(o, &r);
	if (r == 0 && !nonce) {
		r = random_bytes(bytes, sizeof(bytes));
		buf_b64(&fresh, bytes, sizeof(bytes), B64_STD);
		nonce = buf_cstr(&fresh);
	}
	if (r == 0)
		r = print_evidence(b, nonce);
	return finish(b, r);
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

	b = start(o, &r);
	if (r == 0)
		r = boot_attest(b);
	if (r == 0)
		print_ear(&b->session, o->json);
	return finish(b, r);
}

int command_fetch(const struct options *o)
{
	cleanup_secret struct secret resource = { 0 };
	const struct key_provider *provider;
	struct reason why = { 0 };
	struct boot *b;
	int r;

	if (isatty(STDOUT_FILENO)) {
		fprintf(stderr, "postern: fetch: stdout is a terminal; send the "
			"resource to a file or a pipe\n");
		return 2;
	}
	b = start(o, &r);
	provider = key_provider_find(o->argument);
	if (r == 0 && !provider)
		r = fail(-EINVAL, CODE_CONFIG, "'%.100s' has a scheme that is not "
			 "known", o->argument);
	if (r == 0 && provider->check_uri(o->argument, &why) < 0)
		r = fail_reason(-EINVAL, &why);
	if (r == 0 && provider->attest)
		r = boot_attest(b);
	log_step(o->command);
	if (r == 0)
		r = provider->fetch(&b->session, o->argument, &resource);
	if (r == 0)
		r = file_write_fd(STDOUT_FILENO, resource.data, resource.len);
	return finish(b, r);
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
