# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makefile - `make help` lists the targets
#
# For packagers (all may be given on the command line or in the environment):
#	CC CFLAGS LDFLAGS	what we insist on is added to the two flags
#	ARCH			x86_64, aarch64 or s390x
#	DESTDIR PREFIX		for install
#	POSTERN_CACHE		where sources and built libraries are kept
#	SOURCE_DATE_EPOCH	the time of the sources; else that of the last commit
# For development:
#	SAN=1			the C library of this machine, ASan and UBSan
#	WERROR=1, V=1		warnings are errors; commands are shown
#
# The libraries come from agent/libs, pinned and built there once per machine;
# the first `make` does that.

VERSION ?= 0.1.0
SIZE_MAX_BYTES ?= 1363148
PREFIX ?= /usr
JOBS ?= $(shell nproc)
SOURCE_DATE_EPOCH ?= $(or $(shell git log -1 --format=%ct 2> /dev/null),$(shell \
	find agent keyproviders -name '*.[ch]' -printf '%Ts\n' | sort -n | tail -n 1))
FUZZ_SECONDS ?= 60

MACHINE := $(shell uname -m)
ARCH ?= $(MACHINE)

ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS) --no-print-directory
endif
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

# --- which compiler, which libraries, where to

ifneq ($(SAN)$(ANALYZE)$(FUZZ),)
TARGET := host
CROSS :=
O ?= build/$(if $(SAN),san,$(if $(FUZZ),fuzz,analyze))
else
TARGET := $(ARCH)
CROSS := $(if $(filter $(MACHINE),$(ARCH)),,$(ARCH)-linux-gnu-)
O ?= build$(if $(CROSS),/$(ARCH))
endif

ifeq ($(origin CC),default)
CC := $(if $(FUZZ),clang,$(CROSS)gcc)
endif
STRIP ?= $(CROSS)strip
READELF ?= $(CROSS)readelf
SYSROOT := $(shell agent/libs/build path $(TARGET))

# --- flags

cc-option = $(shell $(CC) -Werror $(1) -c -x c /dev/null -o /dev/null 2> /dev/null && echo $(1))

CFLAGS ?= $(if $(TARGET:host=),-Os,-O1) -g
override CFLAGS += -std=gnu11 -D_GNU_SOURCE -DPOSTERN_VERSION='"$(VERSION)"' \
	-iquote agent -iquote keyproviders -MMD -MP -ffile-prefix-map=$(CURDIR)=. \
	-fno-strict-aliasing -ffunction-sections -fdata-sections -fPIE \
	-fstack-protector-strong -fstack-clash-protection \
	$(call cc-option,-fcf-protection) $(call cc-option,-ftrivial-auto-var-init=zero) \
	$(call cc-option,-fstrict-flex-arrays=3) \
	-Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wcast-qual -Wconversion -Wswitch-enum \
	-Wstrict-prototypes -Wmissing-prototypes -Wundef
override LDFLAGS += -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack
LDLIBS := -L$(SYSROOT)/lib -lcryptsetup -ldevmapper -lcurl -ltss2 -lcbor -ljson-c -luuid \
	-lmbedtls -lm

ifneq ($(filter 1,$(WERROR) $(CI)),)
override CFLAGS += -Werror
endif

ifeq ($(TARGET),host)
override CFLAGS += -isystem $(SYSROOT)/include -fno-omit-frame-pointer
override LDFLAGS += -pie
else
# Musl instead of the machine's C library, and static PIE: agent/libs/build
# writes these specs.  (_FORTIFY_SOURCE would have no effect with musl.)
override CFLAGS += -specs=$(SYSROOT)/musl.specs -ffile-prefix-map=$(SYSROOT)=sysroot \
	-fno-asynchronous-unwind-tables
endif
ifdef SAN
override CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all
endif
ifdef FUZZ
override CFLAGS += -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
endif
ifdef ANALYZE
override CFLAGS += -fanalyzer -O2
endif

# --- files

