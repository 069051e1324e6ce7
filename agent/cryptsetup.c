/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <libcryptsetup.h>

#include "buf.h"
#include "cryptsetup.h"
#include "log.h"
#include "luks_metadata.h"
#include "secret.h"

#define BLOCK_LEN	4096	/* dm-verity, both devices */

/* The key goes to the kernel by its keyring, never through a table. */
#define OPEN_FLAGS	(CRYPT_ACTIVATE_KEYRING_KEY | \
			 CRYPT_ACTIVATE_IGNORE_PERSISTENT)

#define cleanup_crypt	cleanup(free_crypt)

static void free_crypt(struct crypt_device **cd)
{
	crypt_free(*cd);
}

/* What the library says may name devices and errors, but never a key. */
static void on_log(int level, const char *text, void *unused)
{
	(void)unused;
	if (level != CRYPT_LOG_DEBUG && level != CRYPT_LOG_DEBUG_JSON)
		log_debug("libcryptsetup: %.*s", (int)strcspn(text, "\n"), text);
}

static void set_up(void)
{
	crypt_set_log_callback(NULL, on_log, NULL);
	crypt_token_external_disable();
	/* Nobody else works on a copy in our memory. */
	(void)crypt_metadata_locking(NULL, 0);
}

/* The two readers of the copy must agree on all that the mapping is made of. */
static const char *disagreement(struct crypt_device *cd,
				const struct luks_header *h)
{
	struct crypt_params_integrity integrity = { 0 };
	char cipher[64];

	(void)snprintf(cipher, sizeof(cipher), "%s-%s", crypt_get_cipher(cd),
		       crypt_get_cipher_mode(cd));
	if (strcmp(cipher, h->suite->cipher) != 0)
		return "cipher";
	if (crypt_get_volume_key_size(cd) != (int)h->suite->key_len)
		return "key size";
	if (crypt_get_integrity_info(cd, &integrity) < 0 ||
	    integrity.tag_size != h->suite->tag_len ||
	    strcmp(integrity.integrity ? integrity.integrity : "none",
		   h->suite->type ? h->suite->type : "none") != 0)
		return "integrity";
	if (crypt_get_data_offset(cd) * 512 != h->data_offset)
		return "data offset";
	if (crypt_get_iv_offset(cd) != 0)
		return "IV offset";
	if (crypt_get_sector_size(cd) != (int)h->sector_size)
		return "sector size";
	if (!crypt_get_uuid(cd) || strcmp(crypt_get_uuid(cd), h->uuid) != 0)
		return "UUID";
	return NULL;
}

static int load_luks(const struct cryptsetup_luks *l, struct crypt_device **ret)
{
	cleanup_crypt struct crypt_device *cd = NULL;
	char copy[32];
	const char *what;
	int r;

	(void)snprintf(copy, sizeof(copy), "/proc/self/fd/%d", l->copy);
	r = crypt_init_data_device(&cd, copy, l->device);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot use '%s': %s", l->device,
			    strerror(-r));
	r = crypt_load(cd, CRYPT_LUKS2, NULL);
	if (r < 0)
		return fail(-EBADMSG, CODE_HEADER_FORMAT,
			    "libcryptsetup refuses the header: %s", strerror(-r));
	what = disagreement(cd, l->header);
	if (what)
		return fail(-EBADMSG, CODE_HEADER_FORMAT,
			    "libcryptsetup reads another %s than we do", what);
	*ret = cd;
	cd = NULL;
	return 0;
}

static int key_id(const struct cryptsetup_luks *l, const struct secret *key,
		  struct digest *ret)
{
	cleanup_buf struct buf text = BUF(256);
	int r;

	buf_printf(&text, "postern:%s:%s", l->name, l->header->uuid);
	r = buf_error(&text);
	return r < 0 ? r : hmac(HASH_SHA256, key, text.data, text.len, ret);
}

int cryptsetup_open_luks(const struct cryptsetup_luks *l,
			 struct digest *ret_key_id)
{
	cleanup_crypt struct crypt_device *cd = NULL;
	cleanup_secret struct secret key = { 0 };
	struct digest id;
	size_t len;
	int r;

