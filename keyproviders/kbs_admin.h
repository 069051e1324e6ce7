/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kbs_admin.h - Trustee's administrator stores a resource (kbs-wire.md 8.2)
 *
 * For the commands that change a key; the boot has no administrator's token.
 */
#ifndef KBS_ADMIN_H
#define KBS_ADMIN_H

#include "config.h"
#include "http.h"

/* Who the KBS is, and how to reach it, by C, which must outlive it. */
struct http_config kbs_http_config(struct config *c);

/* The token in file PATH, without white space around it, with a NUL.  Errors
 * with CONFIG. */
int kbs_admin_token(const char *path, struct secret *ret) must_check;

/*
 * POSTs RESOURCE to URI, kbs:///<repository>/<type>/<tag>, at the first of the
 * configured servers that answers.  RESOURCE goes into TLS as it is.  0 when
 * the KBS has it.  -EAGAIN with KBS_UNREACHABLE (it may have it all the same),
 * -EACCES with KBS_DENIED or KBS_IDENTITY, -EBADMSG with KBS_PROTOCOL, -EINVAL
 * with CONFIG.
 */
int kbs_admin_put(struct config *c, const struct secret *token, const char *uri,
		  const struct secret *resource) must_check;

#endif /* KBS_ADMIN_H */