SRC := $(wildcard agent/*.c keyproviders/*.c)
FAKE := $(wildcard tests/fake/*.c)
OBJ := $(SRC:%.c=$(O)/obj/%.o)
# The test flavour: the product but for one file, and the doubles it names.
TEST_OBJ := $(filter-out $(O)/obj/agent/flavour.o,$(OBJ)) $(FAKE:%.c=$(O)/obj/%.o)
CORE := $(filter-out $(O)/obj/agent/main.o,$(TEST_OBJ))

UNIT := $(wildcard tests/unit/test_*.c)
UNIT_HELP := $(filter-out $(UNIT),$(wildcard tests/unit/*.c))
TESTS := $(UNIT:%.c=$(O)/%)
PEERS := $(patsubst %.c,$(O)/%,$(wildcard tests/peer/*.c))
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
REPLAYS := $(if $(wildcard tests/fuzz/replay.c),$(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(O)/tests/fuzz/replay_%))
FUZZERS := $(FUZZ_SRC:%.c=$(O)/%)

ifeq ($(V),1)
say =
else
say = @printf '  %-5s %s\n' '$(1)' '$(2)';
endif
LINK = $(call say,LD,$@) $(CC) $(CFLAGS) $(LDFLAGS) $(1) -o $@ $(filter %.o,$^) $(LDLIBS)

# --- the program

.PHONY: all test-flavour objects
all: $(O)/postern
	@size=$$(stat -c %s $<); \
	echo "$<: $$size bytes, budget $(SIZE_MAX_BYTES)"; \
	[ -n '$(SAN)' ] || [ $$size -le $(SIZE_MAX_BYTES) ] || \
		{ echo "$< is over its budget" >&2; exit 1; }
test-flavour: $(O)/test/postern
objects: $(OBJ)

$(O)/postern.debug: $(OBJ)
$(O)/test/postern.debug: $(TEST_OBJ)
$(O)/postern.debug $(O)/test/postern.debug:
	@mkdir -p $(@D)
	$(call LINK)

# A stripped program that is not what we promise is no program.
$(O)/postern $(O)/test/postern: %: %.debug
	$(call say,STRIP,$@) $(STRIP) -R .comment -o $@ $<
	@[ $(TARGET) = host ] || READELF=$(READELF) agent/libs/inspect $@ $< || { rm -f $@; exit 1; }

$(O)/obj/%.o: %.c $(O)/flags | $(SYSROOT)/done
	@mkdir -p $(@D)
	$(call say,CC,$<) $(CC) $(CFLAGS) -c -o $@ $<

# What handles keys leaves none in a register that its caller may spill.
$(addprefix $(O)/obj/agent/,crypto%.o secret.o jwe.o luks%.o cryptsetup.o): \
	override CFLAGS += $(call cc-option,-fzero-call-used-regs=used-gpr)

# A clock before the sources' own time is certainly wrong.
$(O)/obj/agent/crypto_tls.o: override CFLAGS += -DPOSTERN_BUILD_EPOCH=$(SOURCE_DATE_EPOCH)
$(O)/obj/agent/crypto_tls.o: $(O)/epoch
$(O)/epoch: FORCE
	@mkdir -p $(@D)
	@echo $(SOURCE_DATE_EPOCH) | cmp -s - $@ || echo $(SOURCE_DATE_EPOCH) > $@

$(SYSROOT)/done:
	@agent/libs/build $(TARGET) > /dev/null

# A changed flag, compiler or library builds everything anew.
$(O)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(CC) $(CFLAGS) $(SYSROOT))' | cmp -s - $@ || \
		echo '$(subst ','\'',$(CC) $(CFLAGS) $(SYSROOT))' > $@
# Phony, since a target that is only secondary would count as up to date.
.PHONY: FORCE
FORCE:

# --- tests, one program for each file; a line of it may name linker flags:
#	/* LDFLAGS: -Wl,--wrap=malloc */

.PHONY: tests peers replays
tests: $(TESTS)
peers: $(PEERS)
replays: $(REPLAYS)

$(TESTS) $(PEERS): $(O)/%: $(O)/obj/%.o $(UNIT_HELP:%.c=$(O)/obj/%.o) $(CORE)
	@mkdir -p $(@D)
	$(call LINK,$$(sed -n 's|^/\* LDFLAGS: \(.*\) \*/$$|\1|p' $*.c))

$(REPLAYS): $(O)/tests/fuzz/replay_%: $(O)/obj/tests/fuzz/fuzz_%.o $(O)/obj/tests/fuzz/replay.o $(CORE)
	@mkdir -p $(@D)
	$(call LINK)

$(FUZZERS): $(O)/%: $(O)/obj/%.o $(CORE)
	@mkdir -p $(@D)
	$(call LINK,-fsanitize=fuzzer)

-include $(shell [ ! -d $(O)/obj ] || find $(O)/obj -name '*.d')

.PHONY: fuzz fuzzers check check-unit check-cross check-vm check-image check-packages
fuzzers: $(FUZZERS)

fuzz: setup-fuzz
	@$(MAKE) FUZZ=1 fuzzers
	@for f in $(FUZZ_SRC:tests/fuzz/fuzz_%.c=%); do \
		mkdir -p build/fuzz/corpus/$$f; \
		dict=; [ ! -e tests/fuzz/$$f.dict ] || dict="-dict=tests/fuzz/$$f.dict"; \
		echo "  FUZZ  $$f, $(FUZZ_SECONDS) s"; \
		build/fuzz/tests/fuzz/fuzz_$$f -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
			-artifact_prefix=build/fuzz/$$f- $$dict \
			build/fuzz/corpus/$$f $$(ls -d tests/fuzz/corpus/$$f 2> /dev/null) \
			> build/fuzz/$$f.log 2>&1 || \
			{ tail -n 20 build/fuzz/$$f.log; exit 1; }; \
	done

# Each does its own set-up first, and then asks make anew: the answer to "which
# compiler" may have changed.
check: setup-check
	@tests/run unit cross vm image packages
check-unit: setup-unit
	@tests/run unit
check-cross: setup-cross
	@tests/run cross
check-vm: setup-vm
	@tests/run vm
check-image: setup-image
	@tests/run image
check-packages: setup-packages-check
	@tests/run packages

# --- set-up: Debian packages by name, nothing else on the machine is changed

PKG_BUILD := gcc make binutils libc6-dev linux-libc-dev patch tar xz-utils bzip2 curl \
	ca-certificates debian-archive-keyring
PKG_REGISTRAR := python3-grpcio python3-protobuf wireguard-tools
PKG_UNIT := cpio zstd man-db python3 python3-jwcrypto python3-cryptography python3-cbor2 cryptsetup-bin \
	openssl swtpm swtpm-tools tpm2-tools $(PKG_REGISTRAR) protobuf-compiler nebula \
	wireguard-go iproute2
PKG_CROSS := gcc-aarch64-linux-gnu gcc-s390x-linux-gnu linux-libc-dev-arm64-cross \
	linux-libc-dev-s390x-cross qemu-user-static
PKG_VM := qemu-system-x86 nbdkit nbdkit-plugin-python busybox-static e2fsprogs xfsprogs \
	iproute2 kmod util-linux
PKG_IMAGE := $(PKG_VM) ovmf wireguard-go wireguard-tools zstd
PKG_PACKAGES := rpm
PKG_PACKAGES_CHECK := $(PKG_PACKAGES) lintian mmdebstrap rpmlint zstd
PKG_FUZZ := clang libclang-rt-dev
PKG_LINT := shellcheck

.PHONY: setup setup-build setup-unit setup-cross setup-vm setup-image setup-packages \
	setup-packages-check setup-check setup-demo setup-fuzz setup-lint
setup: setup-check setup-demo setup-lint
setup-build: ; @$(call install-packages,$(PKG_BUILD))
setup-unit: ; @$(call install-packages,$(PKG_BUILD) $(PKG_UNIT))
setup-cross: ; @$(call install-packages,$(PKG_BUILD) $(PKG_CROSS))
setup-vm: ; @$(call install-packages,$(PKG_BUILD) $(PKG_UNIT) $(PKG_VM))
setup-image: ; @$(call install-packages,$(PKG_BUILD) $(PKG_UNIT) $(PKG_IMAGE))
setup-packages: ; @$(call install-packages,$(PKG_BUILD) $(PKG_PACKAGES))
setup-packages-check: ; @$(call install-packages,$(PKG_BUILD) $(PKG_UNIT) $(PKG_IMAGE) \
	$(PKG_PACKAGES_CHECK))
setup-check: ; @$(call install-packages,$(PKG_BUILD) $(PKG_UNIT) $(PKG_CROSS) $(PKG_IMAGE) \
	$(PKG_PACKAGES_CHECK))
setup-demo: ; @$(call install-packages,$(PKG_BUILD) $(PKG_UNIT) $(PKG_IMAGE))
setup-fuzz: ; @$(call install-packages,$(PKG_BUILD) $(PKG_FUZZ))
setup-lint: ; @$(call install-packages,$(PKG_LINT))

define install-packages
missing=; for p in $(sort $(1)); do \
	dpkg-query -W -f '$${Status}' $$p 2> /dev/null | grep -q 'ok installed' || missing="$$missing $$p"; \
done; \
if [ -n "$$missing" ]; then \
	[ "$$(id -u)" = 0 ] || { echo "as root: apt-get install$$missing" >&2; exit 1; }; \
	echo "installing:$$missing"; \
	apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
		--no-install-recommends install $$missing > /dev/null; \
fi
endef

# --- demo, install, and the rest

.PHONY: demo reproducible install install-registrar lint analyze clean help
demo: setup-demo
	@$(MAKE) all
	@images/demo

reproducible: setup-image
	@tests/reproducible

LIBDIR := $(DESTDIR)$(PREFIX)/lib
SHARE := $(DESTDIR)$(PREFIX)/share
install: all
	install -D -m 755 $(O)/postern $(LIBDIR)/postern/postern
	mkdir -p $(DESTDIR)$(PREFIX)/bin
	ln -sf ../lib/postern/postern $(DESTDIR)$(PREFIX)/bin/postern
	install -D -m 644 agent/postern-unlock.service $(LIBDIR)/systemd/system/postern-unlock.service
	for f in $$(cd dracut-module && find . -type f); do \
		install -D -m 755 dracut-module/$$f $(LIBDIR)/dracut/modules.d/$$f || exit 1; done
	for f in $$([ ! -d initramfs-tools ] || (cd initramfs-tools && find . -type f)); do \
		install -D -m 755 initramfs-tools/$$f $(SHARE)/initramfs-tools/$$f || exit 1; done
	install -D -m 644 agent/postern.8 $(SHARE)/man/man8/postern.8
	install -D -m 644 agent/postern.completion $(SHARE)/bash-completion/completions/postern
	install -D -m 644 agent/postern.conf.5 $(SHARE)/man/man5/postern.conf.5

# For the machine of the KBS, not of a VM.
install-registrar:
	for f in $$(cd keyproviders/wg-registrar && ls *.py *.toml *.rego); do \
		install -D -m 644 keyproviders/wg-registrar/$$f $(LIBDIR)/postern/wg-registrar/$$f || exit 1; done
	install -m 755 keyproviders/wg-registrar/wg-registrar $(LIBDIR)/postern/wg-registrar/wg-registrar
	mkdir -p $(DESTDIR)$(PREFIX)/sbin
	ln -sf ../lib/postern/wg-registrar/wg-registrar $(DESTDIR)$(PREFIX)/sbin/wg-registrar
	install -D -m 644 keyproviders/wg-registrar/wg-registrar.service \
		$(LIBDIR)/systemd/system/wg-registrar.service

# Packages, for ARCH, in $(O)/packages.
PACKED := $(O)/packages
.PHONY: deb rpm packages-tree
deb rpm: packages-tree
	@SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) \
		images/packages/build $@ $(ARCH) $(VERSION) $(PACKED)/tree $(PACKED)
