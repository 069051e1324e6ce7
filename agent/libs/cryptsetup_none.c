/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cryptsetup_none.c - the disk formats that our libcryptsetup does not know
 *
 * It has no switch to leave out BitLocker, FileVault, TrueCrypt and loop-AES.
 * We link this in the place of their files: parsers of headers that we would
 * refuse to open anyway.
 */
#include <errno.h>

#include "bitlk/bitlk.h"
#include "fvault2/fvault2.h"
#include "loopaes/loopaes.h"
#include "tcrypt/tcrypt.h"

#define UNUSED(x) ((void)(x))

int BITLK_read_sb(struct crypt_device *cd, struct bitlk_metadata *params)
{
	UNUSED(cd), UNUSED(params);
	return -ENOTSUP;
}

int BITLK_dump(struct crypt_device *cd, struct device *device, struct bitlk_metadata *params)
{
	UNUSED(cd), UNUSED(device), UNUSED(params);
	return -ENOTSUP;
}

int BITLK_get_volume_key(struct crypt_device *cd, const char *password, size_t len,
			 const struct bitlk_metadata *params, struct volume_key **key)
{
	UNUSED(cd), UNUSED(password), UNUSED(len), UNUSED(params), UNUSED(key);
	return -ENOTSUP;
}

int BITLK_activate_by_volume_key(struct crypt_device *cd, const char *name, struct volume_key *vk,
				 const struct bitlk_metadata *params, uint32_t flags)
{
	UNUSED(cd), UNUSED(name), UNUSED(vk), UNUSED(params), UNUSED(flags);
	return -ENOTSUP;
}

void BITLK_bitlk_metadata_free(struct bitlk_metadata *params)
{
	UNUSED(params);
}

int FVAULT2_read_metadata(struct crypt_device *cd, struct fvault2_params *params)
{
	UNUSED(cd), UNUSED(params);
	return -ENOTSUP;
}

int FVAULT2_get_volume_key(struct crypt_device *cd, const char *passphrase, size_t len,
			   const struct fvault2_params *params, struct volume_key **key)
{
	UNUSED(cd), UNUSED(passphrase), UNUSED(len), UNUSED(params), UNUSED(key);
	return -ENOTSUP;
}

int FVAULT2_dump(struct crypt_device *cd, struct device *device,
		 const struct fvault2_params *params)
{
	UNUSED(cd), UNUSED(device), UNUSED(params);
	return -ENOTSUP;
}

int FVAULT2_activate_by_volume_key(struct crypt_device *cd, const char *name,
				   struct volume_key *vk, const struct fvault2_params *params,
				   uint32_t flags)
{
	UNUSED(cd), UNUSED(name), UNUSED(vk), UNUSED(params), UNUSED(flags);
	return -ENOTSUP;
}

size_t FVAULT2_volume_key_size(void)
{
	return 0;
}

int LOOPAES_parse_keyfile(struct crypt_device *cd, struct volume_key **vk, const char *hash,
			  unsigned int *keys_count, char *buffer, size_t buffer_len)
{
	UNUSED(cd), UNUSED(vk), UNUSED(hash), UNUSED(keys_count), UNUSED(buffer);
	UNUSED(buffer_len);
	return -ENOTSUP;
}

int LOOPAES_activate(struct crypt_device *cd, const char *name, const char *base_cipher,
		     unsigned int keys_count, struct volume_key *vk, uint32_t flags)
{
	UNUSED(cd), UNUSED(name), UNUSED(base_cipher), UNUSED(keys_count), UNUSED(vk);
	UNUSED(flags);
	return -ENOTSUP;
}

int TCRYPT_read_phdr(struct crypt_device *cd, struct tcrypt_phdr *hdr,
		     struct crypt_params_tcrypt *params)
{
	UNUSED(cd), UNUSED(hdr), UNUSED(params);
	return -ENOTSUP;
}

int TCRYPT_init_by_name(struct crypt_device *cd, const char *name, const char *uuid,
			const struct dm_target *tgt, struct device **device,
			struct crypt_params_tcrypt *params, struct tcrypt_phdr *hdr)
{
	UNUSED(cd), UNUSED(name), UNUSED(uuid), UNUSED(tgt), UNUSED(device);
	UNUSED(params), UNUSED(hdr);
	return -ENOTSUP;
}

int TCRYPT_activate(struct crypt_device *cd, const char *name, struct tcrypt_phdr *hdr,
		    struct crypt_params_tcrypt *params, uint32_t flags)
{
	UNUSED(cd), UNUSED(name), UNUSED(hdr), UNUSED(params), UNUSED(flags);
	return -ENOTSUP;
}

int TCRYPT_deactivate(struct crypt_device *cd, const char *name, uint32_t flags)
{
	UNUSED(cd), UNUSED(name), UNUSED(flags);
	return -ENOTSUP;
}

uint64_t TCRYPT_get_data_offset(struct crypt_device *cd, struct tcrypt_phdr *hdr,
				struct crypt_params_tcrypt *params)
{
	UNUSED(cd), UNUSED(hdr), UNUSED(params);
	return (uint64_t)-1;
}

uint64_t TCRYPT_get_iv_offset(struct crypt_device *cd, struct tcrypt_phdr *hdr,
			      struct crypt_params_tcrypt *params)
{
	UNUSED(cd), UNUSED(hdr), UNUSED(params);
	return (uint64_t)-1;
}

int TCRYPT_get_volume_key(struct crypt_device *cd, struct tcrypt_phdr *hdr,
			  struct crypt_params_tcrypt *params, struct volume_key **vk)
{
	UNUSED(cd), UNUSED(hdr), UNUSED(params), UNUSED(vk);
	return -ENOTSUP;
}

int TCRYPT_dump(struct crypt_device *cd, struct tcrypt_phdr *hdr,
		struct crypt_params_tcrypt *params)
{
	UNUSED(cd), UNUSED(hdr), UNUSED(params);
	return -ENOTSUP;
}
