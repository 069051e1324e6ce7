/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "crypto.h"
#include "encode.h"
#include "file.h"
#include "log.h"
#include "tsm.h"

#define CONFIGFS	"/sys/kernel/config"
#define PATH_LEN	256
#define NAME_TRIES	4
#define NAME_LEN	8
#define TEXT_MAX	64

/* A directory of ours, and how often its attributes must have been written. */
struct place {
	char dir[PATH_LEN];
	uint64_t generation;
};

struct path {
	char text[PATH_LEN + 32];
};

static struct path path_of(const struct place *p, const char *name)
{
	struct path path;

	(void)snprintf(path.text, sizeof(path.text), "%s/%s", p->dir, name);
	return path;
}

/* tee-abi.md 1.4: what may go better with another try; all else is final. */
static int passing(int r)
{
	switch (r) {
	case -EBUSY:
	case -EINTR:
	case -EIO:
	case -ETIMEDOUT:
		return -EAGAIN;
	default:
		return r;
	}
}

static int cannot(int r, const char *what, const char *name)
{
	return fail(passing(r), CODE_NO_TEE, "the TEE is there, but gives no "
		    "report: cannot %s '%s': %s", what, name, strerror(-r));
}

void tsm_free(struct tsm_report *t)
{
	buf_free(&t->out);
	buf_free(&t->aux);
	buf_free(&t->manifest);
}

