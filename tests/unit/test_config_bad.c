/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thing wrong in a configuration, and the sentence about it. */
#include <stdio.h>

#include "config_bad.h"
#include "config_value.h"
#include "http.h"
#include "test.h"

#define B64	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define HASH	"4392712ba01368efdf14b05c76f9e4df0d53664630b5d48632ed17a137f39076"
#define X16	"xxxxxxxxxxxxxxxx"
#define X64	X16 X16 X16 X16
#define X256	X64 X64 X64 X64

/* Good ones around the text that is not: it begins at line 3, 4, 6, 7, 9. */
#define AGENT(x)	"[agent]\ntee = tpm\n" x \
			"\n[kbs]\nurl = https://k\nca = /c"
#define KBS(x)		"[agent]\ntee = tpm\n[kbs]\n" x
#define MORE(x)		KBS("url = https://k\nca = /c\n") x
#define NET(x)		MORE("[network]\n" x)
#define MEASURE(x)	MORE("[measure]\n" x)
#define VOL(x)		MORE("[volume r]\ndevice = /dev/vda\n" \
			     "key = kbs:///a/b/c\n" x)
#define DEV(x)		MORE("[volume r]\nkey = kbs:///a/b/c\ndevice = " x)
#define VERITY(x)	MORE("[volume r]\ntype = verity\ndevice = /dev/a\n" x)
#define TUN(x)		MORE("[tunnel t]\ncredentials = kbs:///a/b/c\n" x)

