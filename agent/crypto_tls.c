/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <time.h>

#include <mbedtls/md.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "secret.h"
#include "tls.h"

#ifndef POSTERN_BUILD_EPOCH
#error "the Makefile gives POSTERN_BUILD_EPOCH: seconds since 1970"
#endif

#define DATE_FLAGS	(MBEDTLS_X509_BADCERT_EXPIRED | \
			 MBEDTLS_X509_BADCERT_FUTURE)

static bool pinned(const struct tls_policy *p)
{
	size_t i;

	for (i = 0; i < p->pin_count; i++)
		if (equal_ct(p->pins[i], p->spki, TLS_PIN_LEN))
			return true;
	return false;
}

/*
 * A certificate that is not valid yet by the host's clock is good when the
 * clock is certainly wrong and the certificate valid at our build.
 */
static bool good_at_build(const mbedtls_x509_crt *crt)
{
	mbedtls_time_t build = POSTERN_BUILD_EPOCH;
	mbedtls_x509_time at;

	if (time(NULL) >= (time_t)build ||
	    mbedtls_x509_time_gmtime(build, &at) != 0)
		return false;
	return mbedtls_x509_time_cmp(&crt->valid_from, &at) <= 0 &&
	       mbedtls_x509_time_cmp(&crt->valid_to, &at) >= 0;
}

static const char *flags_text(uint32_t flags)
{
	if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH)
		return "its certificate is for another name";
	if (flags & DATE_FLAGS)
		return "its certificate is not valid at this time";
	if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		return "its certificate is not signed by the configured CA";
	return "its certificate does not verify";
}

static int refuse(struct tls_policy *p, uint32_t *flags, const char *why)
{
	p->accepted = false;
	p->why = why;
	*flags |= MBEDTLS_X509_BADCERT_OTHER;
	return 0;
}

/*
 * Called by mbedTLS for each certificate of the chain, from the top (greatest
 * DEPTH) to the server's own at 0.
 */
static int verify(void *data, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct tls_policy *p = data;
	bool pin_ok;

	if ((*flags & DATE_FLAGS) && good_at_build(crt))
		*flags &= ~(uint32_t)DATE_FLAGS;
	if (depth > 0) {
		if (!p->ca)
			*flags = 0;
		else if (*flags)
			return refuse(p, flags, flags_text(*flags));
		return 0;
	}
	p->seen = true;
	if (mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
		       crt->pk_raw.p, crt->pk_raw.len, p->spki) != 0)
		return refuse(p, flags, "its key could not be hashed");
	pin_ok = pinned(p);
	if (p->pin_count > 0 && !pin_ok)
		return refuse(p, flags, "its key is not one of the pinned ones");
	if (pin_ok)
		*flags &= ~(uint32_t)DATE_FLAGS;
	if (!p->ca && pin_ok)
		*flags = 0;
	if (*flags || !(p->ca || pin_ok))
		return refuse(p, flags, flags_text(*flags));
	p->accepted = !p->why;
	return 0;
}

void tls_policy_install(void *ssl_config, struct tls_policy *p)
{
	p->seen = p->accepted = false;
	p->why = NULL;
	memset(p->spki, 0, sizeof(p->spki));
	/* curl's own profile takes SHA-1 and 1024 bits. */
	mbedtls_ssl_conf_cert_profile(ssl_config,
				      &mbedtls_x509_crt_profile_default);
	mbedtls_ssl_conf_verify(ssl_config, verify, p);
	mbedtls_ssl_conf_authmode(ssl_config, MBEDTLS_SSL_VERIFY_REQUIRED);
}
