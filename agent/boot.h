/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.h - the steps of one boot, and what they leave for each other
 */
#ifndef BOOT_H
#define BOOT_H

#include "keyprovider.h"
#include "level.h"
#include "measure.h"
#include "nebula.h"
#include "tunnel.h"
#include "volume.h"

#define BOOT_STEPS_MAX	16

struct boot_tunnel {
	const struct config_tunnel *config;
	struct tunnel credentials;	/* wiped after the hand-over */
	struct nebula nebula;		/* likewise; of that kind */
	char public_key[48];		/* base64; "" before it is known */
	bool is_up;			/* the interface is there */
};

struct boot_step {
	const char *name;
	enum code result;
	unsigned ms;			/* all tries of this step */
	unsigned tries;
};

struct boot {
	struct config config;
	struct cmdline cmdline;
	struct session session;
	/* Attests; NULL: no URI needs that.  Set by the step "config". */
	const struct key_provider *provider;
	struct measure measure;
	struct volume volumes[CONFIG_VOLUMES_MAX];
	size_t volume_count;
	struct boot_tunnel tunnels[CONFIG_TUNNELS_MAX];
	size_t tunnel_count;
	struct boot_step steps[BOOT_STEPS_MAX];
	size_t step_count;
	struct buf evidence;		/* JSON, of the current challenge */
	struct level level;
	int64_t deadline_ms;		/* CLOCK_BOOTTIME; 0: none */
};

/*
 * The whole boot with the configuration at PATH: opens the volumes, measures,
 * hands over.  Returns the exit status of the program when it went well, when
 * on-failure = return, or outside an initramfs; otherwise it does not return.
 */
int boot_unlock(const char *path);

/*
 * For the commands that need a session and no disks.  *B is zero before
 * boot_load(), which reads the kernel command line and the configuration at
 * PATH.  Each keeps the reason of a failure.
 */
int boot_load(struct boot *b, const char *path) must_check;

/* One attestation, without retry; afterwards resources can be fetched. */
int boot_attest(struct boot *b) must_check;

/* b->evidence over NONCE, and a new TEE key in b->session. */
int boot_evidence(struct boot *b, const char *nonce) must_check;

/* Exit status of the program for the result R of one of the above. */
int boot_exit_status(const struct boot *b, int r);

/* B is from calloc(3); NULL is fine. */
void boot_free(struct boot *b);

/* The step NAME alone, once; its reason is kept. */
int boot_step(struct boot *b, const char *name) must_check;

/* All steps in their order, some of them again; boot*.c only. */
int boot_run(struct boot *b) must_check;

/* The time limit for further tries, if there is one, counts from now. */
void boot_count_anew(struct boot *b);

/* --- the longer steps, in files of their own; boot*.c only --- */

/* Sets b->session.attester, and tells it what it has to know. */
int boot_find_tee(struct boot *b) must_check;

/*
 * After result R of the step "attest": it was refused, and the attester can make
 * an older form of the evidence, which is worth a try at once.
 */
bool boot_has_older(const struct boot *b, int r);

int boot_fetch(struct boot *b) must_check;
int boot_measure(struct boot *b) must_check;

/*
 * Credentials, or a key of our own (step "key"); what is left to do (step
 * "tunnel", after the public key was measured); the hand-over, after which no
 * key is left here; and all of it taken back.
 */
int boot_fetch_tunnel(struct boot *b, struct boot_tunnel *t) must_check;
int boot_tunnel(struct boot *b) must_check;
int boot_handover_tunnel(struct boot_tunnel *t) must_check;
void boot_tunnel_undo(struct boot_tunnel *t);
void boot_tunnel_free(struct boot_tunnel *t);

/* --- the kinds of tunnels; boot_tunnel.c only --- */

int boot_fetch_wireguard(struct boot *b, struct boot_tunnel *t) must_check;
int boot_set_up_wireguard(struct boot *b, struct boot_tunnel *t) must_check;
int boot_fetch_nebula(struct boot *b, struct boot_tunnel *t) must_check;

/* Base64 of the public key, for the event, the report and the registration. */
int boot_set_public_key(struct boot_tunnel *t,
			const uint8_t key[static TUNNEL_KEY_LEN]) must_check;

#endif /* BOOT_H */