static const struct config_bad bad[] = {
	/* lines and sections */
	{ MORE("what"), "c:6: 'what' is neither a section nor key = value" },
	{ "tee = tpm", "c:1: 'tee' stands before the first section" },
	{ MORE("[agent"), "c:6: '[agent' has no ']' at its end" },
	{ MORE("["), "c:6: '[' has no ']' at its end" },
	{ MORE("[]"), "c:6: '' is not a section" },
	{ MORE("[volume]"), "c:6: 'volume' is not a section" },
	{ MORE("[Network]"), "c:6: 'Network' is not a section" },
	{ MORE("[network] x"), "c:6: '[network] x' has no ']' at its end" },
	{ MORE("[network]]"), "c:6: 'network]' is not a section" },
	{ MORE("[network x]"), "c:6: 'network' is not a section with a name" },
	{ MORE("[agent]"), "c:6: 'agent' is here a second time" },
	{ MORE("[kbs]"), "c:6: 'kbs' is here a second time" },
	{ MORE("[measure]\n[measure]"), "c:7: 'measure' is here a second time" },
	{ MORE("[disk a]"), "c:6: 'disk' is not a section with a name" },
	{ AGENT("nope = 1"), "c:3: 'nope' is not a key of this section" },
	{ AGENT("wait = 60s"), "c:3: 'wait' is not a key of this section" },
	{ AGENT("Timeout = 0"), "c:3: 'Timeout' is not a key of this section" },
	{ AGENT("= 1"), "c:3: '' is not a key of this section" },
	{ AGENT("timeout ="), "c:3: 'timeout' has no value" },
	{ AGENT("timeout = # 0"), "c:3: 'timeout' has no value" },
	{ AGENT("tee = tpm"), "c:3: 'tee' is here a second time" },
	{ AGENT("timeout = 1h\ntimeout = 1h"),
	  "c:4: 'timeout' is here a second time" },
	{ AGENT("; comment"), "c:3: '; comment' is neither a section nor "
	  "key = value" },
	/* [agent] */
	{ "[kbs]\nurl = https://k\nca = /c", "c:3: 'tee' is missing" },
	{ "[agent]\ntee = sgx\n[kbs]\nurl = https://k\nca = /c",
	  "c:5: 'sgx' is not a TEE of this version" },
	{ "[agent]\ntee = tpm x", "c:2: 'tee' is not a name of letters, digits, "
	  "'_', '.', '-'" },
	{ "[agent]\ntee = " X64, "c:2: 'tee' is too long" },
	{ AGENT("require-level = 5"), "c:3: 'require-level' is out of range" },
	{ AGENT("require-level = -1"),
	  "c:3: 'require-level' is not a whole number" },
	{ AGENT("require-level = 01"),
	  "c:3: 'require-level' is not a whole number" },
	{ AGENT("require-level = 1 2"),
	  "c:3: 'require-level' is not a whole number" },
	{ AGENT("require-level = 99999999999999999999"),
	  "c:3: 'require-level' is out of range" },
	{ AGENT("on-failure = shell"),
	  "c:3: 'on-failure' has a value that is not known" },
	{ AGENT("on-failure = halt now"),
	  "c:3: 'on-failure' has a value that is not known" },
	{ AGENT("allow-skip = true"), "c:3: 'allow-skip' is neither yes nor no" },
	{ AGENT("timeout = ten"),
	  "c:3: 'timeout' is not a time, such as 60s or 10min" },
	{ AGENT("timeout = 10"), "c:3: 'timeout' needs a unit: s, min or h" },
	{ AGENT("timeout = 10m"), "c:3: 'timeout' needs a unit: s, min or h" },
	{ AGENT("timeout = 10 min"),
	  "c:3: 'timeout' needs a unit: s, min or h" },
	{ AGENT("timeout = 169h"), "c:3: 'timeout' is out of range" },
	{ AGENT("timeout = 5124095576030432h"),
	  "c:3: 'timeout' is not a time, such as 60s or 10min" },
	{ AGENT("timeout = 604801s"), "c:3: 'timeout' is out of range" },
	{ AGENT("timeout = -1s"),
	  "c:3: 'timeout' is not a time, such as 60s or 10min" },
	/* [network] */
	{ NET("wait = 0"), "c:7: 'wait' needs a unit: s, min or h" },
	{ NET("wait = 0s"), "c:7: 'wait' is out of range" },
	{ NET("wait = 3601s"), "c:7: 'wait' is out of range" },
	{ NET("wait = 2h"), "c:7: 'wait' is out of range" },
	{ NET("dns = ns.example.org"),
	  "c:7: 'dns' has an item that is not an address" },
	{ NET("dns = 192.0.2.1,"), "c:7: 'dns' has an empty item" },
	{ NET("dns = ,192.0.2.1"), "c:7: 'dns' has an empty item" },
	{ NET("dns = 192.0.2.1 192.0.2.2"),
	  "c:7: 'dns' has an item that is not an address" },
	{ NET("dns = 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4"),
	  "c:7: 'dns' has too many items" },
	{ NET("dns = 192.0.2.256"),
	  "c:7: 'dns' has an item that is not an address" },
	{ NET("proxy = 192.0.2.1:3128"), "c:7: 'proxy' is not http://host:port" },
	{ NET("proxy = socks5://192.0.2.1:3128"),
	  "c:7: 'proxy' is not http://host:port" },
	{ NET("proxy = http://u:p@192.0.2.1"),
	  "c:7: 'proxy' is not http://host:port" },
	{ NET("proxy = http://192.0.2.1/"),
	  "c:7: 'proxy' is not http://host:port" },
	{ "[agent]\ntee = az-snp-vtpm\n[kbs]\nurl = https://k\nca = /c",
	  "c:5: 'az-snp-vtpm' needs metadata in [network]" },
	{ "[agent]\ntee = az-tdx-vtpm\n[kbs]\nurl = https://k\nca = /c",
	  "c:5: 'az-tdx-vtpm' needs metadata in [network]" },
	/* [kbs] */
	{ KBS("ca = /c"), "c:4: 'url' is missing" },
	{ KBS("url = https://k"), "c:4: 'url' needs ca or pin, or nobody could "
	  "be told from the KBS" },
	{ KBS("url = kbs.example.org"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = ftp://k"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https:///"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://k/kbs"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://k//"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://k?x"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://u@k"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://k:0"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://k:65536"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://k:"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://2001:db8::1"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://[2001:db8::1"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://[192.0.2.1]"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://[::1]x"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://[]"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://[" X64 "]"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://" X64 X64 X64 X16 X16 X16 "xxxxxxxx"),
	  "c:4: 'url' has an item that is too long" },
	{ KBS("url = https://.k"),
	  "c:4: 'url' has an item that is not https://host[:port]" },
	{ KBS("url = https://" X256), "c:4: 'url' has an item that is too long" },
	{ KBS("url = https://a,https://b,https://c,https://d,https://e,"
	      "https://f,https://g,https://h,https://i"),
	  "c:4: 'url' has too many items" },
	{ KBS("pin = " B64), "c:4: 'pin' has an item that is not "
	  "sha256//<base64 of 32 bytes>" },
	{ KBS("pin = sha1//" B64), "c:4: 'pin' has an item that is not "
	  "sha256//<base64 of 32 bytes>" },
	{ KBS("pin = sha256//AAEC"), "c:4: 'pin' has an item that is not "
	  "sha256//<base64 of 32 bytes>" },
	{ KBS("pin = sha256//" B64 " x"), "c:4: 'pin' has an item that is not "
	  "sha256//<base64 of 32 bytes>" },
	{ KBS("ca = kbs.pem"), "c:4: 'ca' is not an absolute path" },
	{ KBS("ca = /etc/../c"), "c:4: 'ca' is not an absolute path" },
	{ KBS("ca = /"), "c:4: 'ca' is not an absolute path" },
	{ KBS("ca = /a b"), "c:4: 'ca' is not an absolute path" },
	{ KBS("ca = /" X256), "c:4: 'ca' is too long" },
	{ KBS("url = https://k\nca = /c\nclient-cert = /x"),
	  "c:6: 'client-cert' and client-key go together" },
	{ KBS("url = https://k\nca = /c\nclient-key = /x"),
	  "c:6: 'client-cert' and client-key go together" },
	{ KBS("init-data = init-data.toml"), "c:4: 'init-data' is not an "
	  "absolute path" },
	/* [measure] */
	{ MEASURE("register = pcr:16"), "c:7: 'register' proves nothing: it can "
	  "be reset, or belongs to the firmware" },
	{ MEASURE("register = pcr:17"), "c:7: 'register' proves nothing: it can "
	  "be reset, or belongs to the firmware" },
	{ MEASURE("register = pcr:23"), "c:7: 'register' proves nothing: it can "
	  "be reset, or belongs to the firmware" },
	{ MEASURE("register = pcr:24"),
	  "c:7: 'register' is not auto, none, pcr:<n>, rtmr:<n> or csv:<n>" },
	{ MEASURE("register = pcr"),
	  "c:7: 'register' is not auto, none, pcr:<n>, rtmr:<n> or csv:<n>" },
	{ MEASURE("register = pcr:"),
	  "c:7: 'register' is not auto, none, pcr:<n>, rtmr:<n> or csv:<n>" },
	{ MEASURE("register = :15"),
	  "c:7: 'register' is not auto, none, pcr:<n>, rtmr:<n> or csv:<n>" },
	{ MEASURE("register = pcr:15:1"),
	  "c:7: 'register' is not auto, none, pcr:<n>, rtmr:<n> or csv:<n>" },
	{ MEASURE("register = pcr:015"),
	  "c:7: 'register' is not auto, none, pcr:<n>, rtmr:<n> or csv:<n>" },
	{ MEASURE("register = none:15"),
	  "c:7: 'register' is not auto, none, pcr:<n>, rtmr:<n> or csv:<n>" },
	{ MEASURE("register = auto:3"),
	  "c:7: 'register' is not auto, none, pcr:<n>, rtmr:<n> or csv:<n>" },
	{ MEASURE("register = " X64 ":3"),
	  "c:7: 'register' is not auto, none, pcr:<n>, rtmr:<n> or csv:<n>" },
	{ MEASURE("register = rtmr:2"), "c:7: 'register' proves nothing: it can "
	  "be reset, or belongs to the firmware" },
	{ MEASURE("register = nvpcr:3"),
	  "c:7: 'nvpcr' is not a register of this version" },
	{ MEASURE("required = maybe"), "c:7: 'required' is neither yes nor no" },
	/* [volume] */
	{ MORE("[volume a b]"), "c:6: 'a b' is not a name of letters, digits, "
	  "'_', '.', '-'" },
	{ MORE("[volume ]"), "c:6: '' is not a name of letters, digits, '_', "
	  "'.', '-'" },
	{ MORE("[volume ../x]"), "c:6: '../x' is not a name of letters, digits, "
	  "'_', '.', '-'" },
	{ MORE("[volume -x]"), "c:6: '-x' is not a name of letters, digits, "
	  "'_', '.', '-'" },
	{ MORE("[volume .x]"), "c:6: '.x' is not a name of letters, digits, "
	  "'_', '.', '-'" },
	{ MORE("[volume " X64 "]"), "c:6: '" X64 "' is too long" },
	{ VOL("[volume r]"), "c:9: 'r' is here a second time" },
	{ MORE("[volume r]\nkey = kbs:///a/b/c"), "c:7: 'r' has no device" },
	{ MORE("[volume r]\ndevice = /dev/vda"),
	  "c:7: 'r' needs a key for luks2, and only then" },
	{ DEV("vda"), "c:8: 'device' is not PARTUUID=, PARTLABEL=, UUID= or a path "
	  "below /dev" },
	{ DEV("/tmp/disk"), "c:8: 'device' is not PARTUUID=, PARTLABEL=, UUID= or "
	  "a path below /dev" },
	{ DEV("/dev/../tmp/disk"), "c:8: 'device' is not PARTUUID=, PARTLABEL=, "
	  "UUID= or a path below /dev" },
	{ DEV("LABEL=root"), "c:8: 'device' is not PARTUUID=, PARTLABEL=, UUID= or "
	  "a path below /dev" },
	{ DEV("PARTLABEL="), "c:8: 'device' has no proper partition name behind "
	  "'='" },
	{ DEV("PARTLABEL=" X16 X16 X16), "c:8: 'device' has no proper partition "
	  "name behind '='" },
	{ DEV("PARTUUID=a/b"), "c:8: 'device' has no proper UUID behind '='" },
	{ DEV("PARTUUID=1234abcd-01"), "c:8: 'device' has no proper UUID behind "
	  "'='" },
	{ DEV("UUID=b7b439c1-6377-491f-995e-f1a2433492f"), "c:8: 'device' has no "
	  "proper UUID behind '='" },
	{ DEV("UUID=b7b439c1-6377-491f-995e0f1a2433492ff"), "c:8: 'device' has no "
	  "proper UUID behind '='" },
	{ MORE("[volume r]\ntype = verity\n"
	  "device = UUID=b7b439c1-6377-491f-995e-f1a2433492ff"),
	  "c:8: 'UUID=b7b439c1-6377-491f-995e-f1a2433492ff' is that of a LUKS2 "
	  "header, which this volume has not" },
	{ MORE("[volume r]\ndevice = /dev/a\nkey = kbs:///a/b"), "c:8: 'kbs:///a/b' "
	  "does not name a resource: kbs:///<repository>/<type>/<tag>" },
	{ MORE("[volume r]\ndevice = /dev/a\nkey = tang://a/b"),
	  "c:8: 'tang://a/b' has a scheme that is not known" },
	{ MORE("[volume r]\ndevice = /dev/a\nkey = secret"),
	  "c:8: 'key' is not a URI" },
	{ MORE("[volume r]\ndevice = /dev/a\nkey = kbs:///a/b/c d"),
	  "c:8: 'key' is not a URI" },
	{ VOL("type = luks1"), "c:9: 'type' has a value that is not known" },
	{ VOL("sector-size = 1024"),
	  "c:9: 'r' has a sector-size other than 512, 4096" },
	{ VOL("sector-size = 511"), "c:9: 'sector-size' is out of range" },
	{ VOL("sector-size = 8192"), "c:9: 'sector-size' is out of range" },
	{ VOL("sector-size = 4k"), "c:9: 'sector-size' is not a whole number" },
	{ VOL("integrity = any"), "c:9: 'integrity' has a value that is not known" },
	{ VOL("provision = yes"), "c:9: 'provision' has a value that is not "
	  "known" },
	{ VOL("mkfs = btrfs"), "c:9: 'mkfs' has a value that is not known" },
	{ VOL("mkfs = ext4"), "c:9: 'r' has mkfs without provision" },
	{ VOL("wipe = none"), "c:9: 'wipe' has a value that is not known" },
	{ VOL("wipe = full"), "c:9: 'r' has wipe without provision" },
	{ VERITY("roothash = " HASH "\nhash-device = /dev/b\ndata-blocks = 1\n"
	  "provision = if-permitted"),
	  "c:12: 'r' has provision, which is for luks2 with a key that is kept" },
	{ VERITY("roothash = " HASH "\nhash-device = /dev/b\ndata-blocks = 1\n"
	  "integrity = aead"), "c:12: 'r' has integrity, which is for luks2" },
	{ VOL("integrity = none\nintegrity = none"),
	  "c:10: 'integrity' is here a second time" },
	{ VOL("roothash = " HASH), "c:9: 'r' needs roothash, hash-device and "
	  "data-blocks for verity, and not otherwise" },
	{ VOL("data-blocks = 1"), "c:9: 'r' needs roothash, hash-device and "
	  "data-blocks for verity, and not otherwise" },
	{ VOL("hash-device = /dev/b"), "c:9: 'r' needs roothash, hash-device and "
	  "data-blocks for verity, and not otherwise" },
	{ VOL("salt = 00"), "c:9: 'r' needs roothash, hash-device and "
	  "data-blocks for verity, and not otherwise" },
	{ VERITY("hash-device = /dev/b\ndata-blocks = 1"), "c:10: 'r' needs "
	  "roothash, hash-device and data-blocks for verity, and not otherwise" },
	{ VERITY("roothash = " HASH "\ndata-blocks = 1"), "c:10: 'r' needs "
	  "roothash, hash-device and data-blocks for verity, and not otherwise" },
	{ VERITY("roothash = " HASH "\nhash-device = /dev/b"), "c:10: 'r' needs "
	  "roothash, hash-device and data-blocks for verity, and not otherwise" },
	{ VERITY("roothash = " HASH "\nhash-device = /dev/b\ndata-blocks = 1\n"
		 "key = kbs:///a/b/c"),
	  "c:12: 'r' needs a key for luks2, and only then" },
	{ VERITY("roothash = 00"),
	  "c:9: 'roothash' has the wrong number of hex digits" },
	{ VERITY("roothash = " HASH "00"),
	  "c:9: 'roothash' has the wrong number of hex digits" },
	{ VERITY("roothash = " X64), "c:9: 'roothash' is not hexadecimal" },
	{ VERITY("salt = 0"), "c:9: 'salt' has the wrong number of hex digits" },
	{ VERITY("salt = " X256 X256 "xx"),
	  "c:9: 'salt' has the wrong number of hex digits" },
	{ VERITY("data-blocks = 0"), "c:9: 'data-blocks' is out of range" },
	{ VERITY("data-blocks = 1099511627777"),
	  "c:9: 'data-blocks' is out of range" },
};

static struct config c;

static void test_bad(void)
{
	check_refused(bad, ARRAY_SIZE(bad));
}

/* The texts around the bad ones are good, and so are the edges of ranges. */
static const char *const good[] = {
	AGENT(""), MORE(""), MORE("[network]"), MEASURE(""), VOL(""), TUN(""),
	AGENT("timeout = 0"), AGENT("timeout = 0s"), AGENT("timeout = 168h"),
	AGENT("timeout = 604800s"), AGENT("timeout = 10080min"),
	AGENT("require-level = 4"), AGENT("on-failure = return"),
	"[agent]\ntee = auto\n[kbs]\nurl = https://k\nca = /c",
	NET("wait = 1s"), NET("wait = 1h"), NET("proxy = http://p"),
	"[agent]\ntee = az-snp-vtpm\n[network]\nmetadata = 192.0.2.1\n[kbs]\n"
	"url = https://k\nca = /c",
	NET("proxy = https://p:1"), KBS("url = https://k/\npin = sha256//" B64),
	KBS("url=https://k:65535\nca=/c # d"), MEASURE("register = none"),
	MEASURE("register = auto"), MEASURE("register = pcr:15"),
	MEASURE("register = pcr:0"), DEV("PARTLABEL=EFI System"),
	DEV("/dev/disk/by-id/virtio-a:1"), VOL("type = luks2"),
	VERITY("roothash = " HASH "\nhash-device = /dev/b\ndata-blocks = 1\n"
	       "salt = 00"),
	MORE("[tunnel xxxxxxxxxxxxxxx]\ncredentials = kbs+x:///a"),
	MORE("[tunnel AZaz09_.-]\ncredentials = kbs+x:///a"),
	NET("dns = 192.0.2.1 \t, \t192.0.2.2\t,192.0.2.3 "),
	KBS("url = https://" X64 X64 X64 X16 X16 X16 "xxxxxxx\nca = /c"),
	VERITY("roothash = " HASH "\nhash-device = /dev/b\ndata-blocks = 1\n"
	       "salt = " HASH HASH HASH HASH HASH HASH HASH HASH),
	/* The test build talks plain HTTP, and then there is nobody to know. */
	KBS("url = http://k"),
};

static void test_good(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		struct reason why = { 0 };

		CASE(good[i]);
		CHECK_EQ_INT(config_parse(good[i], strlen(good[i]), "c", &c,
					  &why), 0);
		CHECK_EQ_STR(why.text, "");
		config_free(&c);
	}
}

