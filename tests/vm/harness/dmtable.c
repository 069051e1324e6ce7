// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dmtable NAME - print the device-mapper table of NAME as dmsetup would, so
 * that a boot test sees what was really opened.  The kernel shows a key that
 * lies in a keyring by its name, and any other only if asked to be indiscreet:
 * DM_SECURE_DATA_FLAG is not set here, but the key is cut out anyway.
 */
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

static union {
	struct dm_ioctl dm;
	char raw[16384];
} buf;

static void print_crypt(const char *params)
{
	char cipher[256] = "", key[1024] = "", rest[2048] = "";

	sscanf(params, "%255s %1023s %2047[^\n]", cipher, key, rest);
	printf("%s %s %s\n", cipher, key[0] == ':' ? key : "<key>", rest);
}

int main(int argc, char **argv)
{
	struct dm_target_spec *t;
	int fd = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);

	if (argc != 2 || fd < 0)
		return 2;
	buf.dm.version[0] = DM_VERSION_MAJOR;
	buf.dm.data_size = sizeof(buf);
	buf.dm.data_start = sizeof(buf.dm);
	buf.dm.flags = DM_STATUS_TABLE_FLAG;
	strncpy(buf.dm.name, argv[1], sizeof(buf.dm.name) - 1);
	if (ioctl(fd, DM_TABLE_STATUS, &buf.dm) < 0)
		return 1;
	t = (struct dm_target_spec *)(buf.raw + buf.dm.data_start);
	for (unsigned i = 0; i < buf.dm.target_count; i++) {
		const char *params = (const char *)(t + 1);

		printf("%llu %llu %s ", (unsigned long long)t->sector_start,
		       (unsigned long long)t->length, t->target_type);
		if (strcmp(t->target_type, "crypt") == 0)
			print_crypt(params);
		else
			printf("%s\n", params);
		t = (struct dm_target_spec *)(buf.raw + buf.dm.data_start + t->next);
	}
	return 0;
}
