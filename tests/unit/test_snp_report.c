/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "encode.h"
#include "snp_report.h"
#include "test.h"
#include "third_party.h"

#define TEXT_MAX	(128 * 1024)

static const uint8_t vcek_guid[SNP_GUID_LEN] = {
	0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64,
	0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd,
};
static const uint8_t ark_guid[SNP_GUID_LEN] = {
	0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52,
	0x97, 0x43, 0x3f, 0xb6, 0x01, 0x4c, 0xd0, 0xae,
};

/* A report that has nothing but what is needed. */
static void make_report(uint8_t *p, unsigned version, unsigned family)
{
	memset(p, 0, SNP_REPORT_LEN);
	p[0] = (uint8_t)version;
	p[0x0a] = 3;			/* policy 0x30000 */
	p[0x34] = 1;
	if (version >= 3) {
		p[0x188] = (uint8_t)family;
		p[0x189] = 2;
	}
	memset(p + 0x1a0, 0x77, family == 0x1a ? 8 : 64);
	p[0x2a0] = 0xaa;
}

static const char *report_text(const uint8_t *raw, struct buf *b)
{
	struct reason why = { .text = "" };
	struct snp_report s;

	if (!CHECK(snp_report_parse(raw, SNP_REPORT_LEN, &s, &why) == 0)) {
		printf("#   %s\n", why.text);
		return "";
	}
	buf_reset(b);
	snp_report_json(&s, b);
	return buf_cstr(b) ?: "";
}

#define HAS(text, part) \
	test_check(strstr((text), (part)), __FILE__, __LINE__, (part))

static void test_versions(void)
{
	cleanup_buf struct buf b = BUF(TEXT_MAX);
	uint8_t raw[SNP_REPORT_LEN];
	const char *text;
	unsigned v;

	for (v = 2; v <= 5; v++) {
		make_report(raw, v, 0x19);
		if (v == 5) {
			memset(raw + 0x1f8, 0xff, 8);
			raw[0x200] = 9;
		}
		text = report_text(raw, &b);
		HAS(text, "\"policy\":196608,");
		HAS(text, v == 2 ? "\"cpuid_fam_id\":null,\"cpuid_mod_id\":null,"
				   "\"cpuid_step\":null," :
				   "\"cpuid_fam_id\":25,\"cpuid_mod_id\":2,"
				   "\"cpuid_step\":0,");
		HAS(text, v < 5 ? "\"launch_mit_vector\":null,"
				  "\"current_mit_vector\":null," :
				  "\"launch_mit_vector\":18446744073709551615,"
				  "\"current_mit_vector\":9,");
	}
}

static void test_tcb(void)
{
	static const struct {
		unsigned version, family;
		uint8_t tcb[8];
		const char *text;
	} cases[] = {
		{ 3, 0x19, { 1, 2, 0, 0, 0, 0, 7, 8 },
		  "\"reported_tcb\":{\"fmc\":null,\"bootloader\":1,\"tee\":2,"
		  "\"snp\":7,\"microcode\":8}," },
		{ 3, 0x1a, { 1, 2, 3, 4, 0, 0, 0, 8 },
		  "\"reported_tcb\":{\"fmc\":1,\"bootloader\":2,\"tee\":3,"
		  "\"snp\":4,\"microcode\":8}," },
		{ 2, 0x19, { 1, 2, 0, 0, 0, 0, 7, 8 }, "\"fmc\":null," },
		{ 2, 0x1a, { 1, 2, 3, 4, 0, 0, 0, 8 }, "\"fmc\":1," },
	};
	cleanup_buf struct buf b = BUF(TEXT_MAX);
	uint8_t raw[SNP_REPORT_LEN];
	struct snp_report s;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		make_report(raw, cases[i].version, cases[i].family);
		memcpy(raw + 0x180, cases[i].tcb, 8);
		HAS(report_text(raw, &b), cases[i].text);
		/* Each byte that the form leaves out. */
		for (k = 0; k < 8; k++) {
			if (cases[i].tcb[k])
				continue;
			raw[0x180 + k] = 1;
			CHECK_EQ_INT(snp_report_parse(raw, sizeof(raw), &s,
						      NULL), -EBADMSG);
			raw[0x180 + k] = 0;
		}
	}
}

static void test_firmware(void)
{
	cleanup_buf struct buf b = BUF(TEXT_MAX);
	uint8_t raw[SNP_REPORT_LEN];
	const char *text;

	make_report(raw, 3, 0x19);
	memcpy(raw + 0x1e8, "\x04\x34\x01\0\x05\x35\x02", 7);
	text = report_text(raw, &b);
	HAS(text, "\"current\":{\"major\":1,\"minor\":52,\"build\":4}");
	HAS(text, "\"committed\":{\"major\":2,\"minor\":53,\"build\":5}");
}

