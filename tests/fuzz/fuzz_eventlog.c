/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log, and all that is done with one that was accepted. */
#include "eventlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct eventlog *log)
{
	struct eventlog_event e;
	size_t at = log->first, count = 0;
	struct reader text;
	struct digest mr;
	uint32_t i;

	while (eventlog_next(log, &at, &e)) {
		count++;
		assert(at <= log->len);
		assert(eventlog_type_name(e.type));
		for (i = 0; i < e.digest_count; i++)
			assert(eventlog_alg_name(e.digests[i].alg));
		if (eventlog_text(&e, &text))
			assert(text.left <= e.data.left);
	}
	assert(count == log->count);
	for (i = 0; i <= 4; i++) {
		assert(eventlog_replay(log, i, HASH_SHA384, &mr) == 0);
		assert(eventlog_replay(log, i, HASH_SM3, &mr) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reason why = { 0 };
	struct eventlog log, again;

	if (eventlog_parse(data, size, &log, &why) < 0) {
		assert(why.code == CODE_NO_TEE && why.text[0]);
		return 0;
	}
	assert(log.first <= log.len && log.len <= size);
	use(&log);
	/* The used part is a log of its own. */
	assert(eventlog_parse(data, log.len, &again, NULL) == 0);
	assert(again.len == log.len && again.count == log.count);
	return 0;
}
