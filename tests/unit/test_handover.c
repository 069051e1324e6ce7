/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=file_write,--wrap=file_mkdirs,--wrap=getgrnam,--wrap=unlink,--wrap=symlink */
/* The files for the real root, which are caught before they are written. */
#include <grp.h>
#include <stdio.h>

#include "handover.h"
#include "log.h"
#include "test.h"
#include "vector.h"

int __wrap_file_write(const char *path, const void *data, size_t len,
		      unsigned mode, unsigned group);
int __wrap_file_mkdirs(const char *path);
struct group *__wrap_getgrnam(const char *name);
int __wrap_unlink(const char *path);
int __wrap_symlink(const char *target, const char *path);

#define KEY_A	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY_B	"/////////////////////////////////////////w4="
#define KEY_C	"SVQncyBhIHNlY3JldCB0aGF0IG5vYm9keSBrbm93czE="
#define KEY_D	"YW5vdGhlciBzZWNyZXQgdGhhdCBub2JvZHkga25vd3M="
#define GROUP	987
#define NETDEV	"/run/systemd/network/50-postern-wg0.netdev"
#define NETWORK	"/run/systemd/network/50-postern-wg0.network"
#define STORED	"/run/credstore/network.wireguard.postern-wg0."
#define CONF	"/run/postern/tunnel/wg0.conf"
#define KEYFILE	"/run/NetworkManager/system-connections/postern-wg0.nmconnection"
#define UNIT	"/run/systemd/system/postern-tunnel-wg0.service"
#define WANT	"/run/systemd/system/multi-user.target.wants/" \
		"postern-tunnel-wg0.service"

/* What the code under test has asked for. */
static struct {
	char path[128], text[2048];
	unsigned mode, group;
} writes[5];
static size_t write_count;
static char others[1024];	/* directories and removals, in order */

/* What it is to meet: the n-th write or directory fails; no such group. */
static unsigned fail_at, calls;
static bool no_group;

static void note(const char *what, const char *path)
{
	size_t n = strlen(others);

	(void)snprintf(others + n, sizeof(others) - n, "%s %s\n", what, path);
}

int __wrap_file_write(const char *path, const void *data, size_t len,
		      unsigned mode, unsigned group)
{
	if (++calls == fail_at)
		return -ENOSPC;
	if (!CHECK(write_count < ARRAY_SIZE(writes)))
		return -EIO;
	(void)snprintf(writes[write_count].path, sizeof(writes[0].path), "%s",
		       path);
	(void)snprintf(writes[write_count].text, sizeof(writes[0].text), "%.*s",
		       (int)len, (const char *)data);
	writes[write_count].mode = mode;
	writes[write_count++].group = group;
	return 0;
}

int __wrap_file_mkdirs(const char *path)
{
	note("mkdir", path);
	return ++calls == fail_at ? -EROFS : 0;
}

struct group *__wrap_getgrnam(const char *name)
{
	static struct group group = { .gr_gid = GROUP };

	CHECK_EQ_STR(name, "systemd-network");
	return no_group ? NULL : &group;
}

/* Only what was written is there. */
int __wrap_unlink(const char *path)
{
	size_t i;

	note("unlink", path);
	for (i = 0; i < write_count; i++)
		if (strcmp(writes[i].path, path) == 0)
			return 0;
	errno = ENOENT;
	return -1;
}

int __wrap_symlink(const char *target, const char *path)
{
	note("symlink", target);
	others[strlen(others) - 1] = ' ';
	(void)snprintf(others + strlen(others), sizeof(others) - strlen(others),
		       "%s\n", path);
	if (++calls != fail_at)
		return 0;
	errno = EEXIST;
	return -1;
}

/* Big, so not on the stack. */
static struct tunnel t, again;

static void load(const char *text, struct tunnel *ret)
{
	cleanup_secret struct secret s = secret_text(text);
	struct reason why = { 0 };

	if (!CHECK_EQ_INT(tunnel_parse(&s, ret, &why), 0))
		printf("#   %s\n", why.text);
}

