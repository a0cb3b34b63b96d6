# SPDX-License-Identifier: GPL-2.0
# synfin: the module and its reader. `make help` lists what there is.

KDIR ?= /lib/modules/$(shell uname -r)/build

# Where things go; a package's PREFIX is /usr, and DESTDIR the folder that it packs.
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
UDEVDIR ?= $(PREFIX)/lib/udev/rules.d
export PREFIX DESTDIR SYSCONFDIR UNITDIR UDEVDIR

# Where the running kernel's headers are not installed, take those of the kernel
# that the test VM boots.
ifeq ($(wildcard $(KDIR)/Makefile),)
KDIR := $(shell scripts/kernel kdir 2>/dev/null)
endif

all: module reader

module:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

reader:
	$(MAKE) -C tools

# What a package of the reader has, what one of the module has, and the module's
# source where DKMS looks for it. Files in /etc that are there stay as they are.
install: all install-reader install-module-files
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(if $(DESTDIR),,depmod $$($(MAKE) -s --no-print-directory -C $(KDIR) kernelrelease))

install-reader: reader
	$(MAKE) -C tools install
	$(MAKE) -C contrib install-reader

install-module-files:
	$(MAKE) -C contrib install-module

install-source:
	$(MAKE) -C contrib install-source

deb:
	scripts/deb

check-deb:
	scripts/check-deb

check-fleet:
	scripts/check-fleet

setup:
	scripts/setup

demo:
	scripts/demo

check:
	scripts/check

check-more:
	MORE=1 scripts/check

# TESTS= names some of them; DEBUG= one of the two kernels.
DEBUG = debug races
check-debug:
	@for kernel in $(DEBUG); do scripts/check --$$kernel $(TESTS) || status=1; \
	done; exit $${status:-0}

# SOAK_SECONDS= for how long, SEED= for the same again.
check-soak:
	SOAK=1 scripts/check --debug soak.sh

check-kernels:
	@scripts/kernels $(TESTS) || status=1; scripts/check-arm64 || status=1; \
	exit $${status:-0}

check-arm64:
	scripts/check-arm64

# FUZZ_SECONDS= for each target.
fuzz: reader
	$(MAKE) -s -C selftests/fuzz fuzz

coverage:
	$(MAKE) -s -C selftests/unit coverage

bench:
	scripts/bench
	scripts/bench --attack

bench-quick:
	scripts/bench --quick

clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) clean
	$(MAKE) -C tools clean
	$(MAKE) -C selftests clean

help:
	@echo 'make               synfin.ko and tools/synfin; KDIR= names another kernel'
	@echo 'make install       both, on a machine that loads modules'
	@echo 'make deb           Debian packages, in deb/; make check-deb tries them'
	@echo 'make setup         install what all the rest needs (Debian, root)'
	@echo 'make demo          real HTTP and HTTPS connections in a test VM'
	@echo 'make check         every test; make check-debug: in two debug kernels'
	@echo 'make check-kernels every selftest in 6.1, 6.12, 6.12-rt, 7.3; arm64; clang'
	@echo 'make check-arm64   cross-built, and tried in an emulated arm64 machine'
	@echo 'make check-soak    all that may go wrong at once, for twenty minutes'
	@echo 'make check-more    the same, with more paths through networks'
	@echo 'make check-fleet   Prometheus, ClickHouse and rsyslog take what hosts see'
	@echo 'make fuzz          what is read from others, under libFuzzer, a minute each'
	@echo 'make coverage      lines and branches of the pure parts that tests meet'
	@echo 'make bench         what it costs, beside others; make bench-quick: in short'

.PHONY: all module reader install install-reader install-module-files \
	install-source deb check-deb check-fleet setup demo check check-more check-debug \
	check-kernels check-arm64 check-soak fuzz coverage bench bench-quick clean help