static void test_bad(void)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t value;
		const char *says;
	} cases[] = {
		{ "version 1", 0, 1, "version 1" },
		{ "version 6", 0, 6, "version 6" },
		{ "CPU", 0x188, 0x17, "family 0x17" },
		{ "reserved", 0x04c, 1, "not known" },
		{ "reserved", 0x18b, 1, "not known" },
		{ "reserved", 0x19f, 1, "not known" },
		{ "reserved", 0x1eb, 1, "not known" },
		{ "reserved", 0x1ef, 1, "not known" },
		{ "mitigations before version 5", 0x1f8, 1, "not known" },
		{ "mitigations before version 5", 0x207, 1, "not known" },
		{ "reserved", 0x29f, 1, "not known" },
		{ "signature", 0x2a0, 0, "not signed" },
		{ "behind the signature", 0x49f, 1, NULL },
	};
	uint8_t raw[SNP_REPORT_LEN];
	struct snp_report s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct reason why = { .text = "" };

		CASE(cases[i].name);
		make_report(raw, 3, 0x19);
		raw[cases[i].at] = cases[i].value;
		CHECK_EQ_INT(snp_report_parse(raw, sizeof(raw), &s, &why),
			     cases[i].says ? -EBADMSG : 0);
		CHECK(!cases[i].says || strstr(why.text, cases[i].says));
	}
	make_report(raw, 3, 0x19);
	CHECK_EQ_INT(snp_report_parse(raw, sizeof(raw) - 1, &s, NULL), -EBADMSG);
	CHECK_EQ_INT(snp_report_parse(raw, 0, &s, NULL), -EBADMSG);
	CHECK_EQ_INT(snp_report_parse(raw, sizeof(raw), &s, NULL), 0);
	CHECK(!snp_debug(&s));
	raw[0x0a] |= 8;
	CHECK_EQ_INT(snp_report_parse(raw, sizeof(raw), &s, NULL), 0);
	CHECK(snp_debug(&s));
}

/* A table entry for LEN bytes at OFFSET. */
static void put_entry(struct buf *b, const uint8_t *guid, size_t offset,
		      size_t len)
{
	buf_add(b, guid, SNP_GUID_LEN);
	buf_u32le(b, (uint32_t)offset);
	buf_u32le(b, (uint32_t)len);
}

static void put_end(struct buf *b)
{
	static const uint8_t zero[24];

	buf_add(b, zero, sizeof(zero));
}

/* DER as far as we look: 300 bytes in a SEQUENCE. */
static void put_der(struct buf *b)
{
	unsigned i;

	buf_u32be(b, 0x30820000 + 300);
	for (i = 0; i < 300; i++)
		buf_u8(b, (uint8_t)i);
}

static const char *certs_text(const struct buf *table, struct buf *b)
{
	struct snp_certs c;

	if (!CHECK(snp_certs_parse(table->data, table->len, &c, NULL) == 0))
		return "";
	buf_reset(b);
	snp_certs_json(&c, b);
	return buf_cstr(b) ?: "";
}

/* Nothing, zeros, no leaf: all are null. */
static void test_no_certs(void)
{
	cleanup_buf struct buf table = BUF(TEXT_MAX), b = BUF(TEXT_MAX);

	CHECK_EQ_STR(certs_text(&table, &b), "null");
	put_end(&table);
	CHECK_EQ_STR(certs_text(&table, &b), "null");
	put_end(&table);
	CHECK_EQ_STR(certs_text(&table, &b), "null");
	buf_reset(&table);
	put_entry(&table, ark_guid, 48, 304);
	put_end(&table);
	put_der(&table);
	CHECK_EQ_STR(certs_text(&table, &b), "null");
	buf_reset(&table);
	put_entry(&table, vcek_guid, 48, 10);
	put_end(&table);
	buf_str(&table, "no such thing");
	CHECK_EQ_STR(certs_text(&table, &b), "null");
}

/* DER, DER with padding and PEM are the same certificate. */
static void test_certs(void)
{
	cleanup_buf struct buf der = BUF(1024), want = BUF(TEXT_MAX);
	unsigned form;

	put_der(&der);
	for (form = 0; form < 3; form++) {
		cleanup_buf struct buf table = BUF(TEXT_MAX), b = BUF(TEXT_MAX);
		cleanup_buf struct buf cert = BUF(TEXT_MAX);

		if (form == 2) {
			buf_str(&cert, "subject\n-----BEGIN CERTIFICATE-----\r\n");
			buf_b64(&cert, der.data, 150, B64_STD);
			buf_str(&cert, "\n");
			buf_b64(&cert, der.data + 150, der.len - 150, B64_STD);
			buf_str(&cert, "\n-----END CERTIFICATE-----\n");
		} else {
			buf_add(&cert, der.data, der.len);
		}
		if (form == 1)
			buf_str(&cert, "padding");
		put_entry(&table, vcek_guid, 72, cert.len);
		put_entry(&table, ark_guid, 72, der.len);
		put_end(&table);
		buf_add(&table, cert.data, cert.len);
		if (form == 2) {
			HAS(certs_text(&table, &b), "VCEK");
			CHECK(!strstr(certs_text(&table, &b), "ARK"));
			continue;
		}
		certs_text(&table, &b);
		HAS(buf_cstr(&b), "[{\"cert_type\":\"VCEK\",\"data\":[48,130,1,44,"
				  "0,1,2,");
		HAS(buf_cstr(&b), "42,43]},{\"cert_type\":\"ARK\",");
		if (form == 0)
			buf_add(&want, b.data, b.len);
		CHECK_EQ_INT(b.len, want.len);
		CHECK_EQ_MEM(b.data, want.data, MIN(b.len, want.len));
	}
}

