/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "encode.h"

const char options_help[] =
	"  --config FILE       instead of /etc/postern/postern.conf\n"
	"  --json              for programs\n"
	"  --as KIND           decode: what the file is\n"
	"  --nonce N           evidence: the text that it binds\n"
	"  --integrity KIND    header: none, hmac-sha256 or aead, and no other\n"
	"  --sector-size N     header: 512 or 4096, and no other\n"
	"  --descriptor FILE   header: check the MAC too\n";

static const struct option longs[] = {
	{ "as",		required_argument, NULL, 'a' },
	{ "config",	required_argument, NULL, 'c' },
	{ "descriptor",	required_argument, NULL, 'd' },
	{ "integrity",	required_argument, NULL, 'i' },
	{ "json",	no_argument,	   NULL, 'j' },
	{ "nonce",	required_argument, NULL, 'n' },
	{ "sector-size", required_argument, NULL, 's' },
	{ 0 }
};

static bool complain(const struct options *o, const char *what)
{
	fprintf(stderr, "postern: %s: %s; see postern --help\n", o->command,
		what);
	return false;
}

static bool take(int letter, const char *value, struct options *o)
{
	if (letter == 'a')
		o->as = value;
	else if (letter == 'c')
		o->config = value;
	else if (letter == 'd')
		o->descriptor = value;
	else if (letter == 'i')
		o->integrity = value;
	else if (letter == 'j')
		o->json = true;
	else if (letter == 'n')
		o->nonce = value;
	else if (letter == 's')
		return (parse_u64(value, 512, 4096, &o->sector_size) == 0 &&
			(o->sector_size == 512 || o->sector_size == 4096)) ||
		       complain(o, "--sector-size is 512 or 4096");
	return true;
}

bool options_parse(int argc, char **argv, const char *takes, bool argument,
		   struct options *ret)
{
	int letter;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (letter == '?' || !strchr(takes, letter))
			return complain(ret, "this option is not known here, or "
					"lacks its value");
		if (!take(letter, optarg, ret))
			return false;
	}
	if (argc - optind != argument)
		return complain(ret, argument ? "needs exactly one argument" :
				"takes no argument");
	ret->argument = argument ? argv[optind] : NULL;
	return true;
}
