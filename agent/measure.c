/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "attester.h"
#include "buf.h"
#include "encode.h"
#include "file.h"
#include "log.h"
#include "measure.h"

#define OUR_DIR		"/run/postern"
#define OUR_LOG		OUR_DIR "/eventlog"
#define RECORD_MAX	8192

/*
 * A register that is not the TEE's own tells nobody anything, but the host what
 * it may change: auto does without, and who pins it knows of another reason.
 * Where the TEE could prove it and does not, neither will do.
 */
static int check_owner(const struct attester *a, bool pinned,
		       const char **kind)
{
	int r;

	if (!a->owns_measurer || strcmp(*kind, a->measurer) != 0)
		return 0;
	r = a->owns_measurer();
	if (r > 0)
		return 0;
	if (r < 0 && (pinned || r != -ENOTSUP))
		return r;
	if (r < 0)
		log_info("%s", failure()->text);
	failure_clear();
	if (pinned)
		log_warn("nothing proves that the register is the TEE's own");
	else
		*kind = "none";
	return 0;
}

int measure_setup(const struct config_measure *config,
		  const struct attester *attester, struct measure *ret)
{
	bool pinned = strcmp(config->kind, "auto") != 0;
	const char *kind = config->kind;
	unsigned index = config->index;
	int r;

	*ret = (struct measure){ .required = config->required };
	if (!pinned) {
		kind = attester->measurer ? attester->measurer : "none";
		index = attester->measurer_index;
	}
	r = check_owner(attester, pinned, &kind);
	if (r < 0)
		return r;
	if (strcmp(kind, "none") == 0) {
		log_info("nothing is measured: no register");
		return 0;
	}
	ret->measurer = measurer_find(kind);
	ret->index = index;
	if (ret->measurer && ret->measurer->probe(index))
		return 0;
	ret->measurer = NULL;
	if (config->required)
		return fail(-ENODEV, CODE_MEASURE,
			    "register %s:%u is not there", kind, index);
	log_warn("nothing is measured: register %s:%u is not there", kind, index);
	return 0;
}

/* Opens, locks and marks a log as being written (tee-abi.md 6.4). */
static int log_begin(const char *dir, const char *path, int *ret_fd)
{
	cleanup_fd int fd = -1;
	struct stat st;
	int r = file_mkdirs(dir);

	if (r < 0)
		return r;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY |
		  O_NOFOLLOW, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) < 0 || fstat(fd, &st) < 0)
		return neg_errno();
	if (st.st_mode & S_ISVTX)
		log_warn("'%s' misses an event of a writer that died", path);
	if (fchmod(fd, 01600) < 0)
		return neg_errno();
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* After an error the sticky bit stays, and says that the log is incomplete. */
static int log_end(int fd, const struct buf *record)
{
	int r = file_write_fd(fd, record->data, record->len);

	if (r == 0 && (fsync(fd) < 0 || fchmod(fd, 0600) < 0))
		r = neg_errno();
	return r;
}

static void put_boot_id(struct buf *b)
{
	cleanup_buf struct buf text = BUF(128);
	const char *p;

	if (file_read("/proc/sys/kernel/random/boot_id", &text) < 0)
		return;
	for (p = buf_cstr(&text); p && *p && *p != '\n'; p++)
		if (*p != '-')
			buf_u8(b, (uint8_t)*p);
}

static int make_record(const struct measure *m, const struct measurement *e,
		       struct buf *b)
{
	struct timespec t;
	size_t i;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	buf_u8(b, 0x1e);
	if (strcmp(m->measurer->name, "pcr") == 0)
		buf_printf(b, "{\"pcr\":%u,", m->index);
	else
		buf_printf(b, "{\"%s\":%u,", m->measurer->name, m->index);
	buf_str(b, "\"digests\":[");
	for (i = 0; i < e->count; i++) {
		buf_printf(b, "%s{\"hashAlg\":\"%s\",\"digest\":\"",
			   i ? "," : "", hash_name(e->digests[i].alg));
		buf_hex(b, e->digests[i].bytes, hash_len(e->digests[i].alg));
		buf_str(b, "\"}");
	}
	buf_str(b, "],\"content_type\":\"systemd\",\"content\":{\"string\":");
	buf_json(b, e->text);
	buf_str(b, ",\"bootId\":\"");
	put_boot_id(b);
	buf_printf(b, "\",\"timestamp\":%llu,\"eventType\":\"postern\"}}\n",
		   (unsigned long long)t.tv_sec * 1000000 +
		   (unsigned long long)t.tv_nsec / 1000);
	return buf_error(b);
}

static int log_failed(int r, const char *path)
{
	return fail(r, CODE_MEASURE, "cannot write '%s': %s", path,
		    strerror(-r));
}

/* Into the log of others, whose record may be the same as ours. */
static int log_theirs(const struct measure *m, const struct measurement *e,
		      int fd, struct buf *record)
{
	int r;

	if (m->measurer->record) {
		buf_reset(record);
		m->measurer->record(m->index, e->text, strlen(e->text),
				    e->digests, record);
	}
	r = buf_error(record);
	return r < 0 ? r : log_end(fd, record);
}

static int extend_and_log(struct measure *m, struct measurement *e)
{
	cleanup_buf struct buf record = BUF(RECORD_MAX);
	const char *log = m->measurer->log;
	cleanup_fd int ours = -1;
	cleanup_fd int theirs = -1;
	int r;

	r = log_begin(OUR_DIR, OUR_LOG, &ours);
	if (r < 0)
		return log_failed(r, OUR_LOG);
	r = log ? log_begin(m->measurer->log_dir, log, &theirs) : 0;
	if (r < 0)
		return log_failed(r, log);
	r = m->measurer->extend(m->index, e->text, strlen(e->text), e->digests,
				&e->count);
	if (r < 0)
		return r;
	r = make_record(m, e, &record);
	if (r == 0)
		r = log_end(ours, &record);
	if (r < 0)
		return log_failed(r, OUR_LOG);
	r = log ? log_theirs(m, e, theirs, &record) : 0;
	return r < 0 ? log_failed(r, log) : 0;
}

int measure_event(struct measure *m, const char *format, ...)
{
	struct measurement *e = &m->events[m->count];
	va_list ap;
	int n, r;

	if (m->count == MEASURE_EVENTS_MAX)
		return fail(-EMSGSIZE, CODE_MEASURE, "too many events");
	va_start(ap, format);
	n = vsnprintf(e->text, sizeof(e->text), format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(e->text))
		return fail(-EMSGSIZE, CODE_MEASURE, "an event is too long");
	if (!m->measurer)
		return 0;
	r = extend_and_log(m, e);
	if (r < 0 && m->required)
		return r;
	if (r < 0) {
		log_warn("not measured: %s", failure()->text);
		failure_clear();
		return 0;
	}
	m->count++;
	log_debug("measured '%s'", e->text);
	return 0;
}
