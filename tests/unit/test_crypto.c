/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=getrandom */
#include "buf.h"
#include "crypto.h"
#include "encode.h"
#include "test.h"
#include "vector.h"

ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags);
ssize_t __real_getrandom(void *out, size_t len, unsigned flags);

/* FIPS 180-4 and, for SM3, GB/T 32905: the examples "abc" and "". */
static void test_hash(void)
{
	static const struct {
		const char *name, *abc, *empty;
		size_t len;
	} want[HASH_COUNT] = {
		[HASH_SHA1] = { "sha1",
			"a9993e364706816aba3e25717850c26c9cd0d89d",
			"da39a3ee5e6b4b0d3255bfef95601890afd80709", 20 },
		[HASH_SHA256] = { "sha256",
			"ba7816bf8f01cfea414140de5dae2223"
			"b00361a396177a9cb410ff61f20015ad",
			"e3b0c44298fc1c149afbf4c8996fb924"
			"27ae41e4649b934ca495991b7852b855", 32 },
		[HASH_SHA384] = { "sha384",
			"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
			"1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
			"38b060a751ac96384cd9327eb1b1e36a21fdb71114be0743"
			"4c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b", 48 },
		[HASH_SHA512] = { "sha512",
			"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea2"
			"0a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
			"454d4423643ce80e2a9ac94fa54ca49f",
			"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc"
			"83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f"
			"63b931bd47417a81a538327af927da3e", 64 },
		[HASH_SM3] = { "sm3",
			"66c7f0f462eeedd9d1f2d46bdc10e4e2"
			"4167c4875cf2f7a2297da02b8f4ba8e0",
			"1ab21d8355cfa17f8e61194831e81a8f"
			"22bec8c728fefb747ed035eb5082aa2b", 32 },
	};
	struct digest d;
	enum hash alg;

	for (alg = 0; alg < HASH_COUNT; alg++) {
		CASE(want[alg].name);
		CHECK_EQ_STR(hash_name(alg), want[alg].name);
		CHECK_EQ_INT(hash_len(alg), want[alg].len);
		REQUIRE(hash(alg, "abc", 3, &d) == 0);
		CHECK(d.alg == alg);
		CHECK(equals_hex(d.bytes, hash_len(alg), want[alg].abc));
		REQUIRE(hash(alg, NULL, 0, &d) == 0);
		CHECK(equals_hex(d.bytes, hash_len(alg), want[alg].empty));
	}
}

#define SYSTEMD_KEY \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" \
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define SYSTEMD_TEXT	"cryptsetup:root:1e023a55-60f9-4b6b-9b80-67438dc5f065"
#define AA_131 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaa"

