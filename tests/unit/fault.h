/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault.h - memory that runs out, for test_fault*.c
 *
 * Each case runs with its n-th allocation failing, n = 1, 2, ... until it
 * passes.  It must not crash, must not succeed with wrong data, must free all
 * that it allocated, and must give each secret's pages back clean.  The program
 * that includes this names the linker's flags:
 *
 *	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
 *	-Wl,--wrap=mmap,--wrap=munmap
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdio.h>
#include <sys/mman.h>

#include "test.h"
#include "util.h"

struct fault_case {
	const char *name;
	int (*run)(void);	/* 0, an error, or above 0 for wrong data */
	bool may_blame_input;	/* -EBADMSG, where a library does not tell */
};

void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t count, size_t len);
void *__wrap_realloc(void *p, size_t len);
void __wrap_free(void *p);
void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t off);
int __wrap_munmap(void *p, size_t len);
void *__real_malloc(size_t len);
void *__real_calloc(size_t count, size_t len);
void *__real_realloc(void *p, size_t len);
void __real_free(void *p);
void *__real_mmap(void *at, size_t len, int prot, int flags, int fd, off_t off);
int __real_munmap(void *p, size_t len);

static unsigned long countdown;		/* 1: the next one fails; 0: none */
static bool hit, dirty;
static long blocks, bytes_mapped;
/* musl's calloc() calls malloc(), its free() munmap(): one call is one. */
static unsigned depth;

static inline bool fails(void)
{
	if (depth > 1 || countdown == 0 || --countdown > 0)
		return false;
	hit = true;
	errno = ENOMEM;
	return true;
}

/* What call made, or NULL in its place; and the count. */
#define ALLOCATE(call, fresh) ({ \
	void *p_; \
	depth++; \
	p_ = fails() ? NULL : (call); \
	depth--; \
	if (p_ && (fresh) && depth == 0) \
		blocks++; \
	p_; \
})

void *__wrap_malloc(size_t len)
{
	return ALLOCATE(__real_malloc(len), true);
}

void *__wrap_calloc(size_t count, size_t len)
{
	return ALLOCATE(__real_calloc(count, len), true);
}

void *__wrap_realloc(void *p, size_t len)
{
	bool fresh = !p;

	return ALLOCATE(__real_realloc(p, len), fresh);
}

void __wrap_free(void *p)
{
	depth++;
	__real_free(p);
	depth--;
	if (p && depth == 0)
		blocks--;
}

void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t off)
{
	void *p;

	depth++;
	p = fails() ? MAP_FAILED : __real_mmap(at, len, prot, flags, fd, off);
	depth--;
	if (p != MAP_FAILED && depth == 0)
		bytes_mapped += (long)len;
	return p;
}

/* Whole mappings are secrets (secret.h): nothing may be left in them. */
int __wrap_munmap(void *p, size_t len)
{
	const uint8_t *byte = p;
	size_t i;

	if (depth == 0) {
		for (i = 0; i < len; i++)
			dirty |= byte[i] != 0;
		bytes_mapped -= (long)len;
	}
	return __real_munmap(p, len);
}

/* One try; false when no allocation was left to fail. */
static inline bool attempt(const struct fault_case *c, unsigned long n,
			   int *ret)
{
	long blocks_before = blocks, mapped_before = bytes_mapped;

	dirty = hit = false;
	countdown = n;
	*ret = c->run();
	countdown = 0;
	if (!CHECK_EQ_INT(blocks, blocks_before) ||
	    !CHECK_EQ_INT(bytes_mapped, mapped_before) || !CHECK(!dirty) ||
	    !CHECK(*ret <= 0) || !CHECK(*ret == 0 || hit) ||
	    !CHECK(*ret == 0 || *ret == -ENOMEM || *ret == -EIO ||
		   (c->may_blame_input && *ret == -EBADMSG)))
		printf("#   at allocation %lu: %d\n", n, *ret);
	return hit;
}

static inline void run_cases(const struct fault_case *cases, size_t count)
{
	unsigned long n;
	size_t i;
	int r;

	for (i = 0; i < count; i++) {
		CASE(cases[i].name);
		/* Whatever is set up once and kept is set up now. */
		(void)attempt(&cases[i], 0, &r);
		CHECK_EQ_INT(r, 0);
		for (n = 1; attempt(&cases[i], n, &r); n += 1 + n / 64)
			;
		CHECK_EQ_INT(r, 0);
		/* Without an allocation it would be no test. */
		CHECK(n > 1);
	}
}

#endif /* FAULT_H */
