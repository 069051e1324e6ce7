/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "init_data.h"
#include "log.h"
#include "secret.h"
#include "tee_report.h"

static struct digest init_data;
static bool has_init_data;
static const char *flaw;

int tee_report_init_data(const struct digest *digest)
{
	init_data = *digest;
	has_init_data = true;
	return 0;
}

const char *tee_report_flaw(void)
{
	return flaw;
}

int tee_report_check(const struct tee_report *t,
		     const uint8_t wanted[static TEE_REPORT_DATA_LEN])
{
	if (!equal_ct(t->data, wanted, TEE_REPORT_DATA_LEN))
		return fail(-EAGAIN, CODE_NO_TEE, "%s answers another question",
			    t->name);
	if (t->flaw)
		flaw = t->flaw;
	if (has_init_data)
		return init_data_compare(&init_data, t->field, t->field_len,
					 t->field_name);
	return 0;
}