packages-tree: setup-packages
	@rm -rf $(PACKED)/tree
	@mkdir -p $(PACKED)
	@$(MAKE) install DESTDIR=$(PACKED)/tree PREFIX=/usr > $(PACKED)/install.log

SHELL_FILES = $(shell git ls-files -co --exclude-standard | xargs grep -lIE -m 1 '^\#!/bin/(ba|da)?sh' 2> /dev/null)
lint: setup-lint
	shellcheck -x $(SHELL_FILES)
	[ ! -x tests/lint ] || tests/lint

analyze: setup-build
	@$(MAKE) ANALYZE=1 objects

clean:
	rm -rf build

help:
	@echo 'make [all]          build/postern, stripped; checks its size and hardening'
	@echo 'make ARCH=s390x     build/s390x/postern; also aarch64'
	@echo 'make SAN=1          build/san/postern, with ASan and UBSan'
	@echo 'make test-flavour   build/test/postern, which accepts the sample TEE and plain HTTP'
	@echo 'make check          all tests; check-unit check-cross check-vm check-image'
	@echo '                    check-packages are its parts'
	@echo 'make demo           builds an image and boots it against a development KBS'
	@echo 'make reproducible   builds program and image twice, in two folders, and compares'
	@echo 'make setup          installs the Debian packages needed; the others do it by themselves'
	@echo 'make fuzz           each fuzzer for FUZZ_SECONDS (60)'
	@echo 'make analyze        gcc -fanalyzer'
	@echo 'make lint           shellcheck and our own rules'
	@echo 'make install        into DESTDIR, below PREFIX (/usr)'
	@echo 'make install-registrar  the WireGuard plug-in of the KBS (keyproviders/wg-registrar)'
	@echo 'make deb, make rpm  packages with the parts for initramfs-tools and dracut, in build/packages'
	@echo 'make clean          removes build/, not the cached libraries'