	set_up();
	r = load_luks(l, &cd);
	if (r < 0)
		return r;
	r = secret_alloc(&key, l->header->suite->key_len);
	if (r < 0)
		return r;
	/* Not &key.len: that is how much secret_free() will wipe. */
	len = key.len;
	r = crypt_volume_key_get(cd, (int)l->header->keyslot, (char *)key.data,
				 &len, (const char *)l->passphrase->data,
				 l->passphrase->len);
	if (r < 0)
		return fail(-EKEYREJECTED, CODE_KEY_REJECTED,
			    "the key does not open keyslot %u of '%s'",
			    l->header->keyslot, l->device);
	r = key_id(l, &key, &id);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot make the key's identity");
	r = crypt_activate_by_volume_key(cd, l->name, (const char *)key.data,
					 len, OPEN_FLAGS);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot open '%s' as '%s': %s",
			    l->device, l->name, strerror(-r));
	*ret_key_id = id;
	return 0;
}

/* 1000 is the least that libcryptsetup and RFC 8018 4.2 have. */
static const struct crypt_pbkdf_type fast_pbkdf = {
	.type = CRYPT_KDF_PBKDF2,
	.hash = "sha256",
	.iterations = 1000,
	.flags = CRYPT_PBKDF_NO_BENCHMARK,
};

/* libcryptsetup opens files by their names only. */
static int open_image(int image, struct crypt_device **ret)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", image);
	return crypt_init(ret, path);
}

/* With tags there is a second device, for what the kernel has to make. */
static int open_new(int image, const struct cryptsetup_new *n,
		    struct crypt_device **ret)
{
	char path[32];

	if (!n->suite->tag_len)
		return open_image(image, ret);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", image);
	return crypt_init_data_device(ret, path, n->device);
}

static int format(struct crypt_device *cd, const struct cryptsetup_new *n,
		  const struct secret *key)
{
	struct crypt_params_luks2 params = {
		.pbkdf = &fast_pbkdf,
		.sector_size = n->sector_size,
		.integrity = n->suite->type,
	};
	/* "aes-xts-plain64" is the cipher "aes" in the mode "xts-plain64". */
	size_t len = strcspn(n->suite->cipher, "-");
	char cipher[32];
	int r;

	(void)snprintf(cipher, sizeof(cipher), "%.*s", (int)len,
		       n->suite->cipher);
	r = crypt_set_metadata_size(cd, LUKS_COPY_LEN,
				    LUKS_DATA_OFFSET_MAX - LUKS_AREA_LEN);
	if (r == 0)
		r = crypt_set_data_offset(cd, LUKS_DATA_OFFSET_MAX / 512);
	if (r == 0)
		r = crypt_format(cd, CRYPT_LUKS2, cipher,
				 n->suite->cipher + len + 1, n->uuid,
				 (const char *)key->data, key->len, &params);
	if (r == 0)
		r = crypt_keyslot_add_by_volume_key(cd, 0, NULL, 0,
				(const char *)n->passphrase->data,
				n->passphrase->len);
	return r;
}

int cryptsetup_format(int image, const struct cryptsetup_new *n)
{
	cleanup_crypt struct crypt_device *cd = NULL;
	cleanup_secret struct secret key = { 0 };
	int r;

	set_up();
	r = secret_alloc(&key, n->suite->key_len);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "out of memory");
	/* It waits for the kernel's generator; what follows need not. */
	r = random_bytes(key.data, key.len);
	if (r < 0)
		return fail(r, CODE_ENTROPY, "cannot make a volume key");
	r = open_new(image, n, &cd);
	if (r == 0)
		r = format(cd, n, &key);
	return r < 0 ? fail(r, CODE_PROVISION, "cannot make a LUKS2 header for "
			    "%s with integrity %s: %s", n->suite->cipher,
			    luks_integrity_name(n->suite->integrity),
			    strerror(-r)) : 0;
}