static const char whole[] =
	"[Interface]\nPrivateKey=" KEY_C "\nAddress=10.0.0.2/24, fd00::2, "
	"10.1.1.1\nDNS=10.0.0.1, fd00::1\nMTU=1420\nListenPort=51820\n"
	"[Peer]\nPublicKey=" KEY_A "\nPresharedKey=" KEY_D "\n"
	"Endpoint=192.0.2.1:51820\nAllowedIPs=10.0.0.0/24, ::/0\n"
	"PersistentKeepalive=25\n[Peer]\nPublicKey=" KEY_B "\n";

static const char brief[] =
	"[Interface]\nPrivateKey=" KEY_C "\nAddress=10.0.0.2/24\n"
	"[Peer]\nPublicKey=" KEY_A "\n";

static bool up;
static enum tunnel_key_as key_as;

static int run(enum handover_target target, const char *text)
{
	const struct config_tunnel c = { .name = "wg0", .handover = target,
					 .up = up, .key_as = key_as };
	int r;

	write_count = calls = 0;
	others[0] = '\0';
	failure_clear();
	load(text, &t);
	r = handover_tunnel(&c, &t);
	tunnel_free(&t);
	return r;
}

static void check_write(size_t i, const char *path, unsigned mode,
			unsigned group, const char *text)
{
	if (!CHECK(i < write_count))
		return;
	CHECK_EQ_STR(writes[i].path, path);
	CHECK_EQ_INT(writes[i].mode, mode);
	CHECK_EQ_INT(writes[i].group, group);
	CHECK_EQ_STR(writes[i].text, text);
}

/* systemd.netdev(5) and systemd.network(5). */
static void test_networkd(void)
{
	CHECK_EQ_INT(run(HANDOVER_NETWORKD, whole), 0);
	CHECK_EQ_INT(failure()->code, CODE_NONE);
	CHECK_EQ_INT(write_count, 2);
	CHECK_EQ_STR(others, "mkdir /run/systemd/network\n"
		     "mkdir /run/systemd/network\n");
	check_write(0, NETDEV, 0640, GROUP,
		    "[NetDev]\nName=wg0\nKind=wireguard\nMTUBytes=1420\n"
		    "\n[WireGuard]\nRouteTable=main\nPrivateKey=" KEY_C "\n"
		    "ListenPort=51820\n\n[WireGuardPeer]\nPublicKey=" KEY_A "\n"
		    "PresharedKey=" KEY_D "\nEndpoint=192.0.2.1:51820\n"
		    "AllowedIPs=10.0.0.0/24\nAllowedIPs=::/0\n"
		    "PersistentKeepalive=25\n\n[WireGuardPeer]\n"
		    "PublicKey=" KEY_B "\n");
	/* All may read this one, so no key is in it. */
	check_write(1, NETWORK, 0644, 0,
		    "[Match]\nName=wg0\n\n[Link]\nRequiredForOnline=no\n\n"
		    "[Network]\nAddress=10.0.0.2/24\nAddress=fd00::2/128\n"
		    "Address=10.1.1.1/32\nDNS=10.0.0.1\nDNS=fd00::1\n");
	CHECK_EQ_INT(run(HANDOVER_NETWORKD, brief), 0);
	check_write(0, NETDEV, 0640, GROUP,
		    "[NetDev]\nName=wg0\nKind=wireguard\n\n[WireGuard]\n"
		    "RouteTable=main\nPrivateKey=" KEY_C "\n\n[WireGuardPeer]\n"
		    "PublicKey=" KEY_A "\n");
	check_write(1, NETWORK, 0644, 0,
		    "[Match]\nName=wg0\n\n[Link]\nRequiredForOnline=no\n\n"
		    "[Network]\nAddress=10.0.0.2/24\n");
}

