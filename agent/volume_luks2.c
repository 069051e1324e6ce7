/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include "cryptsetup.h"
#include "dm.h"
#include "file.h"
#include "integrity.h"
#include "log.h"
#include "volume.h"

static uint64_t ram_bytes(void)
{
	struct sysinfo info;

	return sysinfo(&info) == 0 ?
		(uint64_t)info.totalram * info.mem_unit : 0;
}

static int read_area(struct volume *v)
{
	uint8_t area[LUKS_AREA_LEN];
	int r;

	r = file_read_at(v->device.fd, area, sizeof(area), 0);
	if (r == -EBADMSG)
		return fail(r, CODE_HEADER_FORMAT,
			    "'%s' is too small for a LUKS2 header",
			    v->device.path);
	if (r < 0)
		return fail(-EIO, CODE_DISK_MISSING, "cannot read '%s': %s",
			    v->device.path, strerror(-r));
	buf_reset(&v->area);
	buf_add(&v->area, area, sizeof(area));
	r = buf_error(&v->area);
	return r < 0 ? fail(r, CODE_INTERNAL, "out of memory") : 0;
}

static int read_luks2(struct volume *v)
{
	int r;

	blockdev_close(&v->device);
	r = blockdev_open(v->config->device, &v->device);
	return r < 0 ? r : read_area(v);
}

/*
 * Header and keyslot as one sealed file in memory, laid out as on the disk, so
 * that libcryptsetup can read it and nobody can change it.
 */
static int make_copy(struct volume *v, const uint8_t *slot)
{
	const struct luks_header *h = &v->header;
	cleanup_fd int fd = memfd_create("postern-header",
					 MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, (off_t)h->data_offset) < 0 ||
	    pwrite(fd, v->area.data, v->area.len, 0) !=
	    (ssize_t)v->area.len ||
	    pwrite(fd, slot, h->area_size, (off_t)h->area_offset) !=
	    (ssize_t)h->area_size ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |
		  F_SEAL_WRITE) < 0)
		return fail(-EIO, CODE_INTERNAL, "cannot copy the header: %s",
			    strerror(errno));
	close_fd(&v->copy);
	v->copy = steal_fd(&fd);
	return 0;
}

static int make_mac(const struct volume *v, const uint8_t *slot,
		    uint64_t generation, struct digest *ret)
{
	struct luks_header h = v->header;
	int r;

	h.device_size = descriptor_mac_size(&v->descriptor, h.device_size);
	r = luks_header_mac(&h, v->area.data, slot, h.area_size, generation,
			    &v->descriptor.key, ret);
	return r < 0 ? fail(r, CODE_INTERNAL, "cannot make the header's MAC") : 0;
}

/* The MAC would tell as well, but not what it is that differs. */
static int check_size(const struct volume *v)
{
	const struct descriptor *d = &v->descriptor;
	uint64_t size = v->header.device_size;
	bool larger = size > d->device_size;

	if (!d->device_size || size == d->device_size || (larger && d->grow))
		return 0;
	return fail(-EBADMSG, CODE_HEADER_MAC,
		    "'%s' has %llu bytes, but %llu by the descriptor%s",
		    v->device.path, (unsigned long long)size,
		    (unsigned long long)d->device_size, !larger ? "" :
		    v->header.suite->tag_len ? ", and a volume with integrity "
		    "tags cannot grow" : ", whose profile does not say 'grow'");
}

/* The descriptor that the KBS should have by now: the MAC of the new size. */
static int follow_growth(struct volume *v, const uint8_t *slot)
{
	struct descriptor *d = &v->descriptor;
	struct digest mac;
	int r;

	v->grown = d->grow && v->header.device_size != d->device_size;
	if (!v->grown)
		return 0;
	d->device_size = v->header.device_size;
	r = make_mac(v, slot, d->generation, &mac);
	if (r < 0)
		return r;
	memcpy(d->header_mac, mac.bytes, sizeof(d->header_mac));
	log_info("'%s' has grown to %llu bytes; the KBS should get its new "
		 "descriptor, which the boot report has", v->device.path,
		 (unsigned long long)d->device_size);
	return 0;
}

/* The descriptor's word on the header: which one it is, not only what kind. */
static int check_mac(struct volume *v, const uint8_t *slot)
{
	const struct luks_header *h = &v->header;
	const struct descriptor *d = &v->descriptor;
	bool older = h->seqid < d->generation;
	struct digest mac;
	int r;

	if (strcmp(d->uuid, h->uuid) != 0)
		return fail(-EBADMSG, CODE_HEADER_MAC,
			    "'%s' has UUID %s instead of %.40s", v->device.path,
			    h->uuid, d->uuid);
	r = check_size(v);
	if (r == 0)
		r = make_mac(v, slot, d->generation, &mac);
	if (r < 0)
		return r;
	if (!equal_ct(mac.bytes, d->header_mac, sizeof(d->header_mac)))
		return fail(-EBADMSG, older ? CODE_HEADER_ROLLBACK :
			    CODE_HEADER_MAC,
			    "the header of '%s'%s does not have the MAC that the "
			    "KBS holds for generation %llu", v->device.path,
			    older ? " is an older one, and" : "",
			    (unsigned long long)d->generation);
	v->header_authenticated = true;
	return follow_growth(v, slot);
}

