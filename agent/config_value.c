/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <string.h>

#include "config.h"
#include "config_value.h"
#include "encode.h"
#include "http.h"

static bool all_of(const char *text, size_t len, const char *more)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char c = text[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		      (c >= '0' && c <= '9') || (c && strchr(more, c))))
			return false;
	}
	return true;
}

/* Copies text that fits, all of it. */
static const char *copy(const char *text, char *out, size_t size)
{
	size_t len = strlen(text);

	if (len >= size)
		return "is too long";
	memcpy(out, text, len + 1);
	return NULL;
}

const char *value_word(const char *text, void *out,
		       const struct value_spec *spec)
{
	unsigned i;

	for (i = 0; spec->words[i]; i++)
		if (strcmp(spec->words[i], text) == 0) {
			*(unsigned *)out = i;
			return NULL;
		}
	return "has a value that is not known";
}

const char *value_yes_no(const char *text, void *out,
			 const struct value_spec *spec)
{
	(void)spec;
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return "is neither yes nor no";
	*(bool *)out = text[0] == 'y';
	return NULL;
}

const char *value_number(const char *text, void *out,
			 const struct value_spec *spec)
{
	int r = parse_u64(text, spec->min, spec->max, out);

	if (r == -ERANGE)
		return "is out of range";
	return r < 0 ? "is not a whole number" : NULL;
}

const char *value_duration(const char *text, void *out,
			   const struct value_spec *spec)
{
	static const struct {
		const char *unit;
		uint64_t seconds;
	} units[] = { { "s", 1 }, { "min", 60 }, { "h", 3600 } };
	size_t digits = strspn(text, "0123456789"), i;
	char number[16];
	uint64_t v;

	if (digits == 0 || digits >= sizeof(number))
		return "is not a time, such as 60s or 10min";
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (parse_u64(number, 0, spec->max, &v) < 0)
		return "is out of range";
	if (v == 0 && !text[digits] && spec->min == 0) {
		*(uint64_t *)out = 0;
		return NULL;
	}
	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(text + digits, units[i].unit) != 0)
			continue;
		v *= units[i].seconds;
		if (v < spec->min || v > spec->max)
			return "is out of range";
		*(uint64_t *)out = v;
		return NULL;
	}
	return "needs a unit: s, min or h";
}

const char *value_name(const char *text, void *out,
		       const struct value_spec *spec)
{
	(void)spec;
	if (!*text || text[0] == '.' || text[0] == '-' ||
	    !all_of(text, strlen(text), "_.-"))
		return "is not a name of letters, digits, '_', '.', '-'";
	return copy(text, out, CONFIG_NAME_MAX);
}

static bool path_is_good(const char *text)
{
	return text[0] == '/' && text[1] && !strstr(text, "/..") &&
	       all_of(text, strlen(text), "/_.,:+@=-");
}

const char *value_path(const char *text, void *out,
		       const struct value_spec *spec)
{
	(void)spec;
	if (!path_is_good(text))
		return "is not an absolute path";
	return copy(text, out, CONFIG_TEXT_MAX);
}

const char *value_device(const char *text, void *out,
			 const struct value_spec *spec)
{
	const char *rest = strchr(text, '=');

	(void)spec;
	rest = rest ? rest + 1 : "";
	if (strncmp(text, "PARTUUID=", 9) == 0 ||
	    strncmp(text, "UUID=", 5) == 0) {
		if (!is_uuid(rest))
			return "has no proper UUID behind '='";
	} else if (strncmp(text, "PARTLABEL=", 10) == 0) {
		if (!*rest || strlen(rest) > 36 ||
		    !all_of(rest, strlen(rest), "_.-+: "))
			return "has no proper partition name behind '='";
	} else if (strncmp(text, "/dev/", 5) != 0 || !path_is_good(text)) {
		return "is not PARTUUID=, PARTLABEL=, UUID= or a path below /dev";
	}
	return copy(text, out, CONFIG_TEXT_MAX);
}

const char *value_uri(const char *text, void *out,
		      const struct value_spec *spec)
{
	(void)spec;
	if (!strchr(text, ':') ||
	    !all_of(text, strlen(text), ":/_.-+?&=%~,"))
		return "is not a URI";
	return copy(text, out, CONFIG_URI_MAX);
}

const char *value_key(const char *text, void *out,
		      const struct value_spec *spec)
{
	return strcmp(text, VALUE_KEY_RANDOM) == 0 ?
		copy(text, out, CONFIG_URI_MAX) : value_uri(text, out, spec);
}

const char *value_hex(const char *text, void *out,
		      const struct value_spec *spec)
{
	struct config_bytes *b = out;
	size_t len = strlen(text);

	if (len % 2 || len / 2 < spec->min || len / 2 > spec->max ||
	    len / 2 > sizeof(b->data))
		return "has the wrong number of hex digits";
	if (hex_decode(text, len, b->data, len / 2) < 0)
		return "is not hexadecimal";
	b->len = len / 2;
	return NULL;
}

/* ":<port>" or nothing. */
static bool port_is_good(const char *text)
{
	uint64_t port;

	if (!*text)
		return true;
	return *text == ':' && parse_u64(text + 1, 1, 65535, &port) == 0;
}