static void test_too_many(void)
{
	static const struct {
		const char *section;
		unsigned max;
		const char *sentence;
	} kinds[] = {
		{ "volume", CONFIG_VOLUMES_MAX, "c:22: 'volume' is here too often" },
		{ "tunnel", CONFIG_TUNNELS_MAX, "c:14: 'tunnel' is here too often" },
	};
	size_t i;
	unsigned k;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		cleanup_buf struct buf b = BUF(4096);
		struct reason why = { 0 };

		buf_str(&b, MORE(""));
		for (k = 0; k <= kinds[i].max; k++)
			buf_printf(&b, "[%s n%u]\n", kinds[i].section, k);
		CHECK_EQ_INT(config_parse(buf_cstr(&b), b.len, "c", &c, &why),
			     -EINVAL);
		CHECK_EQ_STR(why.text, kinds[i].sentence);
		config_free(&c);
	}
}

/* A NUL would hide what follows it from all but the digest. */
static void test_nul(void)
{
	static const char text[] = MORE("\0[volume r]");
	struct reason why = { 0 };

	CHECK_EQ_INT(config_parse(text, sizeof(text) - 1, "c", &c, &why),
		     -EINVAL);
	CHECK_EQ_STR(why.text, "c:0: 'c' contains a NUL byte");
	config_free(&c);
	/* And nothing behind the length is read. */
	CHECK_EQ_INT(config_parse(text, strlen(text), "c", &c, &why), 0);
	CHECK_EQ_INT(c.volume_count, 0);
	config_free(&c);
	CHECK_EQ_INT(config_parse("", 0, "c", &c, &why), -EINVAL);
	config_free(&c);
}

/* What is wrong is quoted, but not at any length; it is escaped later. */
static void test_long(void)
{
	struct reason why = { 0 };
	static const char text[] = MORE(X256);

	CHECK_EQ_INT(config_parse(text, strlen(text), "c", &c, &why), -EINVAL);
	CHECK_EQ_STR(why.text, "c:6: '" X64 X16 X16 "xxxx"
		     "' is neither a section nor key = value");
	config_free(&c);
}

/* The product's word on plain HTTP, which is not the test build's. */
static void test_http(void)
{
	CHECK(http_plain_allowed);
	CHECK(url_is_good("https://k", true));
	CHECK(url_is_good("http://k", false));
	CHECK(!url_is_good("http://k", true));
	CHECK(!url_is_good("HTTPS://k", true));
}

static const struct test tests[] = {
	{ "bad", test_bad },
	{ "good", test_good },
	{ "too many", test_too_many },
	{ "nul", test_nul },
	{ "long", test_long },
	{ "plain http", test_http },
};

TEST_MAIN(tests)
