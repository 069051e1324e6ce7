/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot report for people: postern status. */
#include <stdio.h>
#include <string.h>

#include "encode.h"
#include "file.h"
#include "json.h"
#include "log.h"
#include "registers.h"
#include "report.h"

#define REPORT_MAX	(256 * 1024)
#define TEXT_MAX	512

struct status {
	struct json json;
	char text[TEXT_MAX], escaped[TEXT_MAX];	/* of the last get() */
	char bank[16];				/* whose measurements are shown */
};

/* A string or number member as printable text; "-" when it is not there. */
static const char *get(struct status *s, const struct json_token *object,
		       const char *name)
{
	const struct json_token *t = json_member(&s->json, object, name);

	if (!t || (t->type == JSON_STRING ?
		   json_string(&s->json, t, s->text, sizeof(s->text)) < 0 :
		   !json_copy(&s->json, t, s->text, sizeof(s->text))))
		return "-";
	log_escape(s->escaped, sizeof(s->escaped), s->text);
	return s->escaped;
}

static void print_member(struct status *s, const char *label,
			 const struct json_token *object, const char *name)
{
	printf("%-14s%s\n", label, get(s, object, name));
}

/* Calls PRINT for each element of the array NAME. */
static void each(struct status *s, const char *name,
		 void (*print)(struct status *s, const struct json_token *t))
{
	const struct json_token *list =
		json_member(&s->json, json_root(&s->json), name), *t;

	if (!list || list->type != JSON_ARRAY)
		return;
	for (t = json_first(&s->json, list); t; t = json_next(&s->json, list, t))
		print(s, t);
}

static void print_step(struct status *s, const struct json_token *t)
{
	printf("  %-12s", get(s, t, "step"));
	printf("%-18s", get(s, t, "result"));
	printf("%6s ms", get(s, t, "ms"));
	printf("%4s tries\n", get(s, t, "tries"));
}

static void print_volume(struct status *s, const struct json_token *t)
{
	printf("volume        %s", get(s, t, "name"));
	printf("  %s", get(s, t, "uuid"));
	printf("  header %s", get(s, t, "header"));
	printf("  integrity %s\n", get(s, t, "integrity"));
	if (json_equals(&s->json, json_member(&s->json, t, "rotation"),
			"unfinished"))
		printf("              its key was not quite changed: postern rotate "
		       "--finish\n");
	if (json_member(&s->json, t, "made"))
		printf("              the KBS still has the word to make it; the "
		       "report has its descriptor\n");
	if (json_member(&s->json, t, "grown"))
		printf("              its device has grown; the report has its "
		       "new descriptor\n");
	if (json_member(&s->json, t, "skipped")) {
		printf("              skipped: %s", get(s, t, "skipped"));
		printf(", %s\n", get(s, t, "reason"));
	}
}

static void print_tunnel(struct status *s, const struct json_token *t)
{
	printf("tunnel        %s", get(s, t, "name"));
	printf("  %s", get(s, t, "kind"));
	printf("  public key %s\n", get(s, t, "public_key"));
}

static void print_measurement(struct status *s, const struct json_token *t)
{
	/* One line for each event; the other banks hold the same ones. */
	if (!s->bank[0])
		(void)snprintf(s->bank, sizeof(s->bank), "%s", get(s, t, "alg"));
	if (strcmp(get(s, t, "alg"), s->bank) != 0)
		return;
	printf("measured      %s", get(s, t, "register"));
	printf("  %s\n", get(s, t, "event"));
}

static void print_level(struct status *s, const struct json_token *level)
{
	const struct json_token *list, *t;

	printf("level         nominal %s", get(s, level, "nominal"));
	printf(", trustworthy %s\n", get(s, level, "trustworthy"));
	list = json_member(&s->json, level, "reasons");
	if (!list || list->type != JSON_ARRAY)
		return;
	for (t = json_first(&s->json, list); t; t = json_next(&s->json, list, t))
		if (json_string(&s->json, t, s->text, sizeof(s->text)) == 0) {
			log_escape(s->escaped, sizeof(s->escaped), s->text);
			printf("              %s\n", s->escaped);
		}
}

