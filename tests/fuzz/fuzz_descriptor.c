/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A key resource.  First byte: 'P' when it comes from the provisioner plug-in,
 * else it does not.
 */
#include <string.h>

#include "descriptor.h"
#include "limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Raw keys are taken to the byte; what is made of others is shorter. */
static void check(const struct descriptor *d, const struct secret *resource,
		  bool provisioner)
{
	assert(d->key.data && d->key.len > 0 && d->key.len <= KEY_MAX);
	assert(memchr(d->uuid, '\0', sizeof(d->uuid)));
	if (d->full) {
		assert(!provisioner && strlen(d->uuid) == DESCRIPTOR_UUID_LEN);
		assert(d->generation <= UINT32_MAX);
		assert(d->sector_size == 0 || d->sector_size == 512 ||
		       d->sector_size == 4096);
		assert(resource->data[0] == '{');
	} else if (d->provision) {
		assert(!provisioner && d->sector_size && d->generation == 0);
		assert(d->key.len >= DESCRIPTOR_NEW_KEY_MIN);
	} else if (provisioner) {
		assert(d->key.len < resource->len);
		assert(!memchr(d->key.data, '"', d->key.len));
	} else {
		assert(secret_equal(&d->key, resource));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_secret struct secret resource = { 0 };
	struct descriptor d = { 0 };
	struct reason why = { 0 };
	bool provisioner = size > 0 && data[0] == 'P';

	if (size > 1 && secret_copy(&resource, data + 1, size - 1) < 0)
		return 0;
	if (descriptor_parse(&resource, provisioner ?
			     "kbs+provisioner:///default/x/root" :
			     "kbs:///default/x/root", &d, &why) == 0)
		check(&d, &resource, provisioner);
	else
		assert(why.code == CODE_RESOURCE && why.text[0] && !d.key.data);
	secret_free(&d.key);
	return 0;
}
