/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "attester.h"
#include "boot.h"
#include "clock.h"
#include "crypto.h"
#include "evidence.h"
#include "file.h"
#include "final.h"
#include "keyprovider.h"
#include "log.h"
#include "net.h"

static int step_config(struct boot *b)
{
	const struct config *c = &b->config;

	for (; b->volume_count < c->volume_count; b->volume_count++)
		volume_init(&b->volumes[b->volume_count],
			    &c->volumes[b->volume_count]);
	for (; b->tunnel_count < c->tunnel_count; b->tunnel_count++)
		b->tunnels[b->tunnel_count].config =
			&c->tunnels[b->tunnel_count];
	b->provider = key_provider_attesting(c);
	return 0;
}

static int too_low(const struct boot *b, unsigned level)
{
	return fail(-EACCES, CODE_LEVEL, "the trustworthy level is %u, and "
		    "require-level = %u", level,
		    (unsigned)b->config.agent.require_level);
}

static int step_detect(struct boot *b)
{
	int r = boot_find_tee(b);

	if (r < 0)
		return r;
	/* What this TEE cannot reach anyhow need not be asked for. */
	if (level_of_tee(b->session.attester) < b->config.agent.require_level)
		return too_low(b, level_of_tee(b->session.attester));
	return measure_setup(&b->config.measure, b->session.attester,
			     &b->measure);
}

static int prepare_session(struct boot *b)
{
	const struct attester *a = b->session.attester;
	int r = tee_key_new(TEE_KEY_P256, &b->session.tee_key);

	if (r < 0)
		return fail(r, CODE_ENTROPY, "cannot make the TEE key");
	r = a->prepare ? a->prepare() : 0;
	if (r != -EAGAIN)
		return r;
	/* Busy: evidence() prepares what is not prepared, and is repeated. */
	failure_clear();
	return 0;
}

/* RUN with all volumes that are not skipped, up to a failure that counts. */
static int each_volume(struct boot *b, int (*run)(struct volume *v))
{
	size_t i;
	int r = 0;

	for (i = 0; i < b->volume_count && r == 0; i++)
		if (!volume_is_skipped(&b->volumes[i]))
			r = volume_skip(&b->volumes[i], run(&b->volumes[i]));
	return r;
}

/* All that needs no network, so that it is done while that comes up. */
static int step_prepare(struct boot *b)
{
	int r = b->provider ? prepare_session(b) : 0;
	size_t i;

	for (i = 0; b->deadline_ms && i < b->volume_count; i++)
		if (b->volumes[i].until_ms > b->deadline_ms)
			b->volumes[i].until_ms = b->deadline_ms;
	return r ?: each_volume(b, volume_read);
}

static int step_network(struct boot *b)
{
	return b->provider ? net_wait(&b->config) : 0;
}

static int step_challenge(struct boot *b)
{
	return b->provider ? b->provider->challenge(&b->session) : 0;
}

static int check_init_data(struct boot *b)
{
	const struct attester *a = b->session.attester;

	if (!config_init_data(&b->config))
		return 0;
	if (a->init_data)
		return a->init_data(&b->config.init_data_digest);
	log_warn("TEE '%s' does not bind the init-data", a->name);
	return 0;
}

static int step_evidence(struct boot *b)
{
	int r = b->provider ? check_init_data(b) : 0;

	if (r < 0 || !b->provider)
		return r;
	buf_reset(&b->evidence);
	return evidence_make(b->session.attester, buf_cstr(&b->session.nonce),
			     b->session.hash, b->session.tee_key, &b->evidence);
}

static int step_attest(struct boot *b)
{
	if (!b->provider)
		return 0;
	if (!buf_cstr(&b->evidence))
		return fail(-EMSGSIZE, CODE_INTERNAL, "the evidence is too long");
	return b->provider->attest(&b->session, &b->evidence);
}

static void finish_attester(struct boot *b)
{
	if (b->session.attester && b->session.attester->finish)
		b->session.attester->finish();
}

static int step_key(struct boot *b)
{
	int r = boot_fetch(b);

	/* The TPM may serve one user at a time, and measuring comes next. */
	if (r == 0)
		finish_attester(b);
	return r;
}

/* Of the volumes as far as they came. */
static int check_level(struct boot *b)
{
	level_compute(b, &b->level);
	if (b->level.trustworthy < b->config.agent.require_level)
		return too_low(b, b->level.trustworthy);
	return 0;
}

