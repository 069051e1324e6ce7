/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=tpm_open */
/*
 * tpm_client.c - our TPM code over the socket of a real swtpm, for test_tpm
 *
 *	tpm_client SOCKET evidence HEX	what the attester makes of a report data
 *	tpm_client SOCKET extend PCR TEXT	the measurer; prints its digests
 *	tpm_client SOCKET banks PCR
 *	tpm_client SOCKET ek HEX	proves that it has the EK of this TPMT_PUBLIC
 *
 * All of the product is as it ships; only the device is another one.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../../agent/attester.h"
#include "../../agent/buf.h"
#include "../../agent/encode.h"
#include "../../agent/log.h"
#include "../../agent/measurer.h"
#include "../../agent/tpm.h"
#include "../../agent/tpm_ek.h"

extern const struct attester attester_tpm;
extern const struct measurer measurer_pcr;

int __wrap_tpm_open(const char *device, enum code code, struct tpm **ret);

static const char *socket_path;

int __wrap_tpm_open(const char *device, enum code code, struct tpm **ret)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)device;
	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", socket_path);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0) {
		close_fd(&fd);
		return fail(-ENODEV, code, "cannot connect to swtpm");
	}
	return tpm_open_fd(fd, TPM_COMMAND_MS, code, ret);
}

static int evidence(char **args)
{
	struct digest report_data = { .alg = HASH_SHA384 };
	cleanup_buf struct buf out = BUF(REQUEST_MAX);
	int r;

	r = hex_decode(args[0], strlen(args[0]), report_data.bytes,
		       hash_len(HASH_SHA384));
	if (r < 0)
		return fail(r, CODE_INTERNAL, "not 48 bytes in hex");
	r = attester_tpm.prepare();
	if (r < 0)
		return r;
	r = attester_tpm.evidence(&report_data, &out);
	attester_tpm.finish();
	if (r < 0)
		return r;
	printf("{\"made\":%s,\"evidence\":%s}\n",
	       attester_tpm.remark() ? "true" : "false", buf_cstr(&out));
	return 0;
}

static int extend(char **args)
{
	struct digest digests[MEASURER_BANKS_MAX];
	uint64_t pcr;
	size_t i, count;
	int r;

	r = parse_u64(args[0], 0, TPM_PCR_COUNT - 1, &pcr);
	if (r < 0 || !args[1])
		return fail(-EINVAL, CODE_INTERNAL, "extend PCR TEXT");
	r = measurer_pcr.extend((unsigned)pcr, args[1], strlen(args[1]),
				digests, &count);
	if (r < 0)
		return r;
	for (i = 0; i < count; i++) {
		cleanup_buf struct buf hex = BUF(2 * HASH_LEN_MAX + 1);

		buf_hex(&hex, digests[i].bytes, hash_len(digests[i].alg));
		printf("%s %s\n", hash_name(digests[i].alg), buf_cstr(&hex));
	}
	return 0;
}

static int banks(char **args)
{
	cleanup_tpm struct tpm *t = NULL;
	struct tpm_banks b;
	uint64_t pcr;
	size_t i;
	int r;

	r = parse_u64(args[0], 0, TPM_PCR_COUNT - 1, &pcr);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "no such PCR");
	r = tpm_open(NULL, CODE_MEASURE, &t);
	if (r < 0)
		return r;
	r = tpm_banks(t, (unsigned)pcr, &b);
	if (r < 0)
		return r;
	for (i = 0; i < b.count; i++)
		printf("%s\n", hash_name(b.alg[i]));
	return 0;
}

static int ek(char **args)
{
	cleanup_tpm struct tpm *t = NULL;
	uint8_t public[1024];
	size_t len = strlen(args[0]) / 2;
	int r;

	r = len > sizeof(public) ? -EMSGSIZE :
	    hex_decode(args[0], strlen(args[0]), public, len);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "no public area in hex");
	r = tpm_open(NULL, CODE_MEASURE, &t);
	return r < 0 ? r : tpm_ek_prove(t, public, len);
}

static const struct {
	const char *name;
	int (*run)(char **args);
} verbs[] = {
	{ "evidence", evidence }, { "extend", extend }, { "banks", banks },
	{ "ek", ek },
};

int main(int argc, char **argv)
{
	size_t i;
	int r;

	if (argc < 4)
		return 2;
	socket_path = argv[1];
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(argv[2], verbs[i].name) != 0)
			continue;
		r = verbs[i].run(argv + 3);
		if (r < 0)
			log_failure(r, false);
		return r < 0;
	}
	return 2;
}
