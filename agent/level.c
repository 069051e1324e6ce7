/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "attester.h"
#include "boot.h"
#include "level.h"

static void cap(struct level *l, unsigned max, const char *why)
{
	if (l->nominal <= max && l->trustworthy <= max)
		return;
	l->nominal = MIN(l->nominal, max);
	l->trustworthy = MIN(l->trustworthy, max);
	if (l->count < LEVEL_REASONS_MAX)
		l->reasons[l->count++] = why;
}

/* With every volume right, the root file system counts as well. */
static unsigned with_volumes(unsigned level)
{
	return level == 3 ? 4 : level;
}

/* Why a LUKS2 volume does not count as the root file system; or NULL. */
static const char *luks_shortcoming(const struct volume *v)
{
	bool tags = v->header.suite && v->header.suite->tag_len;

	if (v->header_authenticated)
		return tags ? NULL : "a volume has no integrity protection";
	return tags ? "a volume's header is not authenticated" :
	       "a volume's header is not authenticated, and it has no integrity "
	       "protection";
}

unsigned level_of_tee(const struct attester *a)
{
	return with_volumes(a->trustworthy);
}

void level_compute(const struct boot *b, struct level *ret)
{
	const struct attester *a = b->session.attester;
	struct level l = { 0 };
	size_t i, count = 0;

	if (!a) {
		*ret = l;
		return;
	}
	l.nominal = with_volumes(a->nominal);
	l.trustworthy = with_volumes(a->trustworthy);
	if (a->level_reason)
		l.reasons[l.count++] = a->level_reason;
	if (a->flaw && a->flaw())
		cap(&l, 0, a->flaw());
	if (a->doubt && a->doubt()) {
		l.trustworthy = 0;
		l.reasons[l.count++] = a->doubt();
	}
	for (i = 0; i < b->volume_count; i++) {
		const struct volume *v = &b->volumes[i];

		if (volume_is_skipped(v))
			continue;
		count++;
		if (v->config->type != VOLUME_VERITY && luks_shortcoming(v))
			cap(&l, 3, luks_shortcoming(v));
	}
	if (count == 0)
		cap(&l, 3, "no volume was opened");
	*ret = l;
}
