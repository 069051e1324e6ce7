/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mbedtls_getrandom.c - mbedTLS's only source of entropy
 *
 * mbedTLS's own would open /dev/urandom where getrandom() fails.  In an
 * initramfs that file may be missing, or be a file, and it does not wait
 * for the kernel's generator to be seeded.
 */
#include <errno.h>
#include <sys/random.h>

#include <mbedtls/entropy.h>
#include <entropy_poll.h>

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen)
{
	size_t done = 0;
	ssize_t n;

	(void)data;
	while (done < len) {
		n = getrandom(output + done, len - done, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
		done += (size_t)n;
	}
	*olen = done;
	return 0;
}