/* "[<IPv6>]" and maybe a port. */
static bool v6_port_is_good(const char *text)
{
	const char *end = strchr(text, ']');
	size_t n = end ? (size_t)(end - text) - 1 : 0;
	char host[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (n == 0 || n >= sizeof(host))
		return false;
	memcpy(host, text + 1, n);
	host[n] = '\0';
	return inet_pton(AF_INET6, host, &address) == 1 && port_is_good(end + 1);
}

static bool v4_port_is_good(const char *text)
{
	size_t n = strcspn(text, ":");
	char host[INET_ADDRSTRLEN];
	struct in_addr address;

	if (n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	return inet_pton(AF_INET, host, &address) == 1 && port_is_good(text + n);
}

static bool host_port_is_good(const char *text)
{
	size_t n;

	if (text[0] == '[')
		return v6_port_is_good(text);
	n = strcspn(text, ":");
	return n > 0 && n < 254 && text[0] != '.' && text[0] != '-' &&
	       all_of(text, n, ".-") && port_is_good(text + n);
}

bool url_is_good(const char *text, bool https_only)
{
	if (strncmp(text, "https://", 8) == 0)
		return host_port_is_good(text + 8);
	return !https_only && strncmp(text, "http://", 7) == 0 &&
	       host_port_is_good(text + 7);
}

const char *value_proxy(const char *text, void *out,
			const struct value_spec *spec)
{
	(void)spec;
	if (!url_is_good(text, false))
		return "is not http://host:port";
	return copy(text, out, CONFIG_TEXT_MAX);
}

const char *value_address(const char *text, void *out,
			  const struct value_spec *spec)
{
	(void)spec;
	if (text[0] == '[' ? !v6_port_is_good(text) : !v4_port_is_good(text))
		return "is not an address, such as 192.0.2.1 or [2001:db8::1]:80";
	return copy(text, out, CONFIG_NAME_MAX);
}

/*
 * Calls TAKE for each item of a list separated by commas; white space around
 * an item is dropped, an empty item is an error.
 */
static const char *each_item(const char *text, void *out,
			     const char *(*take)(const char *item, void *out))
{
	char item[CONFIG_TEXT_MAX];
	const char *wrong = NULL;

	while (!wrong) {
		size_t len, n;

		text += strspn(text, " \t");
		len = n = strcspn(text, ",");
		while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
			n--;
		if (n == 0)
			return "has an empty item";
		if (n >= sizeof(item))
			return "has an item that is too long";
		memcpy(item, text, n);
		item[n] = '\0';
		wrong = take(item, out);
		if (!text[len])
			break;
		text += len + 1;
	}
	return wrong;
}

static const char *take_url(const char *item, void *out)
{
	struct config_kbs *kbs = out;
	size_t len = strlen(item);
	char *text;

	if (kbs->url_count == CONFIG_URLS_MAX)
		return "has too many items";
	text = kbs->urls[kbs->url_count].text;
	memcpy(text, item, len + 1);
	if (len > 0 && text[len - 1] == '/')
		text[len - 1] = '\0';
	if (!url_is_good(text, !http_plain_allowed))
		return "has an item that is not https://host[:port]";
	kbs->url_count++;
	return NULL;
}

const char *value_urls(const char *text, void *out,
		       const struct value_spec *spec)
{
	(void)spec;
	return each_item(text, out, take_url);
}

static const char *take_pin(const char *item, void *out)
{
	struct config_kbs *kbs = out;
	size_t n;

	if (kbs->pin_count == CONFIG_PINS_MAX)
		return "has too many items";
	if (strncmp(item, "sha256//", 8) != 0 ||
	    b64_decode(item + 8, strlen(item + 8), B64_STD,
		       kbs->pins[kbs->pin_count], TLS_PIN_LEN, &n) < 0 ||
	    n != TLS_PIN_LEN)
		return "has an item that is not sha256//<base64 of 32 bytes>";
	kbs->pin_count++;
	return NULL;
}

const char *value_pins(const char *text, void *out,
		       const struct value_spec *spec)
{
	(void)spec;
	return each_item(text, out, take_pin);
}

static const char *take_dns(const char *item, void *out)
{
	struct config_network *network = out;
	struct in6_addr v6;
	struct in_addr v4;

	if (network->dns_count == CONFIG_DNS_MAX)
		return "has too many items";
	if (inet_pton(AF_INET, item, &v4) != 1 &&
	    inet_pton(AF_INET6, item, &v6) != 1)
		return "has an item that is not an address";
	return copy(item, network->dns[network->dns_count++], CONFIG_NAME_MAX);
}

const char *value_dns(const char *text, void *out,
		      const struct value_spec *spec)
{
	(void)spec;
	return each_item(text, out, take_dns);
}

const char *value_register(const char *text, void *out,
			   const struct value_spec *spec)
{
	struct config_measure *m = out;
	const char *colon = strchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : strlen(text);
	uint64_t index = 0;
	bool word;

	(void)spec;
	word = n == 4 && (memcmp(text, "auto", 4) == 0 ||
			  memcmp(text, "none", 4) == 0);
	if (word != !colon)
		return "is not auto, none, pcr:<n>, rtmr:<n> or csv:<n>";
	if (colon && (parse_u64(colon + 1, 0, 23, &index) < 0 || n == 0 ||
		      n >= CONFIG_NAME_MAX))
		return "is not auto, none, pcr:<n>, rtmr:<n> or csv:<n>";
	memcpy(m->kind, text, n);
	m->kind[n] = '\0';
	m->index = (unsigned)index;
	return NULL;
}