int cryptsetup_rekey(int image, unsigned slot, const struct secret *old,
		     const struct secret *passphrase)
{
	cleanup_crypt struct crypt_device *cd = NULL;
	int r;

	set_up();
	r = open_image(image, &cd);
	if (r == 0)
		r = crypt_load(cd, CRYPT_LUKS2, NULL);
	if (r == 0)
		r = crypt_set_pbkdf_type(cd, &fast_pbkdf);
	if (r < 0)
		return fail(r, CODE_PROVISION, "cannot load the header: %s",
			    strerror(-r));
	r = crypt_activate_by_passphrase(cd, NULL, (int)slot,
					 (const char *)old->data, old->len, 0);
	if (r < 0)
		return fail(-EKEYREJECTED, CODE_KEY_REJECTED,
			    "the old key does not open keyslot %u", slot);
	r = crypt_keyslot_add_by_passphrase(cd, CRYPT_ANY_SLOT,
					    (const char *)old->data, old->len,
					    (const char *)passphrase->data,
					    passphrase->len);
	if (r >= 0)
		r = crypt_keyslot_destroy(cd, (int)slot);
	return r < 0 ? fail(r, CODE_PROVISION, "cannot make a keyslot: %s",
			    strerror(-r)) : 0;
}

/* Two copies and the least of keyslots, in which nothing will be. */
#define SMALL_KEYSLOTS		4096
#define SMALL_HEADER_LEN	(LUKS_AREA_LEN + SMALL_KEYSLOTS)

static int open_random(struct crypt_device *cd, struct cryptsetup_random *c,
		       const struct secret *key)
{
	struct crypt_params_luks2 params = {
		.pbkdf = &fast_pbkdf,
		.data_device = c->device,
		.sector_size = c->sector_size,
	};
	int r;

	r = crypt_set_metadata_size(cd, LUKS_COPY_LEN, SMALL_KEYSLOTS);
	if (r == 0)
		r = crypt_format(cd, CRYPT_LUKS2, "aes", "xts-plain64", NULL,
				 (const char *)key->data, key->len, &params);
	if (r < 0)
		return r;
	(void)snprintf(c->uuid, sizeof(c->uuid), "%s", crypt_get_uuid(cd));
	return crypt_activate_by_volume_key(cd, c->name,
					    (const char *)key->data, key->len,
					    OPEN_FLAGS);
}

int cryptsetup_open_random(struct cryptsetup_random *c)
{
	cleanup_crypt struct crypt_device *cd = NULL;
	cleanup_secret struct secret key = { 0 };
	cleanup_fd int fd = -1;
	int r;

	set_up();
	r = secret_alloc(&key, CRYPTSETUP_RANDOM_KEY_LEN);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "out of memory");
	r = random_bytes(key.data, key.len);
	if (r < 0)
		return fail(r, CODE_ENTROPY, "cannot make a volume key");
	fd = memfd_create("postern-random", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, SMALL_HEADER_LEN) < 0)
		return fail(neg_errno(), CODE_INTERNAL, "out of memory");
	r = open_image(fd, &cd);
	if (r == 0)
		r = open_random(cd, c, &key);
	return r < 0 ? fail(r, CODE_INTERNAL, "cannot open '%s' as '%s': %s",
			    c->device, c->name, strerror(-r)) : 0;
}

int cryptsetup_open_verity(const struct cryptsetup_verity *v)
{
	cleanup_crypt struct crypt_device *cd = NULL;
	struct crypt_params_verity params = {
		.hash_name = "sha256",
		.data_device = v->data,
		.hash_device = v->hash,
		.salt = (const char *)v->salt,
		.salt_size = (uint32_t)v->salt_len,
		.hash_type = 1,
		.data_block_size = BLOCK_LEN,
		.hash_block_size = BLOCK_LEN,
		.data_size = v->data_blocks,
		.hash_area_offset = v->hash_offset,
		.flags = CRYPT_VERITY_NO_HEADER,
	};
	int r;

	set_up();
	r = crypt_init(&cd, v->hash);
	/* With this flag "format" writes nothing: it only takes parameters. */
	if (r == 0)
		r = crypt_format(cd, CRYPT_VERITY, NULL, NULL, NULL, NULL, 0,
				 &params);
	if (r == 0)
		r = crypt_activate_by_volume_key(cd, v->name,
						 (const char *)v->root_hash,
						 v->root_hash_len,
						 CRYPT_ACTIVATE_READONLY);
	if (r < 0)
		return fail(-EIO, CODE_VERITY, "cannot open '%s' as '%s': %s",
			    v->data, v->name, strerror(-r));
	return 0;
}