/* Nobody may have mounted it yet: then its directory is not there either. */
static int find_root(const char *root)
{
	if (access(root, F_OK) == 0)
		return 0;
	if (strcmp(root, TSM_ROOT) == 0)
		(void)mount("configfs", CONFIGFS, "configfs",
			    MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	if (access(root, F_OK) == 0)
		return 0;
	return fail(-ENODEV, CODE_NO_TEE,
		    "no TEE: the kernel has no configfs-tsm at '%s'", root);
}

static int make_place(const char *root, struct place *ret)
{
	struct place p = { .generation = 0 };
	uint8_t random[NAME_LEN];
	unsigned i;
	int r;

	for (i = 0; i < NAME_TRIES; i++) {
		struct buf name = BUF_OVER((uint8_t *)p.dir, sizeof(p.dir));

		r = random_bytes(random, sizeof(random));
		if (r < 0)
			return fail(r, CODE_ENTROPY, "no random numbers");
		buf_printf(&name, "%s/postern-", root);
		buf_hex(&name, random, sizeof(random));
		if (!buf_cstr(&name))
			return fail(-ENAMETOOLONG, CODE_INTERNAL,
				    "'%s' is too long", root);
		if (mkdir(p.dir, 0700) == 0) {
			*ret = p;
			return 0;
		}
		r = neg_errno();
		if (r != -EEXIST)
			break;
	}
	if (r == -ENXIO)
		return fail(-ENODEV, CODE_NO_TEE,
			    "no TEE: configfs-tsm has no driver of one");
	return cannot(r, "make", p.dir);
}

/* A text attribute without its newline, into OUT. */
static int read_text(const struct place *p, const char *name, char *out,
		     size_t size)
{
	struct path path = path_of(p, name);
	cleanup_buf struct buf b = BUF(size);
	const char *text;
	int r;

	r = file_read(path.text, &b);
	if (r < 0)
		return cannot(r, "read", path.text);
	while (b.len > 0 && b.data[b.len - 1] == '\n')
		b.len--;
	text = buf_cstr(&b);
	if (!text)
		return cannot(-ENOMEM, "read", path.text);
	memcpy(out, text, b.len + 1);
	return 0;
}

/* In between nobody but us has written to any attribute. */
static int check_generation(const struct place *p)
{
	char text[TEXT_MAX];
	uint64_t n;
	int r;

	r = read_text(p, "generation", text, sizeof(text));
	if (r < 0)
		return r;
	r = parse_u64(text, 0, UINT64_MAX, &n);
	if (r < 0)
		return fail(r, CODE_NO_TEE,
			    "the TEE is there, but its generation '%s' is no "
			    "number", text);
	if (n != p->generation)
		return fail(-EAGAIN, CODE_NO_TEE,
			    "the TEE is there, but somebody else wrote to '%s'",
			    p->dir);
	return 0;
}

static int check_provider(const struct place *p, const char *want)
{
	char text[TEXT_MAX];
	int r;

	r = read_text(p, "provider", text, sizeof(text));
	if (r < 0)
		return r;
	if (strcmp(text, want) != 0)
		return fail(-ENODEV, CODE_TEE_MISMATCH,
			    "the kernel's TEE is '%s', not '%s'", text, want);
	return 0;
}

/*
 * The whole value in one write(); a second one would append.  A binary value is
 * taken by close(), whose errors the kernel forgets: hence the generation.
 */
static int write_attribute(struct place *p, const char *name, const void *value,
			   size_t len)
{
	struct path path = path_of(p, name);
	int fd = open(path.text, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;
	int r = 0;

	if (fd < 0)
		return cannot(neg_errno(), "open", path.text);
	n = write(fd, value, len);
	if (n < 0)
		r = neg_errno();
	else if ((size_t)n != len)
		r = -EINVAL;
	if (close(fd) < 0 && r == 0)
		r = neg_errno();
	if (r < 0)
		return cannot(r, "write", path.text);
	p->generation++;
	return check_generation(p);
}

/*
 * As file_read(), but each read() can be a request to the hardware, and EINTR
 * says that one has failed: it is for the caller to begin anew.
 */
static int read_once(const char *path, struct buf *ret)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	uint8_t part[4096];
	ssize_t n;

	if (fd < 0)
		return neg_errno();
	while ((n = read(fd, part, sizeof(part))) > 0) {
		buf_add(ret, part, (size_t)n);
		if (buf_error(ret) < 0)
			return buf_error(ret);
	}
	return n < 0 ? neg_errno() : 0;
}

/* Not all providers have all blobs, and those that they have may be empty. */
static int read_blob(const struct place *p, const char *name, bool needed,
		     struct buf *ret)
{
	struct path path = path_of(p, name);
	int r = read_once(path.text, ret);

	if (r == -ENOENT && !needed)
		return 0;
	if (r < 0)
		return cannot(r, "read", path.text);
	if (ret->len == 0 && needed)
		return fail(-EAGAIN, CODE_NO_TEE, "the TEE is there, but its "
			    "report is empty");
	return 0;
}

/*
 * SNP reports are of level 0 unless another is asked for, and under an SVSM the
 * firmware does not give us those.
 */
static int ask_own_level(struct place *p)
{
	struct path path = path_of(p, "privlevel_floor");
	char text[TEXT_MAX];
	int r;

	if (access(path.text, F_OK) < 0)
		return 0;
	r = read_text(p, "privlevel_floor", text, sizeof(text));
	if (r < 0 || strcmp(text, "0") == 0)
		return r;
	return write_attribute(p, "privlevel", text, strlen(text));
}

static int read_report(const struct place *p, bool services,
		       struct tsm_report *ret)
{
	int r, changed;

	/* In this order both blobs are of one report (tee-abi.md 1.3). */
	r = read_blob(p, "outblob", true, &ret->out);
	/* The TEE does not like the request; or it is not ours any more. */
	if (r == -EINVAL) {
		struct reason why = *failure();

		changed = check_generation(p);
		return changed < 0 ? changed : fail_reason(r, &why);
	}
	if (r == 0)
		r = read_blob(p, "auxblob", false, &ret->aux);
	if (r == 0 && services)
		r = read_blob(p, "manifestblob", false, &ret->manifest);
	return r < 0 ? r : check_generation(p);
}

static int use_place(struct place *p, const struct tsm_request *q,
		     struct tsm_report *ret)
{
	size_t i;
	int r;

	r = check_provider(p, q->provider);
	if (r == 0)
		r = check_generation(p);
	if (r == 0)
		r = ask_own_level(p);
	for (i = 0; i < TSM_OPTIONS_MAX && q->options[i].name && r == 0; i++)
		r = write_attribute(p, q->options[i].name, q->options[i].value,
				    strlen(q->options[i].value));
	if (r == 0)
		r = write_attribute(p, "inblob", q->data, sizeof(q->data));
	return r < 0 ? r : read_report(p, i > 0, ret);
}

int tsm_report(const struct tsm_request *q, struct tsm_report *ret)
{
	cleanup_tsm struct tsm_report t = TSM_REPORT;
	const char *root = q->root ? q->root : TSM_ROOT;
	struct place p;
	int r;

	r = find_root(root);
	if (r < 0)
		return r;
	r = make_place(root, &p);
	if (r < 0)
		return r;
	r = use_place(&p, q, &t);
	/* The attributes go with the directory; unlink() would be refused. */
	if (rmdir(p.dir) < 0)
		log_warn("cannot remove '%s': %s", p.dir, strerror(errno));
	if (r < 0)
		return r;
	buf_move(&ret->out, &t.out);
	buf_move(&ret->aux, &t.aux);
	buf_move(&ret->manifest, &t.manifest);
	return 0;
}
