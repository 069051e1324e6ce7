/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "cc_log.h"
#include "encode.h"
#include "eventlog.h"
#include "file.h"
#include "limits.h"
#include "log.h"
#include "measure_log.h"
#include "measurer.h"
#include "registers.h"
#include "rtmr.h"
#include "secret.h"
#include "td_quote.h"

#define PCR		15
#define PCR_NAME	"pcr:15"
/* The kernel has it since 5.12: the value in hex, and a newline. */
#define PCR_FILE	"/sys/class/tpm/tpm0/pcr-%s/15"

static const char *const rtmr_names[TD_RTMR_COUNT] = {
	"rtmr:0", "rtmr:1", "rtmr:2", "rtmr:3",
};

static enum register_state compare(const struct digest *value,
				   const struct digest *logged)
{
	return equal_ct(value->bytes, logged->bytes, hash_len(value->alg)) ?
	       REGISTER_LOGGED : REGISTER_DIFFERS;
}

static void no_log(const struct reason *why)
{
	log_warn("what registers should hold is not known: %s", why->text);
}

/* True when LOG, over BYTES, can be replayed. */
static bool open_cc_log(struct buf *bytes, struct eventlog *log)
{
	struct reason why = { 0 };
	int r = cc_log_read(bytes, &why);

	if (r == 0)
		r = eventlog_parse(bytes->data, bytes->len, log, &why);
	if (r < 0)
		no_log(&why);
	return r == 0;
}

static size_t read_rtmrs(struct register_value *ret)
{
	cleanup_buf struct buf bytes = BUF(EVENTLOG_MAX);
	struct eventlog log;
	struct digest logged;
	bool known = false;
	uint32_t i;

	for (i = 0; i < TD_RTMR_COUNT; i++) {
		if (rtmr_read(&rtmr_paths, i, &ret[i].value) < 0)
			break;
		if (i == 0)
			known = open_cc_log(&bytes, &log);
		ret[i].name = rtmr_names[i];
		/* The log counts the launch measurement as 0. */
		ret[i].state = known && eventlog_replay(&log, i + 1, HASH_SHA384,
							&logged) == 0 ?
			       compare(&ret[i].value, &logged) : REGISTER_UNKNOWN;
	}
	failure_clear();
	return i;
}

static bool read_pcr(enum hash alg, struct digest *ret)
{
	cleanup_buf struct buf text = BUF(2 * HASH_LEN_MAX + 2);
	struct digest d = { .alg = alg };
	char path[64];

	(void)snprintf(path, sizeof(path), PCR_FILE, hash_name(alg));
	if (file_read(path, &text) < 0)
		return false;
	if (text.len > 0 && text.data[text.len - 1] == '\n')
		text.len--;
	if (hex_decode((const char *)text.data, text.len, d.bytes,
		       hash_len(alg)) < 0)
		return false;
	*ret = d;
	return true;
}

static size_t read_pcrs(struct register_value *ret)
{
	const char *path = measurer_find("pcr")->log;
	cleanup_buf struct buf log = BUF(EVENTLOG_MAX);
	struct digest logged;
	struct reason why = { 0 };
	int error = file_read(path, &log), r = 0;
	size_t i, n = 0;

	/* Without a log there was no event. */
	if (error < 0 && error != -ENOENT)
		r = reason_set(&why, error, CODE_MEASURE, "cannot read '%s': %s",
			       path, strerror(-error));
	for (i = 0; i < HASH_COUNT; i++) {
		if (!read_pcr((enum hash)i, &ret[n].value))
			continue;
		if (r == 0)
			r = measure_log_replay((const char *)log.data, log.len,
					       PCR, (enum hash)i, &logged, &why);
		ret[n].name = PCR_NAME;
		ret[n].state = r == 0 ? compare(&ret[n].value, &logged) :
					REGISTER_UNKNOWN;
		n++;
	}
	if (n > 0 && r < 0)
		no_log(&why);
	return n;
}

size_t registers_read(struct register_value ret[static REGISTERS_MAX])
{
	size_t n = read_rtmrs(ret);

	return n + read_pcrs(ret + n);
}