/* The keys on their own, for root alone: then all may read the rest. */
static void test_credentials(void)
{
	const struct config_tunnel c = { .name = "wg0" };

	key_as = TUNNEL_KEY_CREDENTIAL;
	no_group = true;
	CHECK_EQ_INT(run(HANDOVER_NETWORKD, whole), 0);
	CHECK_EQ_INT(write_count, 4);
	check_write(0, STORED "0", 0400, 0, KEY_C);
	check_write(1, STORED "1", 0400, 0, KEY_D);
	check_write(2, NETDEV, 0644, 0,
		    "[NetDev]\nName=wg0\nKind=wireguard\nMTUBytes=1420\n"
		    "\n[WireGuard]\nRouteTable=main\n"
		    "PrivateKey=@network.wireguard.postern-wg0.0\n"
		    "ListenPort=51820\n\n[WireGuardPeer]\nPublicKey=" KEY_A "\n"
		    "PresharedKey=@network.wireguard.postern-wg0.1\n"
		    "Endpoint=192.0.2.1:51820\n"
		    "AllowedIPs=10.0.0.0/24\nAllowedIPs=::/0\n"
		    "PersistentKeepalive=25\n\n[WireGuardPeer]\n"
		    "PublicKey=" KEY_B "\n");
	CHECK_EQ_STR(writes[3].path, NETWORK);
	others[0] = '\0';
	handover_undo(&c);
	CHECK_EQ_STR(others, "unlink " STORED "0\nunlink " STORED "1\n"
		     "unlink " STORED "2\nunlink " NETDEV "\nunlink " NETWORK
		     "\n");
	for (fail_at = 2; fail_at <= 6; fail_at += 2) {
		CHECK_EQ_INT(run(HANDOVER_NETWORKD, whole), -ENOSPC);
		CHECK_EQ_INT(failure()->code, CODE_TUNNEL);
		CHECK_EQ_INT(write_count, fail_at / 2 - 1);
	}
	fail_at = 0;
	no_group = false;
	key_as = TUNNEL_KEY_FILE;
}

/* The file of wg-quick(8): what it says is what we were told. */
static void test_files(void)
{
	CHECK_EQ_INT(run(HANDOVER_FILES, whole), 0);
	CHECK_EQ_INT(failure()->code, CODE_NONE);
	CHECK_EQ_INT(write_count, 1);
	CHECK_EQ_STR(others, "mkdir /run/postern/tunnel\n");
	check_write(0, CONF, 0600, 0,
		    "[Interface]\nPrivateKey=" KEY_C "\nAddress=10.0.0.2/24\n"
		    "Address=fd00::2/128\nAddress=10.1.1.1/32\nDNS=10.0.0.1\n"
		    "DNS=fd00::1\nMTU=1420\nListenPort=51820\n"
		    "\n[Peer]\nPublicKey=" KEY_A "\nPresharedKey=" KEY_D "\n"
		    "Endpoint=192.0.2.1:51820\nAllowedIPs=10.0.0.0/24\n"
		    "AllowedIPs=::/0\nPersistentKeepalive=25\n"
		    "\n[Peer]\nPublicKey=" KEY_B "\n");
	load(writes[0].text, &again);
	CHECK_EQ_INT(again.peer_count, 2);
	CHECK_EQ_INT(again.addresses.count, 3);
	tunnel_free(&again);
	CHECK_EQ_INT(run(HANDOVER_FILES, brief), 0);
	check_write(0, CONF, 0600, 0, "[Interface]\nPrivateKey=" KEY_C "\n"
		    "Address=10.0.0.2/24\n\n[Peer]\nPublicKey=" KEY_A "\n");
}

