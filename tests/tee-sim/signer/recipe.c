/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signer.h"

#define NUMBERS_MAX	3

struct call {
	const struct fixture *fixture;
	const struct tsm_sim_req *request;
	const uint8_t *data;
	size_t data_len;
	struct blob *evidence;
};

static bool put_data(const struct call *c, unsigned long at, unsigned long len)
{
	uint8_t *to = c->evidence->data + at;

	if (!within(c->evidence, at, len))
		return false;
	memset(to, 0, len);
	memcpy(to, c->data, c->data_len < len ? c->data_len : len);
	return true;
}

/* A report about a service is over the data and the service's manifest. */
static bool put_service(const struct call *c, unsigned long at)
{
	const struct blob data = { (uint8_t *)c->data, c->data_len };
	const struct blob *manifest = &c->fixture->manifest;

	if (!*c->request->service_provider)
		return true;
	return within(c->evidence, at, 64) &&
	       digest("sha512", &data, manifest->data, manifest->len,
		      c->evidence->data + at) == 64;
}

static bool put_register(const struct call *c, unsigned long reg,
			 unsigned long at)
{
	if (reg >= TSM_SIM_MR_COUNT || !within(c->evidence, at, TSM_SIM_MR_LEN))
		return false;
	memcpy(c->evidence->data + at, c->request->mr[reg], TSM_SIM_MR_LEN);
	return true;
}

static bool put_level(const struct call *c, unsigned long at)
{
	if (!within(c->evidence, at, 4))
		return false;
	memcpy(c->evidence->data + at, &c->request->privlevel, 4);
	return true;
}

static bool put_signature(const struct call *c, const char *form,
			  const char *hash, const unsigned long n[3],
			  const char *prefix_name)
{
	struct blob prefix = { 0 };
	bool good;

	if (prefix_name && !load(c->fixture->dir, prefix_name, &prefix))
		return false;
	good = sign(c->evidence, strcmp(form, "amd") == 0, hash, &prefix, n[0],
		    n[1], n[2]);
	free(prefix.data);
	return good;
}

static bool numbers(char **line, unsigned long *ret, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!number(next_word(line), &ret[i]))
			return false;
	return true;
}

static bool put_nonce(const struct call *c, unsigned long at)
{
	if (!within(c->evidence, at, sizeof(c->request->nonce)))
		return false;
	memcpy(c->evidence->data + at, c->request->nonce,
	       sizeof(c->request->nonce));
	return true;
}

/* What only Hygon's firmware does. */
static bool run_csv(const struct call *c, const char *what, char *line)
{
	struct blob *b = c->evidence;
	unsigned long n[NUMBERS_MAX];

	if (strcmp(what, "nonce") == 0)
		return numbers(&line, n, 1) && put_nonce(c, n[0]);
	if (strcmp(what, "rtmr") == 0)
		return numbers(&line, n, 1) && csv_registers(b, n[0]);
	if (!numbers(&line, n, 3))
		return false;
	if (strcmp(what, "xor") == 0)
		return csv_disguise(b, n[0], n[1], n[2]);
	if (strcmp(what, "sm2") == 0)
		return csv_sign(c->fixture->dir, b, n[0], n[1], n[2]);
	return strcmp(what, "mac") == 0 &&
	       csv_mac(b, c->request->nonce, n[0], n[1], n[2]);
}

static bool run_line(const struct call *c, char *line)
{
	const char *what = next_word(&line), *form, *hash;
	unsigned long n[NUMBERS_MAX];

	if (!what)
		return true;
	if (strcmp(what, "data") == 0)
		return numbers(&line, n, 2) && put_data(c, n[0], n[1]);
	if (strcmp(what, "mr") == 0)
		return numbers(&line, n, 2) && put_register(c, n[0], n[1]);
	if (strcmp(what, "level") == 0)
		return numbers(&line, n, 1) && put_level(c, n[0]);
	if (strcmp(what, "service") == 0)
		return numbers(&line, n, 1) && put_service(c, n[0]);
	if (strcmp(what, "sign") != 0)
		return run_csv(c, what, line);
	form = next_word(&line);
	hash = next_word(&line);
	return form && hash && numbers(&line, n, 3) &&
	       put_signature(c, form, hash, n, next_word(&line));
}

/* Fills in what only the request knows, and signs. */
bool recipe_run(const struct fixture *f, const struct tsm_sim_req *q,
		const uint8_t *data, size_t len, struct blob *evidence)
{
	struct call c = { f, q, data, len, evidence };
	char *text = strdup((const char *)f->recipe.data), *at = text, *line;
	bool good = text;

	while (good && (line = next_line(&at))) {
		good = run_line(&c, line);
		if (!good)
			fprintf(stderr, "tsm-simd: recipe: cannot do '%s'\n", line);
	}
	free(text);
	return good;
}