/* What the data are kept in: the segment, or what tags and journal leave. */
static int check_superblock(struct volume *v)
{
	uint8_t superblock[INTEGRITY_SUPERBLOCK_LEN];
	struct reason why = { 0 };
	int r;

	v->data_size = v->header.data_size;
	if (!v->header.suite->tag_len)
		return 0;
	r = file_read_at(v->device.fd, superblock, sizeof(superblock),
			 v->header.data_offset);
	if (r < 0)
		return fail(-EIO, CODE_DISK_MISSING, "cannot read '%s': %s",
			    v->device.path, strerror(-r));
	r = integrity_parse(superblock, &v->header, &v->data_size, &why);
	return r < 0 ? fail(r, why.code, "'%s': %.200s", v->device.path,
			    why.text) : 0;
}

/*
 * A volume that this boot makes, or that an earlier one made for this UUID.
 * The rest of the descriptor, which the KBS does not have yet, is for the report.
 */
static int complete_descriptor(struct volume *v, const uint8_t *slot)
{
	struct descriptor *d = &v->descriptor;
	struct digest mac;
	int r;

	if (strcmp(d->uuid, v->header.uuid) != 0)
		return fail(-EBADMSG, CODE_PROVISION,
			    "'%s' holds a volume with UUID %s instead of %.40s: "
			    "it is not touched", v->device.path, v->header.uuid,
			    d->uuid);
	d->generation = v->header.seqid;
	d->device_size = v->header.device_size;
	r = make_mac(v, slot, d->generation, &mac);
	if (r < 0)
		return r;
	memcpy(d->header_mac, mac.bytes, sizeof(d->header_mac));
	/* Nobody can have changed what is in our memory only. */
	v->header_authenticated = v->image != NULL;
	return 0;
}

static int choose_profile(const struct volume *v, struct luks_profile *ret)
{
	const struct descriptor *d = &v->descriptor;

	*ret = (struct luks_profile){
		.integrity = (enum luks_integrity)v->config->integrity,
		.sector_size = (uint32_t)v->config->sector_size,
		.ram = ram_bytes(),
	};
	if (!d->suite)
		return 0;
	if (ret->integrity != LUKS_INTEGRITY_ANY &&
	    ret->integrity != d->suite->integrity)
		return fail(-EBADMSG, CODE_HEADER_PROFILE,
			    "'%s': the descriptor has integrity '%s', the "
			    "configuration '%s'", v->config->name,
			    luks_integrity_name(d->suite->integrity),
			    luks_integrity_name(ret->integrity));
	ret->integrity = d->suite->integrity;
	if (ret->sector_size && ret->sector_size != d->sector_size)
		return fail(-EBADMSG, CODE_HEADER_PROFILE,
			    "'%s': the descriptor and sector-size contradict each "
			    "other", v->config->name);
	ret->sector_size = d->sector_size;
	return 0;
}

/* v->area, and the keyslot that it names, against profile and descriptor. */
static int check_header(struct volume *v, const struct luks_profile *profile,
			uint8_t **ret_slot)
{
	cleanup_free uint8_t *slot = NULL;
	struct luks_header *h = &v->header;
	struct reason why = { 0 };
	int r;

	r = luks_header_parse(v->area.data, v->area.len, v->device.size,
			      profile, h, &why);
	if (r < 0)
		return fail(r, why.code, "'%s': %.200s", v->device.path, why.text);
	if (v->descriptor.suite && h->suite != v->descriptor.suite)
		return fail(-EBADMSG, CODE_HEADER_PROFILE,
			    "'%s': segment 0: 'encryption' is '%s', not '%s' as the "
			    "descriptor says", v->device.path, h->suite->cipher,
			    v->descriptor.suite->cipher);
	if (strncmp(v->config->device, "UUID=", 5) == 0 &&
	    strcasecmp(v->config->device + 5, h->uuid) != 0)
		return fail(-EBADMSG, CODE_HEADER_FORMAT, "'%s' has UUID %s by now",
			    v->device.path, h->uuid);
	slot = malloc(h->area_size);
	if (!slot)
		return fail(-ENOMEM, CODE_INTERNAL, "out of memory");
	if (v->image)
		memcpy(slot, v->image->slot, h->area_size);
	else
		r = file_read_at(v->device.fd, slot, h->area_size,
				 h->area_offset);
	if (r < 0)
		return fail(-EIO, CODE_DISK_MISSING, "cannot read '%s': %s",
			    v->device.path, strerror(-r));
	if (v->descriptor.provision)
		r = complete_descriptor(v, slot);
	else if (v->descriptor.full)
		r = check_mac(v, slot);
	if (r < 0)
		return r;
	*ret_slot = slot;
	slot = NULL;
	return 0;
}

