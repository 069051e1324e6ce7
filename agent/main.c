/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "boot.h"
#include "command.h"
#include "log.h"

static int run_version(const struct options *o)
{
	(void)o;
	printf("postern %s\n", POSTERN_VERSION);
	return 0;
}

static int run_unlock(const struct options *o)
{
	return boot_unlock(o->config);
}

static const struct command {
	const char *name;
	int (*run)(const struct options *o);
	const char *argument;		/* NULL: takes none */
	const char *takes;		/* letters of its options */
	const char *help;
} commands[] = {
	{ "unlock", run_unlock, NULL, "c",
	  "attest, open the volumes, measure, hand the tunnel over" },
	{ "evidence", command_evidence, NULL, "cn",
	  "this machine's evidence as JSON" },
	{ "attest", command_attest, NULL, "cj",
	  "attest to the KBS and print what it thinks of us" },
	{ "fetch", command_fetch, "URI", "c",
	  "one resource of the KBS to stdout" },
	{ "check", command_check, NULL, "cIjR",
	  "what a boot would do, and what stands in its way" },
	{ "header", command_header, "DEVICE", "jisd",
	  "what postern thinks of a LUKS2 header" },
	{ "decode", command_decode, "FILE", "aj",
	  "evidence or a log as JSON" },
	{ "status", command_status, NULL, "j", "the report of this boot" },
	{ "version", run_version, NULL, "", "the version" },
	{ "provision", command_provision, "DEVICE", "cikKorstuw",
	  "make a volume, and print or store its descriptor" },
	{ "rotate", command_rotate, "DEVICE", "cdfkKrt",
	  "give a volume another key, and print or store its descriptor" },
};

static void print_usage(FILE *out)
{
	size_t i;

	fprintf(out, "usage: postern COMMAND [OPTION...] [ARGUMENT]\n\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-10s%-8s%s\n", commands[i].name,
			commands[i].argument ? commands[i].argument : "",
			commands[i].help);
	fprintf(out, "\n%s", options_help);
}

/* Nothing of the environment, no core dump, no swap, no new privileges. */
static void lock_down(void)
{
	struct rlimit none = { 0 };

	(void)clearenv();
	(void)umask(077);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* For others than root the limit on locked memory would be in the way. */
	if (geteuid() == 0)
		(void)mlockall(MCL_CURRENT | MCL_FUTURE);
}

int main(int argc, char **argv)
{
	bool journal = getenv("JOURNAL_STREAM") != NULL;
	struct options o = { .config = CONFIG_PATH };
	size_t i;

	lock_down();
	log_setup(LOG_INFO_LEVEL, journal);
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		print_usage(stdout);
		return 0;
	}
	for (i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		o.command = argv[1];
		if (!options_parse(argc - 1, argv + 1, commands[i].takes,
				   commands[i].argument != NULL, &o))
			return 2;
		return commands[i].run(&o);
	}
	print_usage(stderr);
	return 2;
}
