/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rotate.h - another key for a LUKS2 volume, so that it opens at each moment
 *
 * A descriptor at the KBS authenticates exactly one header, and the two copies
 * of a header cannot be replaced in one write.  So the next header, with the
 * one keyslot of the new key, is put beside the one in use: at
 * LUKS_SPARE_OFFSET, in the part of the keyslots that nothing uses.  It goes to
 * byte 0 only when the KBS has its descriptor; until then nothing that the old
 * one needs is touched.  The boot takes the header at byte 0, and if that is not
 * the one of its descriptor, the spare one, if that is.  No header ever has two
 * keyslots, and nothing but a MAC makes the spare one good.
 *
 * H is the old header and K its key slot's area, H' and K' the new ones, D and
 * D' the descriptors; each line is on the medium before the next begins:
 *
 *	  byte 0   spare    slots   the KBS has   opens by
 *	0 H        -        K       D             D  with byte 0
 *	1 H        torn     K K'    D             D  with byte 0
 *	2 H        H'       K K'    D             D  with byte 0
 *	3 H        H'       K K'    D'            D' with the spare one
 *	4 torn     H'       K K'    D'            D' with the spare one
 *	5 H'       H'       K K'    D'            D' with byte 0
 *	6 H'       H'       K'      D'            D' with byte 0
 *	7 H'       -        K'      D'            D' with byte 0
 *
 * rotate_begin() goes from 0 to 2, the caller delivers D', rotate_finish() goes
 * from 3 to 7.  Between 2 and 3 only the KBS knows which one it is, and both
 * are right.  rotate_begin() refuses to start over in 2 and 3, since the KBS may
 * have the D' whose H' it would overwrite; rotate_resume() ends them, by the
 * word of somebody who knows what the KBS has.
 *
 * The volume key stays: who had the old key and a copy of the disk can still
 * read that copy and, by its volume key, what is written later.
 */
#ifndef ROTATE_H
#define ROTATE_H

#include "blockdev.h"
#include "descriptor.h"
#include "luks_image.h"

/*
 * From state 0 to 2 on D.  OLD has the key, and when it is a full descriptor
 * the header at byte 0 must be its; *NEXT must have a key and gets the rest of
 * its descriptor, *IMAGE the new header.  -EBADMSG with the codes of the header,
 * -EKEYREJECTED with KEY_REJECTED, -EEXIST with PROVISION in states 2 to 6.
 */
int rotate_begin(const struct blockdev *d, const struct descriptor *old,
		 struct descriptor *next, struct luks_image *image) must_check;

/* From state 3 or later to 7; IMAGE is the new header.  -EIO with PROVISION. */
int rotate_finish(const struct blockdev *d,
		  const struct luks_image *image) must_check;

/* From state 2 to 0, when the KBS has surely not taken the new descriptor. */
int rotate_undo(const struct blockdev *d) must_check;

/*
 * The only header shall be the one that the KBS knows: that of descriptor KNOWN,
 * or when KNOWN is NULL the one with DIGEST (luks_header_digest()), by which
 * this machine's boot opened it.  By DIGEST only to 7: that the KBS had the old
 * descriptor then does not say that it has it now.  -EBADMSG with HEADER_MAC
 * when neither header is that one, -EEXIST with PROVISION when DIGEST does not
 * tell.
 */
int rotate_resume(const struct blockdev *d, const struct descriptor *known,
		  const struct digest *digest) must_check;

#endif /* ROTATE_H */
