# SPDX-License-Identifier: GPL-2.0-or-later
#
# libs.mk - how each library is compiled; run by agent/libs/build
#
# Each library's own build system would ask hundreds of questions about a system
# that we know.  Here are the answers: lists of files, and a *_config.h for each
# library that wants one.  No configure, no cmake, no meson, the same for every
# target.
#
#	SRC	the unpacked sources, a folder for each name in sources.lock
#	HERE	this folder
#	WORK	objects
#	OUT	the sysroot: include/ and lib/ are made here
#	CC, AR, HARDEN

# Where a configuration header forgets something, it shows in one of these.
STRICT := $(addprefix -Werror=,implicit-function-declaration implicit-int int-conversion \
	incompatible-pointer-types)
CFLAGS := -std=gnu11 -Os -g1 -fPIE -ffunction-sections -fdata-sections -fno-strict-aliasing \
	-D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 $(HARDEN) $(STRICT)
# Key derivation takes the time of the whole boot: not where to save bytes.
FAST := -O2

LIBS := mbedtls curl json-c cbor devmapper uuid tss2 cryptsetup
all: $(LIBS:%=$(OUT)/lib/lib%.a)

# $(call library,name,folder in SRC,files,flags)
define library
OBJ_$(1) := $(3:%.c=$(WORK)/$(1)/%.o)
$(OUT)/lib/lib$(1).a: $$(OBJ_$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@$(AR) rcsD $$@ $$^
$(WORK)/$(1)/%.o: $(SRC)/$(2)/%.c | headers
	@mkdir -p $$(@D)
	@$(CC) $$(CFLAGS) $(4) -c -o $$@ $$<
$(WORK)/$(1)/%.o: $(HERE)/%.c | headers
	@mkdir -p $$(@D)
	@$(CC) $$(CFLAGS) $(4) -c -o $$@ $$<
endef

wild = $(patsubst $(SRC)/$(1)/%,%,$(wildcard $(2:%=$(SRC)/$(1)/%)))

# --- mbedtls: the configuration decides, files that it empties cost nothing
MBEDTLS := $(call wild,mbedtls,library/*.c) mbedtls_getrandom.c
$(eval $(call library,mbedtls,mbedtls,$(MBEDTLS),-I$(OUT)/include -I$(SRC)/mbedtls/library))
$(WORK)/mbedtls/library/sha%.o $(WORK)/mbedtls/library/aes%.o: CFLAGS += $(FAST)

# --- curl
CURL := $(call wild,curl,lib/*.c lib/curlx/*.c lib/vauth/*.c lib/vtls/*.c lib/vquic/vquic.c)
$(eval $(call library,curl,curl,$(CURL),-DHAVE_CONFIG_H -DBUILDING_LIBCURL -DCURL_STATICLIB \
	-I$(HERE) -I$(SRC)/curl/include -I$(SRC)/curl/lib -I$(OUT)/include))

# --- json-c
JSONC := arraylist.c debug.c json_c_version.c json_object.c json_object_iterator.c \
	json_tokener.c json_util.c json_visit.c libjson.c linkhash.c printbuf.c \
	random_seed.c strerror_override.c
$(eval $(call library,json-c,json-c,$(JSONC),-I$(WORK)/include/json-c -I$(OUT)/include/json-c))

# --- libcbor
CBOR := $(call wild,libcbor,src/*.c src/cbor/*.c src/cbor/internal/*.c)
$(eval $(call library,cbor,libcbor,$(CBOR),-I$(OUT)/include -I$(SRC)/libcbor/src))

# --- libdevmapper
DM := $(addprefix libdm/,datastruct/bitset.c datastruct/hash.c datastruct/list.c \
	libdm-common.c libdm-config.c libdm-deptree.c libdm-file.c libdm-report.c \
	libdm-stats.c libdm-string.c libdm-targets.c libdm-timestamp.c mm/dbg_malloc.c \
	mm/pool.c regex/matcher.c regex/parse_rx.c regex/ttree.c ioctl/libdm-iface.c)
$(eval $(call library,devmapper,lvm2,$(DM),-include $(HERE)/devmapper_config.h \
	-DDM_LIB_VERSION='"$(shell cat $(SRC)/lvm2/VERSION_DM)"' \
	-I$(SRC)/lvm2 -I$(SRC)/lvm2/libdm -I$(SRC)/lvm2/libdm/ioctl -I$(SRC)/lvm2/include))

# --- the part of libuuid that libcryptsetup calls, ours
$(eval $(call library,uuid,.,uuid.c,-I$(OUT)/include))

# --- tpm2-tss: commands and their marshalling, no transport, no crypto, no log
TSS2 := $(call wild,tpm2-tss,src/tss2-mu/*.c src/tss2-sys/*.c src/tss2-sys/api/*.c)
$(eval $(call library,tss2,tpm2-tss,$(TSS2),-DMAXLOGLEVEL=0 -I$(WORK)/include/tss2 \
	-I$(SRC)/tpm2-tss/include/tss2 -I$(SRC)/tpm2-tss/include -I$(SRC)/tpm2-tss/src \
	-I$(SRC)/tpm2-tss/src/tss2-mu -I$(SRC)/tpm2-tss/src/tss2-sys))

# --- libcryptsetup
ARGON2 := $(addprefix lib/crypto_backend/argon2/,argon2.c core.c encoding.c thread.c \
	blake2/blake2b.c $(if $(filter x86_64,$(MACHINE)),opt.c,ref.c))
CRYPTSETUP := $(call wild,cryptsetup,lib/*.c lib/integrity/*.c lib/luks1/*.c lib/luks2/*.c \
	lib/luks2/hw_opal/*.c lib/verity/*.c) \
	$(addprefix lib/crypto_backend/,argon2_generic.c base64.c cipher_check.c \
	cipher_generic.c crc32.c crypto_cipher_kernel.c crypto_mbedtls.c crypto_storage.c \
	memutils.c pbkdf_check.c utf8.c) $(ARGON2) cryptsetup_none.c
$(eval $(call library,cryptsetup,cryptsetup,$(CRYPTSETUP),-include $(HERE)/cryptsetup_config.h \
	-DCRYPTSETUP_VERSION='"$(CRYPTSETUP_VERSION)"' -I$(WORK)/include/cryptsetup \
	-I$(SRC)/cryptsetup/lib -I$(SRC)/cryptsetup/lib/crypto_backend \
	-I$(SRC)/cryptsetup/lib/crypto_backend/argon2/blake2 \
	-I$(SRC)/cryptsetup/lib/crypto_backend/argon2 -I$(OUT)/include))
$(WORK)/cryptsetup/lib/crypto_backend/argon2/%.o: CFLAGS += $(FAST)

# --- headers, of all before any is compiled: they include each other
I := $(OUT)/include
.PHONY: headers
headers: $(WORK)/headers
$(WORK)/headers:
	@mkdir -p $I/mbedtls $I/psa $I/curl $I/json-c $I/cbor/internal $I/tss2 $I/uuid \
		$(WORK)/include/json-c $(WORK)/include/tss2 $(WORK)/include/cryptsetup
	@cp $(SRC)/mbedtls/include/mbedtls/*.h $I/mbedtls/
	@cp $(SRC)/mbedtls/include/psa/*.h $I/psa/
	@cp $(HERE)/mbedtls_config.h $I/mbedtls/mbedtls_config.h
	@cp $(HERE)/mbedtls_psa_config.h $I/mbedtls/postern_psa_config.h
	@cp $(SRC)/curl/include/curl/*.h $I/curl/
	@cp $(addprefix $(SRC)/json-c/,arraylist.h debug.h json_c_version.h json_inttypes.h \
		json_object.h json_object_iterator.h json_tokener.h json_types.h json_util.h \
		json_visit.h linkhash.h printbuf.h) $I/json-c/
	@sed '/@JSON_H_JSON_P/d' $(SRC)/json-c/json.h.cmakein > $I/json-c/json.h
	@printf '#define JSON_C_HAVE_INTTYPES_H 1\n#define JSON_C_HAVE_STDINT_H 1\n' \
		> $I/json-c/json_config.h
	@cp $(HERE)/json-c_config.h $(WORK)/include/json-c/config.h
	@cp $(SRC)/libcbor/src/cbor.h $I/
	@cp $(SRC)/libcbor/src/cbor/*.h $I/cbor/
	@cp $(SRC)/libcbor/src/cbor/internal/*.h $I/cbor/internal/
	@printf '#define CBOR_EXPORT\n' > $I/cbor/cbor_export.h
	@cp $(HERE)/cbor_config.h $I/cbor/configuration.h
	@cp $(SRC)/lvm2/libdm/libdevmapper.h $I/
	@cp $(HERE)/uuid.h $I/uuid/uuid.h
	@cp $(addprefix $(SRC)/tpm2-tss/include/tss2/,tss2_common.h tss2_mu.h tss2_sys.h \
		tss2_tcti.h tss2_tpm2_types.h) $I/tss2/
	@: > $(WORK)/include/tss2/config.h
	@: > $(WORK)/include/cryptsetup/config.h
	@cp $(SRC)/cryptsetup/lib/libcryptsetup.h $I/
	@touch $@
