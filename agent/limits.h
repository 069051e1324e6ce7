/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limits.h - every limit on what comes from outside, with its reason
 */
#ifndef LIMITS_H
#define LIMITS_H

/* A configuration is some dozen lines; a CA bundle some certificates. */
#define CONFIG_FILE_MAX		(64 * 1024)
#define CA_FILE_MAX		(256 * 1024)

/* design.md 3; Trustee's largest usual answer is a token of some 20 KiB. */
#define HTTP_BODY_MAX		(1024 * 1024)
#define HTTP_HEADER_MAX		(64 * 1024)
#define HTTP_CONNECT_MS		5000
#define HTTP_REQUEST_MS		20000

/* The metadata service is one hop away; a TD quote is some 5 KiB, in base64. */
#define METADATA_MS		1000
#define METADATA_BODY_MAX	(64 * 1024)

/* A request: evidence with an event log (64 KiB area) in base64, and to spare. */
#define REQUEST_MAX		(1024 * 1024)

/* The nonce: 44 characters, but a JSON text of some KiB for IBM SE. */
#define NONCE_MAX		(32 * 1024)
#define COOKIE_MAX		256
#define TOKEN_MAX		(128 * 1024)

/* A token of an administrator: some hundred bytes, more with RSA. */
#define BEARER_MAX		(8 * 1024)

/* LUKS2: a passphrase as cryptsetup takes it at most (512 KiB is its key file
 * limit; no real one is above some KiB). */
#define KEY_MAX			(8 * 1024)

/* TPM 2.0: the kernel's buffer is 4096 bytes. */
#define TPM_MESSAGE_MAX		4096

/* A report of configfs-tsm (tee-abi.md 9.5), or its certificates. */
#define TSM_BLOB_MAX		(128 * 1024)

/* A CCEL area is 64 KiB with OVMF, 256 KiB on GCE; in the evidence, base64 of
 * the used part has to fit in REQUEST_MAX. */
#define EVENTLOG_MAX		(512 * 1024)

/* Some files of configuration; as JSON, with the evidence, below REQUEST_MAX. */
#define INIT_DATA_MAX		(64 * 1024)

#endif /* LIMITS_H */
