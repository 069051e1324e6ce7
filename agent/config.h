/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - /etc/postern/postern.conf, read once from the initramfs
 *
 * Sections and "key = value"; "#" at the start of a line or after white space
 * begins a comment.  Unknown or repeated keys, unknown sections, trailing text
 * and numbers out of range are errors with file, line and key.  One table in
 * config.c holds every key with its parser and default; the README has the same
 * list.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include "buf.h"
#include "crypto.h"
#include "reason.h"
#include "secret.h"
#include "tls.h"

#define CONFIG_PATH		"/etc/postern/postern.conf"

#define CONFIG_URLS_MAX		8
#define CONFIG_PINS_MAX		8
#define CONFIG_DNS_MAX		3	/* as many as musl's resolver asks */
#define CONFIG_VOLUMES_MAX	16
#define CONFIG_TUNNELS_MAX	8
#define CONFIG_NAME_MAX		64
#define CONFIG_TEXT_MAX		256
#define CONFIG_URI_MAX		512
#define CONFIG_SALT_MAX		256

enum on_failure { ON_FAILURE_POWEROFF, ON_FAILURE_REBOOT, ON_FAILURE_HALT,
		  ON_FAILURE_RETURN };
/* The last is that of key = random, and no word for "type". */
enum volume_type { VOLUME_LUKS2, VOLUME_VERITY, VOLUME_RANDOM };
enum volume_provision { PROVISION_NO, PROVISION_IF_PERMITTED };
enum volume_mkfs { MKFS_NONE, MKFS_EXT4, MKFS_XFS, MKFS_SWAP };
enum volume_wipe { WIPE_AUTO, WIPE_FULL, WIPE_QUICK };
enum tunnel_kind { TUNNEL_WIREGUARD, TUNNEL_NEBULA };
enum handover_target { HANDOVER_AUTO, HANDOVER_NETWORKD, HANDOVER_NETWORKMANAGER,
		       HANDOVER_WG_QUICK, HANDOVER_FILES, HANDOVER_NONE };
enum tunnel_key_as { TUNNEL_KEY_FILE, TUNNEL_KEY_CREDENTIAL };

struct config_bytes {
	uint8_t data[CONFIG_SALT_MAX];
	size_t len;
};

struct config_url {
	char text[CONFIG_TEXT_MAX];	/* without a slash at the end */
};

struct config_agent {
	char tee[CONFIG_NAME_MAX];
	uint64_t require_level;		/* 0..4 */
	unsigned on_failure;		/* enum on_failure */
	uint64_t timeout;		/* seconds; 0: for ever */
	bool allow_skip;		/* rd.postern=0 is obeyed */
};

struct config_network {
	uint64_t wait;			/* seconds */
	char dns[CONFIG_DNS_MAX][CONFIG_NAME_MAX];
	size_t dns_count;
	char proxy[CONFIG_TEXT_MAX];	/* "": none */
	char metadata[CONFIG_NAME_MAX];	/* address[:port]; "": none */
};

struct config_kbs {
	struct config_url urls[CONFIG_URLS_MAX];
	size_t url_count;
	char ca_path[CONFIG_TEXT_MAX];	/* "": none */
	char client_cert[CONFIG_TEXT_MAX], client_key[CONFIG_TEXT_MAX];
	char init_data[CONFIG_TEXT_MAX];
	uint8_t pins[CONFIG_PINS_MAX][TLS_PIN_LEN];
	size_t pin_count;
};

struct config_measure {
	char kind[CONFIG_NAME_MAX];	/* "auto", "none", "pcr", "rtmr" */
	unsigned index;
	bool required;
};

struct config_volume {
	char name[CONFIG_NAME_MAX];	/* the device-mapper name */
	char device[CONFIG_TEXT_MAX];
	char key[CONFIG_URI_MAX];	/* "": verity, random */
	unsigned type;			/* enum volume_type */
	unsigned integrity;		/* enum luks_integrity */
	uint64_t sector_size;		/* 0: 512 or 4096 */
	unsigned provision;		/* enum volume_provision */
	unsigned mkfs;			/* enum volume_mkfs: of one just made */
	unsigned wipe;			/* enum volume_wipe: likewise */
	bool nofail;			/* the boot goes on without it */
	struct config_bytes roothash;	/* verity: SHA-256, 32 bytes */
	struct config_bytes salt;
	char hash_device[CONFIG_TEXT_MAX];
	uint64_t data_blocks;		/* of 4096 bytes */
};

struct config_tunnel {
	char name[CONFIG_NAME_MAX];	/* the interface; below IFNAMSIZ */
	unsigned kind;			/* enum tunnel_kind */
	char credentials[CONFIG_URI_MAX];
	char settings[CONFIG_URI_MAX];	/* nebula; else "" */
	unsigned handover;		/* enum handover_target */
	unsigned key_as;		/* enum tunnel_key_as; for networkd */
	bool up;			/* before switch_root */
	bool default_route;		/* a peer may be the way to anywhere */
};

struct config {
	struct config_agent agent;
	struct config_network network;
	struct config_kbs kbs;
	struct config_measure measure;
	struct config_volume volumes[CONFIG_VOLUMES_MAX];
	size_t volume_count;
	struct config_tunnel tunnels[CONFIG_TUNNELS_MAX];
	size_t tunnel_count;

	bool loaded;			/* all of it was read and is good */
	struct digest digest;		/* SHA-384 of the file's bytes */
	struct buf ca;			/* content of ca_path, PEM */
	struct buf client_cert;		/* likewise; PEM */
	struct secret client_key;	/* PEM with its NUL; empty: none */
	struct buf init_data;		/* TOML as it stands; empty: none */
	struct digest init_data_digest;	/* of init_data, if there are any */
};

/*
 * Parses LEN bytes at TEXT into *RET.  -EINVAL with CODE_CONFIG and a sentence
 * that begins with "<NAME>:<line>: " in *WHY.  Pure, but for the table of
 * attesters, measurers and key providers that it looks names up in.
 */
int config_parse(const char *text, size_t len, const char *name,
		 struct config *ret, struct reason *why) must_check;

/*
 * Reads and parses PATH and the files that it names; the reason is kept.  *RET is big:
 * not for the stack.  config_free() frees what it holds.
 */
int config_load(const char *path, struct config *ret) must_check;
void config_free(struct config *c);

/* The init-data as a string; NULL when there are none. */
const char *config_init_data(struct config *c);

/* What the kernel command line says to us; all else on it is not ours. */
struct cmdline {
	bool skip;			/* rd.postern=0 */
	bool debug;			/* rd.postern.debug */
};

/* Unknown or repeated rd.postern parameters are -EINVAL with CODE_CONFIG. */
int cmdline_parse(const char *text, struct cmdline *ret,
		  struct reason *why) must_check;

#endif /* CONFIG_H */