/* nm-settings-keyfile(5). */
static void test_networkmanager(void)
{
	CHECK_EQ_INT(run(HANDOVER_NETWORKMANAGER, whole), 0);
	CHECK_EQ_INT(write_count, 1);
	check_write(0, KEYFILE, 0600, 0,
		    "[connection]\nid=postern-wg0\ntype=wireguard\n"
		    "interface-name=wg0\nautoconnect=true\n\n[wireguard]\n"
		    "private-key=" KEY_C "\nprivate-key-flags=0\n"
		    "listen-port=51820\nmtu=1420\n\n[wireguard-peer." KEY_A "]\n"
		    "endpoint=192.0.2.1:51820\npreshared-key=" KEY_D "\n"
		    "preshared-key-flags=0\npersistent-keepalive=25\n"
		    "allowed-ips=10.0.0.0/24;::/0;\n\n[wireguard-peer." KEY_B "]\n"
		    "allowed-ips=\n\n[ipv4]\naddress1=10.0.0.2/24\n"
		    "address2=10.1.1.1/32\nmethod=manual\ndns=10.0.0.1;\n\n[ipv6]\n"
		    "address1=fd00::2/128\nmethod=manual\n"
		    "addr-gen-mode=stable-privacy\ndns=fd00::1;\n");
	CHECK_EQ_INT(run(HANDOVER_NETWORKMANAGER, brief), 0);
	CHECK(strstr(writes[0].text, "[ipv6]\nmethod=disabled\n") != NULL);
}

/* The same file as for scripts, and a unit that nobody has to enable. */
static void test_quick(void)
{
	CHECK_EQ_INT(run(HANDOVER_WG_QUICK, brief), 0);
	CHECK_EQ_INT(write_count, 2);
	check_write(0, CONF, 0600, 0, "[Interface]\nPrivateKey=" KEY_C "\n"
		    "Address=10.0.0.2/24\n\n[Peer]\nPublicKey=" KEY_A "\n");
	CHECK_EQ_STR(writes[1].path, UNIT);
	CHECK_EQ_INT(writes[1].mode, 0644);
	CHECK(strstr(writes[1].text, "ExecStart=/usr/bin/wg-quick up " CONF "\n"
		     "ExecStartPost=/usr/bin/rm -f " CONF "\n") != NULL);
	CHECK(strstr(others, "symlink " UNIT " " WANT "\n") != NULL);
}

/* The kernel has the key: no file gets it. */
static void test_up(void)
{
	static const enum handover_target targets[] = {
		HANDOVER_NETWORKD, HANDOVER_NETWORKMANAGER, HANDOVER_NONE,
	};
	size_t i, k;

	up = true;
	for (i = 0; i < ARRAY_SIZE(targets); i++) {
		CHECK_EQ_INT(run(targets[i], whole), 0);
		CHECK_EQ_INT(write_count, targets[i] == HANDOVER_NETWORKD);
		for (k = 0; k < write_count; k++) {
			CHECK(!strstr(writes[k].text, KEY_C));
			CHECK(!strstr(writes[k].text, KEY_D));
		}
	}
	CHECK_EQ_INT(run(HANDOVER_NETWORKD, brief), 0);
	check_write(0, NETWORK, 0644, 0,
		    "[Match]\nName=wg0\n\n[Link]\nRequiredForOnline=no\n\n"
		    "[Network]\nKeepConfiguration=yes\nAddress=10.0.0.2/24\n");
	up = false;
}

static void test_none(void)
{
	CHECK_EQ_INT(run(HANDOVER_NONE, whole), 0);
	CHECK_EQ_INT(write_count, 0);
	CHECK_EQ_STR(others, "");
}

