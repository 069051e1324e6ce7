/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uuid.h - the four functions of libuuid that libcryptsetup calls
 *
 * Installed as uuid/uuid.h.  Random UUIDs (RFC 9562, version 4) and their text
 * form; nothing of the clocks, files and sockets of the real libuuid.
 */
#ifndef UUID_H
#define UUID_H

typedef unsigned char uuid_t[16];

#define UUID_STR_LEN 37

void uuid_clear(uuid_t uu);
void uuid_generate(uuid_t out);
/* 0, or -1 if the text is not exactly a UUID; UU changes on success only. */
int uuid_parse(const char *in, uuid_t uu);
/* OUT has room for UUID_STR_LEN bytes. */
void uuid_unparse(const uuid_t uu, char *out);

#endif /* UUID_H */