/* RFC 4231 4.2, 4.3, 4.5, 4.7, 4.8; and what systemd makes of a volume key. */
static const struct {
	const char *name;
	enum hash alg;
	const char *key, *text, *mac;
} macs[] = {
	{ "case 1", HASH_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	  "Hi There",
	  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "case 1", HASH_SHA384, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	  "Hi There",
	  "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
	  "faea9ea9076ede7f4af152e8b2fa9cb6" },
	{ "case 1", HASH_SHA512, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	  "Hi There",
	  "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
	  "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
	{ "case 2", HASH_SHA256, "4a656665", "what do ya want for nothing?",
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ "case 2", HASH_SHA512, "4a656665", "what do ya want for nothing?",
	  "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	  "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
	{ "case 4", HASH_SHA256,
	  "0102030405060708090a0b0c0d0e0f10111213141516171819",
	  "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd"
	  "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd"
	  "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd",
	  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
	{ "case 6", HASH_SHA256, AA_131,
	  "Test Using Larger Than Block-Size Key - Hash Key First",
	  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ "case 6", HASH_SHA384, AA_131,
	  "Test Using Larger Than Block-Size Key - Hash Key First",
	  "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
	  "0c2ef6ab4030fe8296248df163f44952" },
	{ "case 7", HASH_SHA512, AA_131,
	  "This is a test using a larger than block-size key and a larger than "
	  "block-size data. The key needs to be hashed before being used by the "
	  "HMAC algorithm.",
	  "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944"
	  "b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58" },
	{ "systemd", HASH_SHA1, SYSTEMD_KEY, SYSTEMD_TEXT,
	  "e55661abb8a393e2e42722dce7b68fbd6f7946c2" },
	{ "systemd", HASH_SHA256, SYSTEMD_KEY, SYSTEMD_TEXT,
	  "06038603e8caa59de98c6cb760023bcda67996a531ac1b3c3b963b56b5ff0d04" },
	{ "systemd", HASH_SHA384, SYSTEMD_KEY, SYSTEMD_TEXT,
	  "62f4a045977635daccdc467ba195929b4786f01587cf98b08349fb3927919961"
	  "0664dcb73a48bf634bdf4b2a8c8227f9" },
};

static void test_hmac(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(macs); i++) {
		cleanup_secret struct secret key = secret_hex(macs[i].key);
		const char *text = macs[i].text;
		struct digest d;

		CASE(macs[i].name);
		REQUIRE(hmac(macs[i].alg, &key, text, strlen(text), &d) == 0);
		CHECK(d.alg == macs[i].alg);
		CHECK(equals_hex(d.bytes, hash_len(d.alg), macs[i].mac));
	}
}

/* PCR 15 of sha256 after systemd's event: the extend is ours to predict. */
static void test_extend(void)
{
	uint8_t both[64] = { 0 };
	struct digest d;

	REQUIRE(hex_decode(macs[10].mac, 64, both + 32, 32) == 0);
	REQUIRE(hash(HASH_SHA256, both, sizeof(both), &d) == 0);
	CHECK(equals_hex(d.bytes, 32, "c3d3f9d80961cf367534f68699c7d60c"
			 "0372cd3442cdcb19b056106efed3ebc4"));
}

/* RFC 5869 A.2 and A.3; A.1 has a NUL in its salt, which is text for us. */
static void test_hkdf(void)
{
	cleanup_secret struct secret out = { 0 }, again = { 0 }, key = secret_hex(
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
		"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
		"404142434445464748494a4b4c4d4e4f");
	cleanup_secret struct secret short_key =
		secret_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
	char salt[81] = "", info[81] = "";
	size_t i;

	for (i = 0; i < 80; i++) {
		salt[i] = (char)(0x60 + i);
		info[i] = (char)(0xb0 + i);
	}
	REQUIRE(hkdf(&key, salt, info, 82, &out) == 0);
	CHECK_EQ_INT(out.len, 82);
	CHECK(equals_hex(out.data, out.len,
			 "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c"
			 "19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8"
			 "367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"));
	secret_free(&out);
	REQUIRE(hkdf(&short_key, "", "", 42, &out) == 0);
	CHECK(equals_hex(out.data, out.len,
			 "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f"
			 "3c738d2d9d201395faa4b61a96c8"));
	/* 255 blocks are all there is (RFC 5869 2.3). */
	REQUIRE(hkdf(&short_key, "", "", 255 * 32, &again) == 0);
	secret_free(&again);
	CHECK_EQ_INT(hkdf(&short_key, "", "", 255 * 32 + 1, &again), -EIO);
	CHECK(!again.data);
}

/* McGrew and Viega, The Galois/Counter Mode of Operation, test case 16. */
#define GCM_KEY \
	"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define GCM_LEN	60

struct gcm {
	uint8_t key[32], iv[12], aad[20], text[GCM_LEN], tag[16];
};

static struct gcm gcm_case(void)
{
	static const char hex[] = GCM_KEY "cafebabefacedbaddecaf888"
		"feedfacedeadbeeffeedfacedeadbeefabaddad2"
		"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
		"8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
		"76fc6ece0f4e1768cddf8853bb2d551b";
	struct gcm g;

	if (hex_decode(hex, sizeof(hex) - 1, (uint8_t *)&g, sizeof(g)) < 0)
		abort();
	return g;
}

static int gcm_open(const struct gcm *g, struct secret *ret)
{
	cleanup_secret struct secret key = { 0 };

	if (secret_copy(&key, g->key, sizeof(g->key)) < 0)
		abort();
	return aes_gcm_open(&key, g->iv, g->aad, sizeof(g->aad), g->text,
			    sizeof(g->text), g->tag, ret);
}

static void test_gcm(void)
{
	cleanup_secret struct secret out = { 0 }, key = secret_hex(GCM_KEY);
	struct gcm g = gcm_case();
	size_t i;

	REQUIRE(gcm_open(&g, &out) == 0);
	CHECK(equals_hex(out.data, out.len,
			 "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d"
			 "8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
			 "ba637b39"));
	secret_free(&out);
	/* One bit of any of the five inputs. */
	for (i = 0; i < sizeof(g); i++) {
		g = gcm_case();
		((uint8_t *)&g)[i] ^= (uint8_t)(1 << i % 8);
		CHECK_EQ_INT(gcm_open(&g, &out), -EBADMSG);
		CHECK(!out.data);
	}
	g = gcm_case();
	CHECK_EQ_INT(aes_gcm_open(&key, g.iv, g.aad, sizeof(g.aad), g.text,
				  GCM_LEN - 1, g.tag, &out), -EBADMSG);
	CHECK_EQ_INT(aes_gcm_open(&key, g.iv, g.aad, sizeof(g.aad) - 1, g.text,
				  GCM_LEN, g.tag, &out), -EBADMSG);
	CHECK_EQ_INT(aes_gcm_open(&key, g.iv, g.aad, sizeof(g.aad), g.text, 0,
				  g.tag, &out), -EINVAL);
	secret_shrink(&key, 16);
	CHECK_EQ_INT(aes_gcm_open(&key, g.iv, g.aad, sizeof(g.aad), g.text,
				  GCM_LEN, g.tag, &out), -EINVAL);
	CHECK(!out.data);
}

/* RFC 7748 6.1, and the first iteration of 5.2, whose scalar needs clamping. */
static void test_x25519(void)
{
	static const char *const pairs[][2] = {
		{ "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
		  "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a" },
		{ "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
		  "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f" },
		{ "0900000000000000000000000000000000000000000000000000000000000000",
		  "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079" },
	};
	cleanup_secret struct secret brief = { 0 };
	uint8_t out[32] = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		cleanup_secret struct secret k = secret_hex(pairs[i][0]);

		CASE(pairs[i][0]);
		REQUIRE(x25519_public(&k, out) == 0);
		CHECK(equals_hex(out, sizeof(out), pairs[i][1]));
		/* The caller's key is not clamped in place. */
		CHECK(equals_hex(k.data, k.len, pairs[i][0]));
	}
	brief = secret_hex(pairs[0][0]);
	secret_shrink(&brief, 31);
	CHECK_EQ_INT(x25519_public(&brief, out), -EINVAL);
}

/*
 * Moduli 81 5a 5a ... of lengths around those where a length in DER gets a byte
 * more; what Python's cryptography says, shortened to a digest.
 */
static void test_spki(void)
{
	static const struct {
		size_t n, der;
		const char *sha256;	/* its first 8 bytes */
	} large[] = {
		{ 112, 143, "38f93e1768422ebb" }, { 113, 144, "2976c5074a3ba39f" },
		{ 116, 147, "a0d84b3a3cbce141" }, { 117, 149, "87f60569b03c08fa" },
		{ 118, 150, "9a48e4c44eca65f3" },
		{ 119, 151, "7097abcd0f80fb45" }, { 120, 153, "8579ccc6374f45b4" },
		{ 122, 155, "06685e4230063e0b" }, { 123, 156, "b1956040e18ea6f8" },
		{ 241, 276, "e7b4eccd53a6b419" }, { 243, 279, "4b69dd7b0337bea5" },
		{ 246, 282, "600e97bc8a2e72e0" }, { 247, 284, "2bcb7314f823fd0c" },
		{ 250, 287, "5408cdda7f58e2dc" }, { 512, 550, "4b6523004db36d12" },
		{ 1024, 1062, "b2cd77b0e04ff080" },
	};
	cleanup_buf struct buf b = BUF(2048);
	uint8_t n[1025];
	struct digest d;
	size_t i;

	memset(n, 0x5a, sizeof(n));
	n[0] = 0x81;
	for (i = 0; i < ARRAY_SIZE(large); i++) {
		CASE(large[i].sha256);
		buf_reset(&b);
		REQUIRE(rsa_spki(n, large[i].n, 65537, &b) == 0);
		CHECK_EQ_INT(b.len, large[i].der);
		REQUIRE(hash(HASH_SHA256, b.data, b.len, &d) == 0);
		CHECK(equals_hex(d.bytes, 8, large[i].sha256));
	}
	/* Leading zeros do not count, a top bit gets one. */
	buf_reset(&b);
	REQUIRE(rsa_spki((const uint8_t *)"\0\0\x7f", 3, 3, &b) == 0);
	CHECK(equals_hex(b.data, b.len, "301a300d06092a864886f70d01010105000309"
			 "00300602017f020103"));
	buf_reset(&b);
	REQUIRE(rsa_spki((const uint8_t *)"\x80", 1, 65537, &b) == 0);
	CHECK(equals_hex(b.data, b.len, "301d300d06092a864886f70d0101010500030c"
			 "003009020200800203010001"));
	CHECK_EQ_INT(rsa_spki(n, 0, 65537, &b), -EINVAL);
	CHECK_EQ_INT(rsa_spki(n, 1025, 65537, &b), -EINVAL);
}

/* How getrandom(2) behaves, one character for each call; then it is itself. */
static const char *calls = "";

ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags)
{
	char c = *calls;

	CHECK_EQ_INT(flags, 0);
	if (c)
		calls++;
	if (c == 'i' || c == 'e') {
		errno = c == 'i' ? EINTR : ENOSYS;
		return -1;
	}
	if (c == '0')
		return 0;
	if (c >= '1' && c <= '9' && len > (size_t)(c - '0'))
		len = (size_t)(c - '0');
	return __real_getrandom(out, len, flags);
}

