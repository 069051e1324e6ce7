/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "encode.h"

const char options_help[] =
	"  --config FILE       instead of /etc/postern/postern.conf\n"
	"  --json              for programs\n"
	"  --initramfs FILE    check: an initramfs, in place of this machine\n"
	"  --root DIR          check: the root of an image that is being built\n"
	"  --as KIND           decode: what the file is\n"
	"  --nonce N           evidence: the text that it binds\n"
	"  --integrity KIND    header, provision: none, hmac-sha256 or aead, no other\n"
	"  --sector-size N     header, provision: 512 or 4096, and no other\n"
	"  --descriptor FILE   header: check the MAC too; rotate: the old one, or with\n"
	"                      --finish the one that the KBS has now\n"
	"  --key-file FILE     provision, rotate: the key, every byte of it\n"
	"  --key URI           provision, rotate: the key, from the KBS\n"
	"  --uuid UUID         provision: of the new volume\n"
	"  --wipe KIND         provision: full or quick\n"
	"  --overwrite         provision: whatever is there\n"
	"  --finish            rotate: complete one that was interrupted\n"
	"  --resource URI      provision, rotate: store the descriptor there\n"
	"  --kbs-admin-token FILE  with --resource: who may do that\n";

static const struct option longs[] = {
	{ "as",		required_argument, NULL, 'a' },
	{ "config",	required_argument, NULL, 'c' },
	{ "descriptor",	required_argument, NULL, 'd' },
	{ "finish",	no_argument,	   NULL, 'f' },
	{ "initramfs",	required_argument, NULL, 'I' },
	{ "integrity",	required_argument, NULL, 'i' },
	{ "json",	no_argument,	   NULL, 'j' },
	{ "kbs-admin-token", required_argument, NULL, 't' },
	{ "key",	required_argument, NULL, 'k' },
	{ "key-file",	required_argument, NULL, 'K' },
	{ "nonce",	required_argument, NULL, 'n' },
	{ "overwrite",	no_argument,	   NULL, 'o' },
	{ "resource",	required_argument, NULL, 'r' },
	{ "root",	required_argument, NULL, 'R' },
	{ "sector-size", required_argument, NULL, 's' },
	{ "uuid",	required_argument, NULL, 'u' },
	{ "wipe",	required_argument, NULL, 'w' },
	{ 0 }
};

static bool complain(const struct options *o, const char *what)
{
	fprintf(stderr, "postern: %s: %s; see postern --help\n", o->command,
		what);
	return false;
}

static bool take_sector_size(const char *value, struct options *o)
{
	return (parse_u64(value, 512, 4096, &o->sector_size) == 0 &&
		(o->sector_size == 512 || o->sector_size == 4096)) ||
	       complain(o, "--sector-size is 512 or 4096");
}

static bool take(int letter, const char *value, struct options *o)
{
	const struct {
		int letter;
		const char **text;
		bool *flag;
	} places[] = {
		{ 'a', &o->as, NULL }, { 'c', &o->config, NULL },
		{ 'd', &o->descriptor, NULL }, { 'f', NULL, &o->finish },
		{ 'i', &o->integrity, NULL }, { 'j', NULL, &o->json },
		{ 'k', &o->key, NULL }, { 'K', &o->key_file, NULL },
		{ 'n', &o->nonce, NULL }, { 'o', NULL, &o->overwrite },
		{ 'r', &o->resource, NULL }, { 't', &o->admin_token, NULL },
		{ 'u', &o->uuid, NULL }, { 'I', &o->initramfs, NULL },
		{ 'R', &o->root, NULL }, { 'w', &o->wipe, NULL },
	};
	size_t i;

	if (letter == 's')
		return take_sector_size(value, o);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (places[i].letter != letter)
			continue;
		if (places[i].text)
			*places[i].text = value;
		else
			*places[i].flag = true;
	}
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