static int step_header(struct boot *b)
{
	int r = each_volume(b, volume_check);

	return r ?: check_level(b);
}

void boot_count_anew(struct boot *b)
{
	uint64_t timeout = b->config.agent.timeout;

	if (timeout)
		b->deadline_ms = clock_ms() + (int64_t)timeout * 1000;
}

static int step_unlock(struct boot *b)
{
	int r = each_volume(b, volume_open);
	size_t i;

	for (i = 0; b->deadline_ms && i < b->volume_count; i++)
		if (b->volumes[i].image)
			boot_count_anew(b);

	/* Again, since fewer of them may have come this far. */
	return r ?: check_level(b);
}

static size_t count_opened(const struct boot *b)
{
	size_t i, n = 0;

	for (i = 0; i < b->volume_count; i++)
		n += b->volumes[i].opened;
	return n;
}

static int step_tunnel(struct boot *b)
{
	int r = boot_tunnel(b);

	/* It was needed again if the attestation was repeated for this. */
	if (r == 0)
		finish_attester(b);
	return r;
}

static int step_handover(struct boot *b)
{
	size_t i;
	int r = 0;

	for (i = 0; i < b->tunnel_count && r == 0; i++)
		r = boot_handover_tunnel(&b->tunnels[i]);
	/* From here on nobody can ask for the keys as if it were this boot. */
	return r < 0 ? r : measure_event(&b->measure, "postern leave");
}

static const struct step {
	const char *name;
	int (*run)(struct boot *b);
} steps[] = {
	{ "config",	step_config },
	{ "detect",	step_detect },
	{ "prepare",	step_prepare },
	{ "network",	step_network },
	{ "challenge",	step_challenge },	/* a retry starts here */
	{ "evidence",	step_evidence },
	{ "attest",	step_attest },
	{ "key",	step_key },		/* and can come from here at last */
	{ "header",	step_header },
	{ "unlock",	step_unlock },
	{ "measure",	boot_measure },
	{ "tunnel",	step_tunnel },		/* or from here */
	{ "handover",	step_handover },
};

enum {
	STEP_DETECT = 1,
	STEP_NETWORK = 3,
	STEP_CHALLENGE = 4,
	STEP_ATTEST = 6,
	STEP_KEY = 7,
	STEP_UNLOCK = 9,
	STEP_MEASURE = 10,
	STEP_TUNNEL = 11,
	STEP_HANDOVER = 12,
};

/* One line for each step that went well. */
static void log_done(const struct boot *b, size_t i)
{
	const struct session *s = &b->session;

	if (i >= STEP_NETWORK && i <= STEP_ATTEST && !b->provider)
		log_info("not needed, since no key comes from a KBS");
	else if (i == STEP_ATTEST)
		log_info("attested by %s: %s", s->url, ear_status(&s->ear));
	else if (i == STEP_DETECT)
		log_info("TEE %s, register %s:%u", s->attester->name,
			 b->measure.measurer ? b->measure.measurer->name : "none",
			 b->measure.index);
	else if (i == STEP_UNLOCK)
		log_info("%zu opened", count_opened(b));
	else if (i == STEP_MEASURE || i == STEP_HANDOVER)
		log_info("%zu events measured", b->measure.count);
	else
		log_info("done in %u ms", b->steps[i].ms);
}

static int run_step(struct boot *b, size_t i)
{
	struct boot_step *s = &b->steps[i];
	int64_t start = clock_ms();
	int r;

	log_step(steps[i].name);
	final_step(steps[i].name);
	failure_clear();
	r = steps[i].run(b);
	s->name = steps[i].name;
	s->ms += (unsigned)(clock_ms() - start);
	s->tries++;
	s->result = r == 0 ? CODE_NONE : failure()->code ?: CODE_INTERNAL;
	if (b->step_count <= i)
		b->step_count = i + 1;
	return r;
}

int boot_step(struct boot *b, const char *name)
{
	size_t i = 0;

	while (strcmp(steps[i].name, name) != 0)
		i++;
	return run_step(b, i);
}

/*
 * Waits before another try; false when that would be beyond the time limit.
 * 1 s doubling to 60 s with 25 % jitter, or longer if the server says so.
 */
