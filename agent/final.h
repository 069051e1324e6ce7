/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * final.h - how a boot ends that did not succeed
 *
 * on-failure is carried out by a system call of our own, so that it needs no
 * other program; and it comes true also when something hangs: a thread that does
 * nothing else carries it out some time after the limit that boot.c minds.
 *
 * Outside an initramfs nothing of the kind happens: postern unlock on somebody's
 * running machine only fails.
 */
#ifndef FINAL_H
#define FINAL_H

#include "config.h"

/*
 * TIMEOUT in seconds as in the configuration; 0: no limit.  At most one call
 * with a limit.  The reason of a failure is kept.
 */
int final_setup(unsigned on_failure, uint64_t timeout) must_check;

/* Something that takes long is not hanging: the limit counts anew from now. */
void final_progress(void);

/* The step that would be named then; a constant string. */
void final_step(const char *name);

/* Whether the caller is the first thread to say why the boot ends. */
bool final_is_first(void);

/* The machine will be stopped, so the last line has to be on the console. */
bool final_is_ours(void);

/* Powers off, reboots or halts; returns when there is nothing to do. */
void final_act(void);

#endif /* FINAL_H */
