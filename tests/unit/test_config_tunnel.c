/* SPDX-License-Identifier: GPL-2.0-or-later */
/* [tunnel]: one thing wrong, and the sentence about it. */
#include "config_bad.h"

#define X16	"xxxxxxxxxxxxxxxx"
#define MORE(x)	"[agent]\ntee = tpm\n[kbs]\nurl = https://k\nca = /c\n" x
#define TUN(x)	MORE("[tunnel t]\ncredentials = kbs:///a/b/c\n" x)

static const struct config_bad bad[] = {
	{ MORE("[tunnel " X16 "]"),
	  "c:6: '" X16 "' is too long for an interface" },
	{ TUN("[tunnel t]"), "c:8: 't' is here a second time" },
	{ MORE("[tunnel t]"), "c:6: 't' has no credentials" },
	{ TUN("kind = ipsec"), "c:8: 'kind' has a value that is not known" },
	{ TUN("kind = nebula"), "c:8: 't' has no settings" },
	{ TUN("settings = kbs:///a/b/c"), "c:8: 't' has settings, which are for "
	  "nebula" },
	{ TUN("kind = nebula\nsettings = kbs:///a"), "c:9: 'kbs:///a' does not "
	  "name a resource: kbs:///<repository>/<type>/<tag>" },
	{ TUN("kind = nebula\nsettings = kbs:///a/b/c\nup = yes"), "c:10: 't' is "
	  "nebula, which comes up in the real root" },
	{ TUN("kind = nebula\nsettings = kbs:///a/b/c\nhandover = networkd"),
	  "c:10: 't' is nebula: handover is auto, files or none" },
	{ TUN("up = on"), "c:8: 'up' is neither yes nor no" },
	{ TUN("up = yes\ndefault-route = yes"), "c:9: 't' cannot have both up and "
	  "default-route: the way to the peer would lead through the tunnel" },
	{ TUN("default-route = yes"), "c:8: 't' has a default-route, which "
	  "handover = networkd cannot keep from the peer's own address" },
	{ TUN("up = yes\nhandover = wg-quick"), "c:9: 't' is up, and wg-quick "
	  "only brings up what is not there: handover is networkd, "
	  "networkmanager or none" },
	{ TUN("up = yes\nhandover = files"), "c:9: 't' is up, and wg-quick "
	  "only brings up what is not there: handover is networkd, "
	  "networkmanager or none" },
	{ TUN("key-as = file\nkey-as = file"), "c:9: 'key-as' is here a second "
	  "time" },
	{ TUN("key-as = both"), "c:8: 'key-as' has a value that is not known" },
	{ TUN("key-as = credential\nhandover = networkmanager"), "c:9: 't' has "
	  "key-as = credential, which only handover = networkd takes" },
	{ TUN("key-as = credential\nhandover = none"), "c:9: 't' has "
	  "key-as = credential, which only handover = networkd takes" },
	{ TUN("key-as = credential\nup = yes"), "c:9: 't' is up when networkd "
	  "finds it: nobody needs its key as a credential" },
	{ TUN("key-as = credential\nkind = nebula\nsettings = kbs:///a/b/c"),
	  "c:10: 't' is nebula, whose keys are in files" },
	{ TUN("handover = ifupdown"),
	  "c:8: 'handover' has a value that is not known" },
	{ MORE("[tunnel t]\ncredentials = kbs:///a"), "c:7: 'kbs:///a' does "
	  "not name a resource: kbs:///<repository>/<type>/<tag>" },
	{ MORE("[tunnel t]\ncredentials = file:///a"),
	  "c:7: 'file:///a' has a scheme that is not known" },
};

static void test_bad(void)
{
	check_refused(bad, ARRAY_SIZE(bad));
}

static const struct test tests[] = {
	{ "bad", test_bad },
};

TEST_MAIN(tests)
