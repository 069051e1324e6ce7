/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.h - files of an image that is being built: below a folder, or in an
 * initramfs
 *
 * For postern check.  A compressed part of an initramfs is unpacked by the
 * program of its format, which must be on this machine.
 */
#ifndef TREE_H
#define TREE_H

#include "buf.h"

#define TREE_ARCHIVE_MAX	(1024 * 1024 * 1024)
#define TREE_FILE_MAX		(16 * 1024 * 1024)

struct tree {
	int root;		/* a folder; -1: an archive */
	struct buf archive;	/* unpacked */
};

#define TREE	{ .root = -1, .archive = BUF(TREE_ARCHIVE_MAX) }
#define cleanup_tree	cleanup(tree_close)

/* Each keeps the reason of a failure: CONFIG. */
int tree_open_folder(const char *path, struct tree *ret) must_check;
int tree_open_initramfs(const char *path, struct tree *ret) must_check;
void tree_close(struct tree *t);

/*
 * Appends the content of PATH, which begins with a slash, to RET.  Links are
 * followed inside of the folder; in an archive, that of /usr may be missing
 * from its name.  -ENOENT and others; nothing is kept.
 */
int tree_read(const struct tree *t, const char *path,
	      struct buf *ret) must_check;

/* The kernel modules that are there or built in, one name of a file a line. */
int tree_modules(const struct tree *t, struct buf *ret) must_check;

#endif /* TREE_H */
