/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config_value.h - the kinds of values that a configuration has
 *
 * Each parser takes the text after "=", without white space around it, and
 * fills the field at OUT.  It returns NULL, or a clause that says what is
 * wrong, for the error line.  Pure.
 */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "util.h"

/* What a parser needs to know of the field besides its place. */
struct value_spec {
	const char *const *words;	/* for word(): NULL-terminated; index is the value */
	uint64_t min, max;		/* for number() and duration() */
};

#define VALUE_KEY_RANDOM	"random"

typedef const char *value_parser(const char *text, void *out,
				 const struct value_spec *spec);

value_parser value_word;	/* unsigned: index in spec->words */
value_parser value_yes_no;	/* bool */
value_parser value_number;	/* uint64_t */
value_parser value_duration;	/* uint64_t seconds: "60s", "10min", "2h", "0" */
value_parser value_name;	/* char[CONFIG_NAME_MAX]: [A-Za-z0-9_.-] */
value_parser value_path;	/* char[CONFIG_TEXT_MAX]: absolute, no ".." */
value_parser value_device;	/* PARTUUID=, PARTLABEL= or a path below /dev */
value_parser value_uri;		/* char[CONFIG_URI_MAX] */
value_parser value_key;		/* the same, or VALUE_KEY_RANDOM */
value_parser value_proxy;	/* char[CONFIG_TEXT_MAX]: http://host:port */
value_parser value_address;	/* char[CONFIG_NAME_MAX]: no name, but maybe :port */
value_parser value_hex;		/* struct config_bytes */

/* These fill a list and its count, so they take the section's struct. */
value_parser value_urls;	/* struct config_kbs */
value_parser value_pins;	/* struct config_kbs */
value_parser value_dns;		/* struct config_network */
value_parser value_register;	/* struct config_measure */

struct config_tunnel;

/* A clause about keys of T that do not go together, or NULL.  Pure. */
const char *config_tunnel_wrong(const struct config_tunnel *t);

/* "https://host[:port]", the host a name, an IPv4 or a bracketed IPv6 address. */
bool url_is_good(const char *text, bool https_only);

#endif /* CONFIG_VALUE_H */
