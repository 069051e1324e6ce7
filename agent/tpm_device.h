/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tpm_device.h - commands and responses of a TPM as bytes, over a descriptor
 *
 * For tpm*.c only.  What is checked here is that a response is one whole
 * message; what it says is for the layers above.  After a failure the device
 * is broken: a late response could be taken for that of the next command.
 */
#ifndef TPM_DEVICE_H
#define TPM_DEVICE_H

#include "limits.h"
#include "reason.h"

struct tpm_device {
	int fd, epoll;
	int limit_ms;		/* for a command with its repetitions */
	enum code code;		/* the reason that failures are kept with */
	bool broken;
	bool stuck;		/* the kernel still waits for the TPM */
};

struct tpm_message {
	uint8_t bytes[TPM_MESSAGE_MAX];
	size_t len;
	uint32_t code;		/* TPM_RC of a response */
};

/* The first of the kernel's device nodes that is there; NULL without any. */
const char *tpm_device_find(void);

/* The descriptor of the device node PATH. */
int tpm_device_open(const char *path, enum code code, int *ret_fd) must_check;

/* Takes FD over, also after an error. */
int tpm_device_init(struct tpm_device *d, int fd, int limit_ms,
		    enum code code) must_check;
void tpm_device_close(struct tpm_device *d);

/*
 * Sends the command of LEN bytes and waits for the response.  A TPM that says
 * that it is busy is asked again for a while; in the end that is its response.
 */
int tpm_device_exchange(struct tpm_device *d, const void *command, size_t len,
			struct tpm_message *ret) must_check;

#endif /* TPM_DEVICE_H */
