/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/mman.h>

#include "secret.h"

static size_t pages(size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (len + page - 1) / page * page;
}

int secret_alloc(struct secret *s, size_t len)
{
	void *p;

	assert(len > 0);
	if (len > SIZE_MAX / 2)
		return -ENOMEM;
	p = mmap(NULL, pages(len), PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	(void)mlock(p, pages(len));
	(void)madvise(p, pages(len), MADV_DONTDUMP);
	(void)madvise(p, pages(len), MADV_WIPEONFORK);
	s->data = p;
	s->len = len;
	return 0;
}

int secret_copy(struct secret *s, const void *data, size_t len)
{
	int r = secret_alloc(s, len);

	if (r < 0)
		return r;
	memcpy(s->data, data, len);
	return 0;
}

void secret_free(struct secret *s)
{
	if (!s->data)
		return;
	/* The whole pages: secret_shrink() may have left len below them. */
	explicit_bzero(s->data, pages(s->len));
	(void)munmap(s->data, pages(s->len));
	*s = (struct secret){ 0 };
}

void secret_move(struct secret *to, struct secret *from)
{
	assert(!to->data);
	*to = *from;
	*from = (struct secret){ 0 };
}

void secret_shrink(struct secret *s, size_t len)
{
	size_t kept = pages(len), had = pages(s->len);

	assert(len > 0 && len <= s->len);
	explicit_bzero(s->data + len, s->len - len);
	if (kept < had)
		(void)munmap(s->data + kept, had - kept);
	s->len = len;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	return a->len == b->len && equal_ct(a->data, b->data, a->len);
}

bool equal_ct(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t diff = 0;
	size_t i;

	for (i = 0; i < len; i++)
		diff |= x[i] ^ y[i];
	return diff == 0;
}

void wipe(void *p, size_t len)
{
	explicit_bzero(p, len);
}
