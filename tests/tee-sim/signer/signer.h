/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signer.h - what the parts of tsm-simd share
 */
#ifndef SIGNER_H
#define SIGNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tsm_sim.h"

#define PAD_MAX		65536
#define DIGEST_MAX	64

struct blob {
	uint8_t *data;
	size_t len;
};

/* The directory with the fixture: what the evidence is made from. */
struct fixture {
	const char *dir;
	struct blob evidence, recipe, aux, manifest;
};

/* What goes wrong with this request; all zero: nothing. */
struct faults {
	unsigned long error, delay_ms, pad, fw, vmm;
	long flip, flip_manifest, trunc;	/* -1: not */
	bool stale, no_aux;
};

/* tsm-simd.c */
bool load(const char *dir, const char *name, struct blob *ret);
bool within(const struct blob *b, size_t at, size_t len);

/* Cuts the next word, or the next line, off *TEXT; NULL at the end. */
char *next_word(char **text);
char *next_line(char **text);
bool number(const char *word, unsigned long *ret);

/* recipe.c */
bool recipe_run(const struct fixture *f, const struct tsm_sim_req *q,
		const uint8_t *data, size_t len, struct blob *evidence);

/* sign.c */
bool sign_init(const char *dir);
size_t digest(const char *name, const struct blob *prefix, const uint8_t *data,
	      size_t len, uint8_t ret[static DIGEST_MAX]);
bool sign(struct blob *b, bool amd, const char *hash, const struct blob *prefix,
	  size_t start, size_t len, size_t at);
void derive(const uint8_t *data, size_t len, uint8_t ret[static 32]);

/* csv.c: steps of a recipe, and what a request about registers asks for */
bool csv_sign(const char *dir, struct blob *b, size_t start, size_t len,
	      size_t at);
bool csv_disguise(struct blob *b, size_t start, size_t len, size_t word_at);
bool csv_mac(struct blob *b, const uint8_t *nonce, size_t start, size_t len,
	     size_t at);
bool csv_registers(struct blob *b, size_t at);
bool csv_register(const struct tsm_sim_rtmr *q, struct blob *ret);

/* faults.c */
void faults_read(const char *path, struct faults *ret);

#endif /* SIGNER_H */