static void test_random(void)
{
	uint8_t a[64] = { 0 }, b[64] = { 0 };

	REQUIRE(random_bytes(a, sizeof(a)) == 0);
	REQUIRE(random_bytes(b, sizeof(b)) == 0);
	CHECK(memcmp(a, b, sizeof(a)) != 0);
	CHECK(memcmp(a, a + 32, 32) != 0);
	CHECK_EQ_INT(random_bytes(a, 0), 0);
}

/* It may give less than was asked for, and be interrupted. */
static void test_random_parts(void)
{
	static const uint8_t zeros[8];
	uint8_t a[66] = { 0 };
	size_t i;

	errno = EINTR;
	calls = "5i3ii9";
	REQUIRE(random_bytes(a, 64) == 0);
	CHECK_EQ_STR(calls, "");
	for (i = 0; i + 8 <= 64; i += 8)
		CHECK(memcmp(a + i, zeros, 8) != 0);
	CHECK(a[64] == 0 && a[65] == 0);
	calls = "5e";
	CHECK_EQ_INT(random_bytes(a, 64), -ENOSYS);
	/* An end of the random bytes is an error too. */
	errno = 0;
	calls = "0";
	CHECK_EQ_INT(random_bytes(a, 64), -EIO);
	calls = "";
}

static const struct test tests[] = {
	{ "hash", test_hash },
	{ "hmac", test_hmac },
	{ "extend", test_extend },
	{ "hkdf", test_hkdf },
	{ "aes-gcm", test_gcm },
	{ "x25519", test_x25519 },
	{ "rsa spki", test_spki },
	{ "random", test_random },
	{ "random in parts", test_random_parts },
};

TEST_MAIN(tests)
