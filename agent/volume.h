/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * volume.h - a disk that this boot opens
 *
 * A kind of volume is one file volume_<kind>.c with one constant struct
 * volume_kind, and one line in volume.c.  What was read from the device once is
 * what is checked, measured and used; nothing is read there a second time.
 */
#ifndef VOLUME_H
#define VOLUME_H

#include "config.h"
#include "descriptor.h"
#include "blockdev.h"
#include "luks_image.h"

struct volume {
	const struct config_volume *config;
	struct blockdev device;
	struct blockdev hash_device;	/* verity */

	/* LUKS2 */
	struct buf area;		/* both binary headers and JSON areas */
	struct luks_header header;	/* what was accepted of them */
	uint64_t data_size;		/* bytes of the mapping */
	int copy;			/* memfd: header and keyslot area; -1 */
	struct descriptor descriptor;	/* from the KBS; wiped after opening */
	struct luks_image *image;	/* of a volume to be made, else NULL */
	bool header_authenticated;
	bool spare_header;		/* that of a rotation not finished */
	bool grown;			/* the descriptor is one for the new size */
	struct digest header_digest;
	struct digest key_id;		/* HMAC(volume key, "postern:name:uuid") */

	int64_t until_ms;		/* clock_ms() when the device must be there */
	bool opened;
	struct reason skipped;		/* with nofail, why it is not; or no code */
};

struct volume_kind {
	/* Finds the device and reads what is needed to check it. */
	int (*read)(struct volume *v);

	/* Against the profile, and the descriptor where there is one. */
	int (*check)(struct volume *v);

	/*
	 * Makes /dev/mapper/<name> and sets v->opened, compares the kernel's
	 * table, drops the key.  After an error the caller closes the volume.
	 */
	int (*open)(struct volume *v);
};

/* The mapping that libcryptsetup makes below V's, where there are tags. */
struct volume_below {
	char name[CONFIG_NAME_MAX + 8];
};

struct volume_below volume_below(const struct volume *v);

extern const struct volume_kind volume_luks2, volume_verity, volume_random;

void volume_init(struct volume *v, const struct config_volume *config);

/*
 * The steps, each with the reason kept.  volume_read() waits until until_ms for
 * a device that is not there yet: a minute from volume_init() on, 5 s with
 * nofail, if the caller sets nothing else.
 */
int volume_read(struct volume *v) must_check;
int volume_check(struct volume *v) must_check;
int volume_open(struct volume *v) must_check;

/*
 * After result R of a step: when that is a failure of this volume alone and its
 * configuration says nofail, keeps the reason in v->skipped, warns, forgets the
 * key and returns 0.  Else R.  What is left of the mapping is removed; when
 * there is one of that name all the same, the failure stays what it was, since
 * the next system would take it for the volume.
 */
int volume_skip(struct volume *v, int r) must_check;

/* Neither is it open, nor will it be. */
static inline bool volume_is_skipped(const struct volume *v)
{
	return v->skipped.code != CODE_NONE;
}

/* Reads and checks the LUKS2 header at PATH, a device or an image file. */
int volume_examine(struct volume *v, const char *path) must_check;

/* --- volume_provision.c, for volume_luks2.c only --- */

/*
 * The descriptor says that the volume is to be made.  When the device is blank
 * or an earlier boot was interrupted, makes the header in memory: v->image and
 * v->area.  When a volume with that UUID is there, nothing, and it is checked
 * and opened as any other.  All else is PROVISION.  Nothing is written here but
 * for a volume with tags: the mark and what the kernel makes (provision.h).
 */
int volume_plan(struct volume *v) must_check;

/* What is written before the mapping is made, and through it and after it. */
int volume_make_begin(struct volume *v) must_check;
int volume_make_end(struct volume *v) must_check;

/* Removes the mapping; the reason of a failure is logged. */
int volume_close(struct volume *v);

/* Wipes and frees; the mapping stays. */
void volume_free(struct volume *v);

#endif /* VOLUME_H */