/* Whatever cannot be written is a failure with TUNNEL, and names itself. */
static void test_failures(void)
{
	static const struct {
		enum handover_target target;
		unsigned at;
		int r;
		const char *sentence;
	} cases[] = {
		{ HANDOVER_NETWORKD, 1, -EROFS, NETDEV },
		{ HANDOVER_NETWORKD, 2, -ENOSPC, NETDEV },
		{ HANDOVER_NETWORKD, 3, -EROFS, NETWORK },
		{ HANDOVER_NETWORKD, 4, -ENOSPC, NETWORK },
		{ HANDOVER_NETWORKMANAGER, 1, -EROFS, KEYFILE },
		{ HANDOVER_NETWORKMANAGER, 2, -ENOSPC, KEYFILE },
		{ HANDOVER_WG_QUICK, 2, -ENOSPC, CONF },
		{ HANDOVER_WG_QUICK, 4, -ENOSPC, UNIT },
		{ HANDOVER_WG_QUICK, 5, -EROFS, WANT },
		{ HANDOVER_WG_QUICK, 6, -EEXIST, WANT },
		{ HANDOVER_FILES, 1, -EROFS, CONF },
		{ HANDOVER_FILES, 2, -ENOSPC, CONF },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].sentence);
		fail_at = cases[i].at;
		CHECK_EQ_INT(run(cases[i].target, whole), cases[i].r);
		CHECK_EQ_INT(failure()->code, CODE_TUNNEL);
		CHECK(strstr(failure()->text, cases[i].sentence) != NULL);
		CHECK(!strstr(failure()->text, "SVQn"));
	}
	fail_at = 0;
	no_group = true;
	CHECK_EQ_INT(run(HANDOVER_NETWORKD, whole), -ENOENT);
	CHECK_EQ_INT(failure()->code, CODE_TUNNEL);
	CHECK_EQ_INT(write_count, 0);
	no_group = false;
}

/* More than the file's limit: refused, not cut. */
static void test_big(void)
{
	struct config_tunnel c = { .name = "wg0" };
	size_t i, k;

	load(whole, &t);
	for (i = 2; i < TUNNEL_PEERS_MAX; i++) {
		t.peers[i].public_key[0] = (uint8_t)i;
		memset(t.peers[i].endpoint, 'x', TUNNEL_ENDPOINT_MAX - 1);
		for (k = 0; k < TUNNEL_LIST_MAX; k++)
			memset(t.peers[i].allowed_ips.text[k], '1',
			       TUNNEL_ADDRESS_MAX - 1);
		t.peers[i].allowed_ips.count = TUNNEL_LIST_MAX;
	}
	t.peer_count = TUNNEL_PEERS_MAX;
	for (c.handover = HANDOVER_NETWORKD; c.handover <= HANDOVER_FILES;
	     c.handover++) {
		write_count = calls = 0;
		failure_clear();
		CHECK_EQ_INT(handover_tunnel(&c, &t), -EMSGSIZE);
		CHECK_EQ_INT(failure()->code, CODE_TUNNEL);
		CHECK_EQ_INT(write_count, 0);
	}
	tunnel_free(&t);
}

static void test_undo(void)
{
	struct config_tunnel c = { .name = "wg0",
				   .handover = HANDOVER_NETWORKD };

	write_count = 0;
	others[0] = '\0';
	handover_undo(&c);
	CHECK_EQ_STR(others, "unlink " STORED "0\nunlink " NETDEV "\nunlink "
		     NETWORK "\n");
	others[0] = '\0';
	c.handover = HANDOVER_NETWORKMANAGER;
	handover_undo(&c);
	CHECK_EQ_STR(others, "unlink " KEYFILE "\n");
	others[0] = '\0';
	c.handover = HANDOVER_WG_QUICK;
	handover_undo(&c);
	CHECK_EQ_STR(others, "unlink " CONF "\nunlink " WANT "\nunlink " UNIT
		     "\n");
	others[0] = '\0';
	c.handover = HANDOVER_NONE;
	handover_undo(&c);
	CHECK_EQ_STR(others, "");
}

static const struct test tests[] = {
	{ "networkd", test_networkd },
	{ "credentials", test_credentials },
	{ "files", test_files },
	{ "networkmanager", test_networkmanager },
	{ "wg-quick", test_quick },
	{ "up", test_up },
	{ "none", test_none },
	{ "failures", test_failures },
	{ "big", test_big },
	{ "undo", test_undo },
};

TEST_MAIN(tests)
