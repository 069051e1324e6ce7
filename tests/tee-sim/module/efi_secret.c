// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * efi_secret.c - pretends to be the kernel's module of the same name
 *
 * FOR TESTS ONLY: no Debian kernel has the real one, and no QEMU without SEV a
 * launch secret.  The files below secrets/coco in securityfs are as its are: mode
 * 0440, reading gives the secret, and unlink() wipes it and removes the file.
 *
 *	secrets=GUID:HEX,...	the secrets; *N in place of HEX: N bytes 'x'
 */
#include <linux/fs.h>
#include <linux/hex.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/security.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#define SECRETS_MAX	8
#define SECRET_MAX	65536
#define GUID_LEN	36

static char *secrets[SECRETS_MAX];
static int secrets_count;
module_param_array(secrets, charp, &secrets_count, 0400);
MODULE_PARM_DESC(secrets, "GUID:HEX or GUID:*LENGTH");

struct secret {
	size_t len;
	u8 data[];
};

static int secret_show(struct seq_file *file, void *unused)
{
	const struct secret *s = file->private;

	if (s)
		seq_write(file, s->data, s->len);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(secret);

static int secret_unlink(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);
	struct secret *s = inode->i_private;

	if (s)
		memzero_explicit(s->data, s->len);
	inode->i_private = NULL;
	return simple_unlink(dir, dentry);
}

static const struct inode_operations dir_operations = {
	.lookup = simple_lookup,
	.unlink = secret_unlink,
};

static struct secret *parse(const char *text)
{
	unsigned int len = strlen(text) / 2;
	struct secret *s;
	bool fill = *text == '*';

	if (fill && kstrtouint(text + 1, 10, &len))
		return NULL;
	s = len <= SECRET_MAX ? kzalloc(sizeof(*s) + len, GFP_KERNEL) : NULL;
	if (!s)
		return NULL;
	s->len = len;
	memset(s->data, 'x', len);
	if (!fill && hex2bin(s->data, text, len)) {
		kfree(s);
		return NULL;
	}
	return s;
}

static int add(struct dentry *dir, const char *text)
{
	char name[GUID_LEN + 1];
	struct dentry *file;
	struct secret *s;

	if (strlen(text) < GUID_LEN + 1 || text[GUID_LEN] != ':')
		return -EINVAL;
	strscpy(name, text, sizeof(name));
	s = parse(text + GUID_LEN + 1);
	if (!s)
		return -EINVAL;
	file = securityfs_create_file(name, 0440, dir, s, &secret_fops);
	return PTR_ERR_OR_ZERO(file);
}

static int __init efi_secret_init(void)
{
	struct dentry *top = securityfs_create_dir("secrets", NULL), *dir;
	int i, rc = 0;

	if (IS_ERR(top))
		return PTR_ERR(top);
	dir = securityfs_create_dir("coco", top);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	d_inode(dir)->i_op = &dir_operations;
	for (i = 0; i < secrets_count && !rc; i++)
		rc = add(dir, secrets[i]);
	pr_warn("efi_secret: TEST ONLY: %d secrets\n", secrets_count);
	return rc;
}

/* It stays for good: the tests have no use for an end. */
module_init(efi_secret_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Simulated launch secrets, for tests only");
