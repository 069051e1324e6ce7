/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tsm-simd.c - answers the requests of the tsm_sim module with signed evidence
 *
 *	tsm-simd [-d DEVICE] [-f FAULTS] [-b] DIR
 *
 * -b goes to the background once the device is open, so that the signer is
 * there when the command returns.  What DIR and FAULTS hold is in README.md.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signer.h"

#define FILE_MAX	(1 << 20)

static const char *fault_file = "/run/tsm-sim.fault";

static void die(const char *what)
{
	fprintf(stderr, "tsm-simd: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The whole file, with a NUL behind it.  An empty DIR: NAME is a path. */
bool load(const char *dir, const char *name, struct blob *ret)
{
	char path[4096];
	uint8_t *data;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s%s%s", dir, *dir ? "/" : "", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	data = malloc(FILE_MAX);
	if (!data)
		die("malloc");
	n = read(fd, data, FILE_MAX - 1);
	close(fd);
	if (n < 0) {
		free(data);
		return false;
	}
	data[n] = '\0';
	ret->data = data;
	ret->len = (size_t)n;
	return true;
}

bool within(const struct blob *b, size_t at, size_t len)
{
	return at <= b->len && len <= b->len - at;
}

char *next_line(char **text)
{
	return **text ? strsep(text, "\n") : NULL;
}

char *next_word(char **text)
{
	char *word;

	do
		word = *text ? strsep(text, " \t\r") : NULL;
	while (word && !*word);
	return word;
}

bool number(const char *word, unsigned long *ret)
{
	unsigned long n = 0;

	if (!word || !*word)
		return false;
	for (; *word; word++) {
		if (*word < '0' || *word > '9' || n > 100000000)
			return false;
		n = 10 * n + (unsigned long)(*word - '0');
	}
	*ret = n;
	return true;
}

/* The evidence for Q, over the data of the request before if it is stale. */
static bool make(const struct fixture *f, const struct tsm_sim_req *q,
		 bool stale, struct blob *out)
{
	static struct tsm_sim_req last;
	const struct tsm_sim_req *from = stale && last.data_len ? &last : q;
	bool good;

	if (q->kind == TSM_SIM_KIND_DERIVE) {
		derive(q->data, q->data_len, out->data);
		out->len = 32;
		return true;
	}
	if (q->kind == TSM_SIM_KIND_RTMR)
		return csv_register((const struct tsm_sim_rtmr *)q->data, out);
	memcpy(out->data, f->evidence.data, f->evidence.len);
	out->len = f->evidence.len;
	good = recipe_run(f, q, from->data, from->data_len, out);
	if (!stale)
		last = *q;
	return good;
}

static void flip(struct blob *b, long at)
{
	if (at >= 0 && (size_t)at < b->len)
		b->data[at] ^= 1;
}

static void spoil(struct blob *out, const struct faults *bad)
{
	flip(out, bad->flip);
	memset(out->data + out->len, 0, bad->pad);
	out->len += bad->pad;
	if (bad->trunc >= 0 && (size_t)bad->trunc < out->len)
		out->len = (size_t)bad->trunc;
}

static void send_answer(int fd, struct tsm_sim_rsp *r, const struct blob *out,
			const struct blob *aux, const struct blob *manifest)
{
	const struct blob *parts[] = { out, aux, manifest };
	uint8_t *message, *at;
	size_t i;

	r->out_len = (uint32_t)out->len;
	r->aux_len = (uint32_t)aux->len;
	r->man_len = (uint32_t)manifest->len;
	message = malloc(sizeof(*r) + out->len + aux->len + manifest->len);
	if (!message)
		die("malloc");
	memcpy(message, r, sizeof(*r));
	at = message + sizeof(*r);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i]->len)
			memcpy(at, parts[i]->data, parts[i]->len);
		at += parts[i]->len;
	}
	/* ESRCH: who asked has given up meanwhile */
	if (write(fd, message, (size_t)(at - message)) < 0 && errno != ESRCH)
		die("answer");
	free(message);
}

static void answer(int fd, struct fixture *f, const struct tsm_sim_req *q)
{
	struct tsm_sim_rsp r = { .magic = TSM_SIM_RSP_MAGIC, .id = q->id };
	struct blob out = { malloc(FILE_MAX + PAD_MAX), 0 };
	const struct blob none = { 0 };
	struct faults bad;
	bool alone;

	if (!out.data)
		die("malloc");
	faults_read(fault_file, &bad);
	if (bad.delay_ms)
		usleep((useconds_t)(bad.delay_ms * 1000));
	r.error = (uint32_t)bad.error;
	r.fw_error = (uint32_t)bad.fw;
	r.vmm_error = (uint32_t)bad.vmm;
	if (!make(f, q, bad.stale, &out))
		r.error = EIO;
	/* what Linux makes of an SVSM that does not know the service */
	if (*q->service_provider && !f->manifest.len)
		r.error = EINVAL;
	spoil(&out, &bad);
	/* as firmware: where it failed there is nothing */
	if ((bad.fw || bad.vmm) && !r.error)
		r.error = EIO;
	if (r.error)
		out.len = 0;
	alone = r.error || q->kind != TSM_SIM_KIND_REPORT;
	flip(&f->manifest, bad.flip_manifest);
	send_answer(fd, &r, &out, alone || bad.no_aux ? &none : &f->aux,
		    alone || !*q->service_provider ? &none : &f->manifest);
	flip(&f->manifest, bad.flip_manifest);
	free(out.data);
}

static void serve(int fd, struct fixture *f)
{
	struct tsm_sim_req q;
	ssize_t n;

	for (;;) {
		n = read(fd, &q, sizeof(q));
		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof(q) || q.magic != TSM_SIM_REQ_MAGIC)
			die("request");
		answer(fd, f, &q);
	}
}

int main(int argc, char **argv)
{
	const char *device = "/dev/tsm_sim";
	struct fixture f = { 0 };
	bool background = false;
	int c, fd;

	while ((c = getopt(argc, argv, "d:f:b")) != -1) {
		if (c == 'd')
			device = optarg;
		else if (c == 'f')
			fault_file = optarg;
		else if (c == 'b')
			background = true;
		else
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	f.dir = argv[optind];
	if (!load(f.dir, "template", &f.evidence) || !load(f.dir, "recipe", &f.recipe))
		die(f.dir);
	load(f.dir, "aux", &f.aux);
	load(f.dir, "manifest", &f.manifest);
	if (!sign_init(f.dir)) {
		fprintf(stderr, "tsm-simd: no usable key in %s\n", f.dir);
		return 1;
	}
	fd = open(device, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die(device);
	if (background && daemon(0, 1))
		die("daemon");
	serve(fd, &f);
}