static const struct {
	const char *text, *json;
} states[] = {
	[REGISTER_UNKNOWN] = { "no log", "null" },
	[REGISTER_LOGGED] = { "as logged", "\"equal\"" },
	[REGISTER_DIFFERS] = { "differs from the log", "\"differs\"" },
};

static void print_registers(void)
{
	struct register_value values[REGISTERS_MAX];
	size_t i, n = registers_read(values);

	if (n > 0)
		printf("registers, now\n");
	for (i = 0; i < n; i++) {
		const struct digest *d = &values[i].value;
		cleanup_buf struct buf hex = BUF(2 * HASH_LEN_MAX + 1);

		buf_hex(&hex, d->bytes, hash_len(d->alg));
		printf("  %-8s%-8s%s  %s\n", values[i].name, hash_name(d->alg),
		       buf_cstr(&hex) ?: "-", states[values[i].state].text);
	}
}

static void print_all(struct status *s)
{
	const struct json_token *root = json_root(&s->json);
	const struct json_token *kbs = json_member(&s->json, root, "kbs");

	print_member(s, "result", root, "result");
	if (json_member(&s->json, root, "reason"))
		print_member(s, "reason", root, "reason");
	print_member(s, "TEE", root, "tee");
	print_member(s, "TEE remark", root, "tee-remark");
	print_member(s, "KBS", kbs, "url");
	print_member(s, "KBS key", kbs, "identity");
	print_member(s, "appraisal", json_member(&s->json, kbs, "ear"),
		     "status");
	each(s, "volumes", print_volume);
	each(s, "tunnel", print_tunnel);
	each(s, "measurements", print_measurement);
	print_level(s, json_member(&s->json, root, "level"));
	print_registers();
	printf("steps\n");
	each(s, "steps", print_step);
}

static void put_registers(struct buf *b)
{
	struct register_value values[REGISTERS_MAX];
	size_t i, n = registers_read(values);

	buf_str(b, ",\"registers\":[");
	for (i = 0; i < n; i++) {
		const struct digest *d = &values[i].value;

		buf_printf(b, "%s{\"register\":\"%s\",\"alg\":\"%s\","
			   "\"value\":\"", i ? "," : "", values[i].name,
			   hash_name(d->alg));
		buf_hex(b, d->bytes, hash_len(d->alg));
		buf_printf(b, "\",\"log\":%s}", states[values[i].state].json);
	}
	buf_str(b, "]");
}

/* The report as it is, with the registers of now as its last member. */
static int print_json(const struct json *j, const struct buf *text)
{
	cleanup_buf struct buf b = BUF(REPORT_MAX + 4096);
	const struct json_token *root = json_root(j);
	int r;

	if (root->type != JSON_OBJECT || root->count == 0)
		return fail(-EBADMSG, CODE_INTERNAL, "the report is no object");
	buf_add(&b, text->data + root->start, root->end - root->start - 1);
	put_registers(&b);
	buf_str(&b, "}\n");
	r = buf_error(&b);
	return r < 0 ? fail(r, CODE_INTERNAL, "the report is too long") :
	       file_write_fd(STDOUT_FILENO, b.data, b.len);
}

int report_print(const char *path, bool json)
{
	cleanup_buf struct buf text = BUF(REPORT_MAX);
	struct reason why = { 0 };
	struct status s = { 0 };
	int r = file_read(path, &text);

	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot read '%s': %s", path,
			    r == -ENOENT ? "this system was not opened by postern"
			    : strerror(-r));
	r = json_parse(&s.json, buf_cstr(&text), text.len, CODE_INTERNAL, &why);
	if (r < 0)
		return fail_reason(r, &why);
	if (json)
		r = print_json(&s.json, &text);
	else
		print_all(&s);
	json_free(&s.json);
	return r;
}