static void test_bad_table(void)
{
	cleanup_buf struct buf table = BUF(TEXT_MAX);
	struct snp_certs c;
	unsigned i;

	put_entry(&table, vcek_guid, 24, 10);
	CHECK_EQ_INT(snp_certs_parse(table.data, table.len, &c, NULL), -EBADMSG);
	put_end(&table);
	CHECK_EQ_INT(snp_certs_parse(table.data, table.len, &c, NULL), 0);
	CHECK_EQ_INT(c.count, 1);
	CHECK_EQ_STR(snp_cert_name(&c.certs[0]), "VCEK");
	CHECK_EQ_INT(snp_certs_parse(table.data, 47, &c, NULL), -EBADMSG);
	table.data[20] = 25;
	CHECK_EQ_INT(snp_certs_parse(table.data, table.len, &c, NULL), -EBADMSG);
	table.data[20] = 1;
	table.data[16] = 48;
	CHECK_EQ_INT(snp_certs_parse(table.data, table.len, &c, NULL), -EBADMSG);
	memset(table.data + 16, 0xff, 8);
	CHECK_EQ_INT(snp_certs_parse(table.data, table.len, &c, NULL), -EBADMSG);
	buf_reset(&table);
	for (i = 0; i <= SNP_CERTS_MAX; i++)
		put_entry(&table, vcek_guid, 0, 1);
	put_end(&table);
	CHECK_EQ_INT(snp_certs_parse(table.data, table.len, &c, NULL), -EBADMSG);
}

/* Report and certificate to the very evidence that a real guest has sent. */
static void test_real(void)
{
	static const struct {
		const char *report, *vcek, *evidence;
	} cases[] = {
		{ "snp/genoa-v3-report.bin", "snp/genoa-v3-vcek.der",
		  "snp/genoa-v3-evidence.json" },
		{ "snp/test-report.bin", "snp/test-vcek.der",
		  "snp/test-report-evidence.json" },
	};
	size_t i;

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_buf struct buf raw = BUF(4096), der = BUF(4096);
		cleanup_buf struct buf table = BUF(TEXT_MAX), text = BUF(TEXT_MAX);
		cleanup_vector struct vector v = VECTOR;
		cleanup_json struct json j = { 0 };
		struct snp_report s;
		struct snp_certs c;

		CASE(cases[i].report);
		REQUIRE(third_party_read(cases[i].report, &raw));
		REQUIRE(third_party_read(cases[i].vcek, &der));
		REQUIRE(third_party_load(&v, cases[i].evidence));
		put_entry(&table, vcek_guid, 48, der.len);
		put_end(&table);
		buf_add(&table, der.data, der.len);
		REQUIRE(snp_report_parse(raw.data, raw.len, &s, NULL) == 0);
		REQUIRE(snp_certs_parse(table.data, table.len, &c, NULL) == 0);
		buf_str(&text, "{\"attestation_report\":");
		snp_report_json(&s, &text);
		buf_str(&text, ",\"cert_chain\":");
		snp_certs_json(&c, &text);
		buf_str(&text, "}");
		REQUIRE(buf_cstr(&text));
		REQUIRE(json_parse(&j, buf_cstr(&text), text.len,
				   CODE_INTERNAL, NULL) == 0);
		CHECK(vector_same(&j, json_root(&j), &v.json,
				  json_root(&v.json)));
	}
}

/* A report of another collection, in hex. */
static void test_milan(void)
{
	cleanup_buf struct buf hex = BUF(4096), b = BUF(TEXT_MAX);
	uint8_t raw[SNP_REPORT_LEN];

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	REQUIRE(third_party_read("snp/virtee-report_milan.hex", &hex));
	REQUIRE(hex.len >= 2 * sizeof(raw));
	REQUIRE(hex_decode((const char *)hex.data, 2 * sizeof(raw), raw,
			   sizeof(raw)) == 0);
	HAS(report_text(raw, &b), "\"version\":2,");
}

static const struct test tests[] = {
	{ "versions", test_versions },
	{ "TCB versions", test_tcb },
	{ "firmware versions", test_firmware },
	{ "one field changed", test_bad },
	{ "no certificates", test_no_certs },
	{ "certificates", test_certs },
	{ "bad tables", test_bad_table },
	{ "evidence of real guests", test_real },
	{ "a real report of version 2", test_milan },
};
TEST_MAIN(tests)
