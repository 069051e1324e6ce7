/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mount.h>

#include "efi_secret.h"
#include "keyprovider.h"
#include "log.h"
#include "secret.h"

#define SCHEME		"efi-secret:"
#define SECURITYFS	"/sys/kernel/security"
#define GUID_LEN	36

static bool serves(const char *uri)
{
	return strncmp(uri, SCHEME, sizeof(SCHEME) - 1) == 0;
}

/* 8-4-4-4-12 hex digits, into RET in lower case, as the kernel names files. */
static bool parse_guid(const char *text, char ret[static GUID_LEN + 1])
{
	size_t i;

	for (i = 0; i < GUID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		char c = text[i];

		if (c >= 'A' && c <= 'F')
			c = (char)(c - 'A' + 'a');
		if (dash ? c != '-' : !((c >= '0' && c <= '9') ||
					(c >= 'a' && c <= 'f')))
			return false;
		ret[i] = c;
	}
	ret[GUID_LEN] = '\0';
	return text[GUID_LEN] == '\0';
}

static int check_uri(const char *uri, struct reason *why)
{
	char guid[GUID_LEN + 1];

	if (parse_guid(uri + sizeof(SCHEME) - 1, guid))
		return 0;
	return reason_set(why, -EINVAL, CODE_CONFIG, "'%.100s' is not "
			  SCHEME "<GUID>", uri);
}

/* GUIDs are the same in either case. */
static bool same(const char *uri, const char *other)
{
	return strcasecmp(uri, other) == 0;
}

static int cannot(int r, const char *what, const char *path)
{
	return fail(r, CODE_RESOURCE, "cannot %s '%s': %s", what, path,
		    strerror(-r));
}

static int read_all(int fd, const char *path, struct secret *ret)
{
	cleanup_secret struct secret s = { 0 };
	size_t len = 0;
	ssize_t n;
	int r;

	r = secret_alloc(&s, KEY_MAX + 1);
	if (r < 0)
		return cannot(r, "read", path);
	while ((n = read(fd, s.data + len, s.len - len)) != 0) {
		if (n < 0 && errno != EINTR)
			return cannot(neg_errno(), "read", path);
		len += n > 0 ? (size_t)n : 0;
		if (len == s.len)
			return fail(-EMSGSIZE, CODE_RESOURCE, "'%s' is longer "
				    "than %u bytes", path, KEY_MAX);
	}
	if (len == 0)
		return fail(-EBADMSG, CODE_RESOURCE, "'%s' is empty", path);
	secret_shrink(&s, len);
	secret_move(ret, &s);
	return 0;
}

int efi_secret_read(const char *dir, const char *guid, struct secret *ret)
{
	cleanup_secret struct secret s = { 0 };
	char name[GUID_LEN + 1], path[256];
	cleanup_fd int fd = -1;
	int r;

	if (!parse_guid(guid, name))
		return fail(-EINVAL, CODE_CONFIG, "'%.60s' is not a GUID", guid);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
	if (fd < 0)
		return cannot(neg_errno(), "open", path);
	r = read_all(fd, path, &s);
	if (r < 0)
		return r;
	/* This wipes it.  Who could read it later could open the disk too. */
	if (unlink(path) < 0)
		return cannot(neg_errno(), "erase", path);
	secret_move(ret, &s);
	return 0;
}

static int fetch(struct session *s, const char *uri, struct secret *ret)
{
	(void)s;
	/* If it is there already, or cannot be, then open(2) will tell. */
	if (access(EFI_SECRET_DIR, F_OK) < 0)
		(void)mount("securityfs", SECURITYFS, "securityfs",
			    MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	return efi_secret_read(EFI_SECRET_DIR, uri + sizeof(SCHEME) - 1, ret);
}

const struct key_provider key_provider_efi_secret = {
	.name = "efi-secret",
	.serves = serves,
	.check_uri = check_uri,
	.same = same,
	.fetch = fetch,
};
