// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uv.c - /dev/uv: an ultravisor that attests a Secure Execution guest
 *
 * The ioctl is that of s390's uvdevice, here in this machine's byte order; the
 * measurement is computed as there.  Only the encryption of the request is our
 * own, with one key that all simulated machines have (tests/kbs/verify_se.py
 * makes such requests).  There is no signer in it.
 */
#include "sim.h"

#include <crypto/hash.h>
#include <crypto/utils.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>

#define USER_DATA_MAX	256
#define UID_LEN		16
#define TAGS_LEN	208
#define MAC_LEN		64
#define ADDITIONAL_LEN	64
#define ARGUMENT_LEN	0x138

/* The request: what is in the clear, encrypted key and nonce, and its tag. */
#define CLEAR_LEN	304
#define IV_AT		16
#define IV_LEN		12
#define KEY_LEN		64
#define NONCE_LEN	16
#define SECRET_LEN	(KEY_LEN + NONCE_LEN)
#define TAG_LEN		16
#define REQUEST_LEN	(CLEAR_LEN + SECRET_LEN + TAG_LEN)

#define RC_EXECUTED	0x0001
#define RC_LENGTH	0x0107
#define RC_DECRYPT	0x010c
#define RC_MEASUREMENT	0x010d
#define RC_ADDITIONAL	0x010e

struct control_block {
	u32 flags;
	u16 rc, rrc;
	u64 argument;
	u32 argument_len;
	u8 rsvd[44];
};

struct attest {
	u64 request, measurement, additional;
	u8 user_data[USER_DATA_MAX], uid[UID_LEN];
	u32 request_len, measurement_len, additional_len;
	u16 user_data_len, rsvd;
};

#define ATTEST	_IOWR('u', 1, struct control_block)

static unsigned int uv_rc;
module_param(uv_rc, uint, 0644);
MODULE_PARM_DESC(uv_rc, "what the ultravisor answers (se); 0: as it should");

static int digest(const char *name, const u8 *key, unsigned int key_len,
		  const u8 *data, unsigned int len, u8 *ret)
{
	struct crypto_shash *tfm = crypto_alloc_shash(name, 0, 0);
	int rc;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	rc = key ? crypto_shash_setkey(tfm, key, key_len) : 0;
	if (!rc)
		rc = crypto_shash_tfm_digest(tfm, data, len, ret);
	crypto_free_shash(tfm);
	return rc;
}

/* SHA-512 of the machine's key, the request's IV and N. */
static int mask(const u8 *request, u8 n, u8 ret[MAC_LEN])
{
	u8 text[32 + IV_LEN + 1];

	memset(text, 'H', 32);
	memcpy(text + 32, request + IV_AT, IV_LEN);
	text[sizeof(text) - 1] = n;
	return digest("sha512", NULL, 0, text, sizeof(text), ret);
}

/* 0 and the two secrets, or what the ultravisor says; negative: an error. */
static int open_request(u8 *request, u32 len, u8 **ret_key)
{
	u8 stream[2 * MAC_LEN], tag[MAC_LEN];
	u8 *secret = request + CLEAR_LEN;
	int rc;

	if (len != REQUEST_LEN)
		return RC_LENGTH;
	rc = mask(request, 3, tag) ?: mask(request, 1, stream) ?:
	     mask(request, 2, stream + MAC_LEN);
	if (!rc)
		rc = digest("hmac(sha512)", tag, MAC_LEN, request,
			    CLEAR_LEN + SECRET_LEN, tag);
	if (rc)
		return rc;
	if (memcmp(tag, secret + SECRET_LEN, TAG_LEN))
		return RC_DECRYPT;
	crypto_xor(secret, stream, SECRET_LEN);
	*ret_key = secret;
	return 0;
}

/* tee-abi.md 3.3, "Measurement". */
static int measure(const struct attest *a, const u8 *key, u8 ret[MAC_LEN])
{
	u8 *text = kzalloc(1024, GFP_KERNEL), *p = text;
	int rc, i;

	if (!text)
		return -ENOMEM;
	for (i = 0; i < TAGS_LEN; i++)
		*p++ = i;
	memcpy(p, a->uid, UID_LEN);
	p += UID_LEN;
	put_unaligned_be16(a->user_data_len, p);
	put_unaligned_be32(ADDITIONAL_LEN, p + 4);
	p += 8;
	memcpy(p, a->user_data, a->user_data_len);
	p += a->user_data_len;
	memcpy(p, key + KEY_LEN, NONCE_LEN);
	p += NONCE_LEN;
	memset(p, 'A', ADDITIONAL_LEN);
	p += ADDITIONAL_LEN;
	rc = digest("hmac(sha512)", key, KEY_LEN, text, p - text, ret);
	kfree(text);
	return rc;
}

static int attest(struct attest *a, u8 *request)
{
	u8 additional[ADDITIONAL_LEN], mac[MAC_LEN], *key;
	int rc;

	rc = uv_rc ?: open_request(request, a->request_len, &key);
	if (rc)
		return rc;
	if (a->measurement_len < MAC_LEN)
		return RC_MEASUREMENT;
	if (a->additional_len < ADDITIONAL_LEN)
		return RC_ADDITIONAL;
	memcpy(a->uid, "simulated guest ", UID_LEN);
	rc = measure(a, key, mac);
	if (rc)
		return rc;
	memset(additional, 'A', sizeof(additional));
	a->additional_len = sizeof(additional);
	if (copy_to_user(u64_to_user_ptr(a->measurement), mac, sizeof(mac)) ||
	    copy_to_user(u64_to_user_ptr(a->additional), additional,
			 sizeof(additional)))
		return -EFAULT;
	return RC_EXECUTED;
}

static long uv_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct control_block c;
	struct attest a;
	u8 *request;
	int rc;

	BUILD_BUG_ON(sizeof(a) != ARGUMENT_LEN);
	if (cmd != ATTEST)
		return -ENOTTY;
	if (copy_from_user(&c, (void __user *)arg, sizeof(c)))
		return -EFAULT;
	if (c.flags || memchr_inv(c.rsvd, 0, sizeof(c.rsvd)) ||
	    c.argument_len != sizeof(a))
		return -EINVAL;
	if (copy_from_user(&a, u64_to_user_ptr(c.argument), sizeof(a)))
		return -EFAULT;
	if (!a.request_len || a.request_len > 0x100000 || !a.measurement_len ||
	    a.measurement_len > 0x8000 || a.additional_len > 0x8000 ||
	    a.user_data_len > USER_DATA_MAX || a.rsvd)
		return -EINVAL;
	request = vmemdup_user(u64_to_user_ptr(a.request), a.request_len);
	if (IS_ERR(request))
		return PTR_ERR(request);
	rc = attest(&a, request);
	kvfree(request);
	if (rc < 0)
		return rc;
	c.rc = rc;
	return copy_to_user(u64_to_user_ptr(c.argument), &a, sizeof(a)) ||
	       copy_to_user((void __user *)arg, &c, sizeof(c)) ? -EFAULT : 0;
}

static const struct file_operations uv_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = uv_ioctl,
};

struct miscdevice sim_uv_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "uv",
	.fops = &uv_fops,
	.mode = 0600,
};