static bool wait_again(const struct boot *b, unsigned tries)
{
	int64_t ms = INT64_C(1000) << MIN(tries, 6);
	uint16_t dice = 0;

	ms = MIN(ms, 60000);
	if (random_bytes(&dice, sizeof(dice)) < 0)
		dice = 0;
	ms += ms * ((int64_t)dice - 0x8000) / 0x8000 / 4;
	if (ms < (int64_t)b->session.retry_after * 1000)
		ms = (int64_t)b->session.retry_after * 1000;
	if (b->deadline_ms && clock_ms() + ms > b->deadline_ms)
		return false;
	log_warn("trying again in %u.%u s: %s, %s", (unsigned)(ms / 1000),
		 (unsigned)(ms % 1000 / 100), code_name(failure()->code),
		 failure()->text);
	clock_pause(ms);
	return true;
}

/* Steps that talk to the KBS; all others are done once. */
static bool can_repeat(size_t step)
{
	return (step >= STEP_CHALLENGE && step <= STEP_KEY) ||
	       step == STEP_TUNNEL;
}

/* A repeated attestation leads back to where it was needed. */
static size_t next_step(const struct boot *b, size_t step)
{
	bool measured = b->step_count > STEP_MEASURE;

	return step == STEP_ATTEST && measured ? STEP_TUNNEL : step + 1;
}

/*
 * Denied by a policy that may want to see the key measured: the token is from
 * before that.  A new one is worth a try at once.
 */
static bool has_newer(const struct boot *b, size_t step, int r)
{
	return step == STEP_TUNNEL && r == -EAGAIN && b->steps[step].tries == 1 &&
	       failure()->code == CODE_KBS_DENIED && b->measure.measurer;
}

int boot_run(struct boot *b)
{
	unsigned tries = 0;
	size_t i = 0;
	int r;

	while (i < ARRAY_SIZE(steps)) {
		b->session.retry_after = 0;
		b->session.denied = false;
		r = run_step(b, i);
		if (r == 0) {
			log_done(b, i);
			i = next_step(b, i);
			continue;
		}
		if (!(i == STEP_ATTEST && boot_has_older(b, r)) &&
		    !has_newer(b, i, r) &&
		    (r != -EAGAIN || !can_repeat(i) || !wait_again(b, tries++)))
			return r;
		i = STEP_CHALLENGE;
	}
	return 0;
}

int boot_load(struct boot *b, const char *path)
{
	cleanup_buf struct buf text = BUF(CONFIG_FILE_MAX);
	struct reason why = { 0 };
	int r;

	b->session.config = &b->config;
	b->session.nonce = (struct buf)BUF(NONCE_MAX + 1);
	b->evidence = (struct buf)BUF(REQUEST_MAX);
	r = config_load(path, &b->config);
	if (r < 0)
		return r;
	/* What to do about a failure is known from here on. */
	if (file_read("/proc/cmdline", &text) < 0 || !buf_cstr(&text))
		return 0;
	r = cmdline_parse(buf_cstr(&text), &b->cmdline, &why);
	if (r == 0 && b->cmdline.debug)
		log_verbose();
	return r < 0 ? fail_reason(r, &why) : 0;
}

int boot_attest(struct boot *b)
{
	size_t i;
	int r;

	if (b->config.kbs.url_count == 0)
		return fail(-EINVAL, CODE_CONFIG, "no KBS is configured");
	b->provider = key_provider_find("kbs:");
	r = boot_find_tee(b) ?: prepare_session(b);
	i = STEP_CHALLENGE;
	while (i <= STEP_ATTEST && r == 0) {
		r = run_step(b, i);
		if (i == STEP_ATTEST && boot_has_older(b, r)) {
			i = STEP_CHALLENGE;
			r = 0;
		} else {
			i++;
		}
	}
	return r;
}

int boot_evidence(struct boot *b, const char *nonce)
{
	int r = boot_find_tee(b) ?: prepare_session(b);

	b->provider = key_provider_find("kbs:");
	if (r < 0)
		return r;
	buf_str(&b->session.nonce, nonce);
	b->session.hash = b->session.attester->hash;
	return step_evidence(b);
}

void boot_free(struct boot *b)
{
	size_t i;

	if (!b)
		return;
	finish_attester(b);
	for (i = 0; i < b->volume_count; i++)
		volume_free(&b->volumes[i]);
	for (i = 0; i < b->tunnel_count; i++)
		boot_tunnel_free(&b->tunnels[i]);
	session_free(&b->session);
	buf_free(&b->evidence);
	config_free(&b->config);
	free(b);
}