/*
 * When the header is not the one of the descriptor, that one may lie in the
 * spare place, since a rotation was interrupted (rotate.h).  Nothing but the
 * MAC makes it good.
 */
static int check_spare(struct volume *v, const struct luks_profile *profile,
		       uint8_t **ret_slot)
{
	const struct reason first = *failure();
	uint8_t spare[LUKS_AREA_LEN];

	if (file_read_at(v->device.fd, spare, sizeof(spare),
			 LUKS_SPARE_OFFSET) < 0)
		return fail_reason(-EBADMSG, &first);
	memcpy(v->area.data, spare, sizeof(spare));
	if (check_header(v, profile, ret_slot) < 0)
		return fail_reason(-EBADMSG, &first);
	failure_clear();
	v->spare_header = true;
	log_warn("'%s': the rotation of its key was interrupted; 'postern rotate "
		 "--finish' completes it", v->device.path);
	return 0;
}

static int check_luks2(struct volume *v)
{
	struct luks_profile profile;
	cleanup_free uint8_t *slot = NULL;
	int r;

	r = choose_profile(v, &profile);
	if (r == 0 && v->descriptor.provision)
		r = volume_plan(v);
	if (r < 0)
		return r;
	r = check_header(v, &profile, &slot);
	if (r == -EBADMSG && v->descriptor.full)
		r = check_spare(v, &profile, &slot);
	if (r < 0)
		return r;
	if (!v->header_authenticated && v->config->name[0])
		log_info("'%s': header profile-checked, not authenticated: the "
			 "KBS holds no MAC of it", v->config->name);
	r = luks_header_digest(&v->header, v->area.data, slot,
			       v->header.area_size, &v->header_digest);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot hash the header");
	r = check_superblock(v);
	return r < 0 ? r : make_copy(v, slot);
}

int volume_examine(struct volume *v, const char *path)
{
	int r = blockdev_open_path(path, &v->device);

	if (r == 0)
		r = read_area(v);
	return r < 0 ? r : check_luks2(v);
}

static int read_table(const char *name, struct dm_target *ret)
{
	int r = dm_table(name, ret);

	return r < 0 ? fail(r, CODE_TABLE, "cannot read the table of '%s'",
			    name) : 0;
}

/* The mapping below, which checks tags; its number to *RET. */
static int check_integrity(const struct volume *v, dev_t *ret)
{
	struct dm_integrity_expected e = {
		.device = v->device.number,
		.offset = v->header.data_offset, .size = v->data_size,
		.sector_size = v->header.sector_size,
		.tag_len = v->header.suite->tag_len,
	};
	struct volume_below below = volume_below(v);
	struct reason why = { 0 };
	struct dm_target target;
	int r = read_table(below.name, &target);

	if (r < 0)
		return r;
	r = dm_check_integrity(&target, &e, &why);
	if (r < 0)
		return fail_reason(r, &why);
	r = dm_number(below.name, ret);
	return r < 0 ? fail(r, CODE_TABLE, "cannot find '%s'", below.name) : 0;
}

static int check_tables(const struct volume *v)
{
	struct dm_crypt_expected e = {
		.cipher = v->header.suite->table,
		.key_len = v->header.suite->key_len,
		.uuid = v->header.uuid,
		.device = v->device.number,
		.offset = v->header.data_offset, .size = v->data_size,
		.sector_size = v->header.sector_size,
		.tag_len = v->header.suite->tag_len,
	};
	struct reason why = { 0 };
	struct dm_target target;
	int r = blockdev_unchanged(&v->device);

	if (r == 0 && e.tag_len) {
		e.offset = 0;
		r = check_integrity(v, &e.device);
	}
	if (r == 0)
		r = read_table(v->config->name, &target);
	if (r < 0)
		return r;
	r = dm_check_crypt(&target, &e, &why);
	return r < 0 ? fail_reason(r, &why) : 0;
}

static int open_luks2(struct volume *v)
{
	struct cryptsetup_luks l = {
		.name = v->config->name,
		.device = v->device.path,
		.copy = v->copy,
		.header = &v->header,
		.passphrase = &v->descriptor.key,
	};
	bool marked = v->header.suite->tag_len;	/* by volume_plan() */
	int r = v->image && !marked ? volume_make_begin(v) : 0;

	if (r == 0)
		r = cryptsetup_open_luks(&l, &v->key_id);
	secret_free(&v->descriptor.key);
	if (r < 0)
		return r;
	v->opened = true;
	r = check_tables(v);
	return r < 0 || !v->image ? r : volume_make_end(v);
}

const struct volume_kind volume_luks2 = {
	.read = read_luks2,
	.check = check_luks2,
	.open = open_luks2,
};
