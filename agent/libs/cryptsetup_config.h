/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cryptsetup_config.h - libcryptsetup for LUKS2, dm-integrity and dm-verity
 *
 * In the place of the config.h that its build system writes.  Off, by not
 * being named: re-encryption, external tokens (nothing is loaded because a
 * header names it), OPAL, blkid, udev, AF_ALG, FIPS, translations.
 */
#ifndef POSTERN_CRYPTSETUP_CONFIG_H
#define POSTERN_CRYPTSETUP_CONFIG_H

#define PACKAGE "cryptsetup"
#define PACKAGE_NAME "cryptsetup"
#define PACKAGE_VERSION CRYPTSETUP_VERSION

/* dm-crypt gets volume keys by way of the kernel's keyring. */
#define KERNEL_KEYRING 1

#define USE_INTERNAL_ARGON2 1
#define HAVE_MBEDTLS_PKCS5_PBKDF2_HMAC_EXT 1

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define WORDS_BIGENDIAN 1
#endif

#define HAVE_ATTRIBUTE_SYMVER 0
#define HAVE_ATTRIBUTE_ZEROCALLUSEDREGS 1
#define HAVE_BYTESWAP_H 1
#define HAVE_ENDIAN_H 1
#define HAVE_EXPLICIT_BZERO 1
#define HAVE_FCNTL_H 1
#define HAVE_INTTYPES_H 1
#define HAVE_LOCALE_H 1
#define HAVE_MALLOC_H 1
#define HAVE_POSIX_FALLOCATE 1
#define HAVE_POSIX_MEMALIGN 1
#define HAVE_STDINT_H 1
#define HAVE_SYS_IOCTL_H 1
#define HAVE_SYS_MMAN_H 1
#define HAVE_SYS_STATVFS_H 1
#define HAVE_SYS_SYSMACROS_H 1
#define HAVE_UCHAR_H 1
#define HAVE_UNISTD_H 1

#define HAVE_DECL_O_CLOEXEC 1
#define HAVE_DECL_DM_DEVICE_GET_NAME 1
#define HAVE_DECL_DM_DEVICE_GET_TARGET_VERSION 1
#define HAVE_DECL_DM_DEVICE_HAS_HOLDERS 1
#define HAVE_DECL_DM_DEVICE_HAS_MOUNTED_FS 1
#define HAVE_DECL_DM_TASK_DEFERRED_REMOVE 1
#define HAVE_DECL_DM_TASK_RETRY_REMOVE 1
#define HAVE_DECL_DM_TASK_SECURE_DATA 1
#define HAVE_DECL_DM_UDEV_DISABLE_DISK_RULES_FLAG 1
#define HAVE_DECL_JSON_OBJECT_DEEP_COPY 1
#define HAVE_DECL_JSON_OBJECT_OBJECT_ADD_EX 1

/* The project's own defaults, all of them asked for somewhere in setup.c. */
#define DEFAULT_INTEGRITY_KEYFILE_SIZE_MAXKB 4
#define DEFAULT_KEYFILE_SIZE_MAXKB 8192
#define DEFAULT_LOOPAES_CIPHER "aes"
#define DEFAULT_LOOPAES_KEYBITS 256
#define DEFAULT_LUKS1_CIPHER "aes"
#define DEFAULT_LUKS1_HASH "sha256"
#define DEFAULT_LUKS1_ITER_TIME 2000
#define DEFAULT_LUKS1_KEYBITS 256
#define DEFAULT_LUKS1_MODE "xts-plain64"
#define DEFAULT_LUKS2_ITER_TIME 2000
#define DEFAULT_LUKS2_KEYSLOT_CIPHER "aes-xts-plain64"
#define DEFAULT_LUKS2_KEYSLOT_KEYBITS 512
#define DEFAULT_LUKS2_LOCK_DIR_PERMS 0700
#define DEFAULT_LUKS2_LOCK_PATH "/run/cryptsetup"
#define DEFAULT_LUKS2_MEMORY_KB 1048576
#define DEFAULT_LUKS2_PARALLEL_THREADS 4
#define DEFAULT_LUKS2_PBKDF "argon2id"
#define DEFAULT_LUKS_FORMAT CRYPT_LUKS2
#define DEFAULT_PASSPHRASE_SIZE_MAX 512
#define DEFAULT_PLAIN_CIPHER "aes"
#define DEFAULT_PLAIN_HASH "sha256"
#define DEFAULT_PLAIN_KEYBITS 256
#define DEFAULT_PLAIN_MODE "xts-plain64"
#define DEFAULT_RNG "/dev/urandom"
#define DEFAULT_VERITY_DATA_BLOCK 4096
#define DEFAULT_VERITY_FEC_ROOTS 2
#define DEFAULT_VERITY_HASH "sha256"
#define DEFAULT_VERITY_HASH_BLOCK 4096
#define DEFAULT_VERITY_SALT_SIZE 32

#endif /* POSTERN_CRYPTSETUP_CONFIG_H */
