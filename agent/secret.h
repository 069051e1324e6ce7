/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * secret.h - memory for keys
 *
 * A key is a struct secret from the moment it is plaintext to its wipe.  Its
 * size is fixed when it is made; it has pages of its own, locked, left out of
 * core dumps and wiped in a fork, where the kernel can do that.  An empty
 * secret is { 0 }.  There is no function that prints one.
 */
#ifndef SECRET_H
#define SECRET_H

#include "util.h"

struct secret {
	uint8_t *data;
	size_t len;
};

#define cleanup_secret	cleanup(secret_free)

/*
 * Makes *S hold LEN zero bytes (LEN > 0); what it held is not freed.
 * -ENOMEM without memory.  A refused mlock(2) is tolerated.
 */
int secret_alloc(struct secret *s, size_t len) must_check;

/* A copy of LEN bytes at DATA; the caller wipes the original. */
int secret_copy(struct secret *s, const void *data, size_t len) must_check;

/* Wipes and frees; an empty secret is fine.  *S is empty afterwards. */
void secret_free(struct secret *s);

/* Gives what FROM owns to TO, which must be empty. */
void secret_move(struct secret *to, struct secret *from);

/* Shortens S to LEN bytes; what is cut off is wiped now. */
void secret_shrink(struct secret *s, size_t len);

/* In constant time for equal lengths. */
bool secret_equal(const struct secret *a, const struct secret *b);

/* As memcmp(3) == 0, in constant time. */
bool equal_ct(const void *a, const void *b, size_t len);

/* explicit_bzero(3). */
void wipe(void *p, size_t len);

#endif /* SECRET_H */
