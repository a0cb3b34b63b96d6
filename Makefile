# SPDX-License-Identifier: GPL-2.0
# synfin: the module and its reader. `make help` lists what there is.

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local

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

install: all
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install
	$(MAKE) -C tools install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)
	depmod -a

setup:
	scripts/setup

demo:
	scripts/demo

check:
	scripts/check

check-more:
	MORE=1 scripts/check

check-debug:
	scripts/check --debug

check-kernels:
	scripts/kernels

bench:
	scripts/bench

bench-quick:
	scripts/bench --quick

clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) clean
	$(MAKE) -C tools clean
	$(MAKE) -C selftests clean

help:
	@echo 'make               synfin.ko and tools/synfin; KDIR= names another kernel'
	@echo 'make install       both, on a machine that loads modules'
	@echo 'make setup         install what all the rest needs (Debian, root)'
	@echo 'make demo          real HTTP and HTTPS connections in a test VM'
	@echo 'make check         every test; make check-debug: in a debug kernel'
	@echo 'make check-kernels some of them in every kernel that is installed'
	@echo 'make check-more    the same, with more paths through networks'
	@echo 'make bench         what it costs, beside others; make bench-quick: in short'

.PHONY: all module reader install setup demo check check-more check-debug \
	check-kernels bench bench-quick clean help
