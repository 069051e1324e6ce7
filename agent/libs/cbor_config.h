/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cbor_config.h - installed as cbor/configuration.h, in the place of what cmake writes */
#ifndef LIBCBOR_CONFIGURATION_H
#define LIBCBOR_CONFIGURATION_H

#define CBOR_MAJOR_VERSION 0
#define CBOR_MINOR_VERSION 10
#define CBOR_PATCH_VERSION 2

#define CBOR_BUFFER_GROWTH 2
/*
 * How deep items may nest: far above any evidence format, far below what a
 * sender would need to exhaust our stack when the items are freed.
 */
#define CBOR_MAX_STACK_SIZE 32
#define CBOR_PRETTY_PRINTER 0

#define CBOR_RESTRICT_SPECIFIER restrict
#define CBOR_INLINE_SPECIFIER

#endif /* LIBCBOR_CONFIGURATION_H */
