#!/bin/bash
# What may go wrong around the module: memory that is short, user space that does
# what it should not, readers that die, namespaces and processors that come and go,
# clocks that are set, while traffic passes. How often each was done is printed.
# SYNFIN_FAULTS=N: N times as often.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

often=${SYNFIN_FAULTS:-1}
debug=/sys/kernel/debug

# Connections until the sub-test ends, in the background.
traffic() {
	load -p 7100 -t 3600 >/dev/null &
	undo stop $!
	wait_for "traffic" listens 7100
}

# It still does what it is there for.
works_on() {
	local before

	before=$(stat_of conns)
	load -p 7300 -n 4 >/dev/null
	wait_for "four more connections" stat_reaches conns $((before + 4))
	wait_for "no traffic" is_quiet
	books_balance
}

# What went on is over, and all of it can be had once more.
afresh() {
	undo_all
	set -e
	synfin_load
	works_on
}

# fails_on_demand: and says so only by failing
fails_on_demand() {
	local kind

	[[ -e /proc/self/fail-nth && -d $debug/failslab ]] ||
		skip "no fault injection in this kernel"
	for kind in failslab fail_page_alloc; do
		echo 0 >"$debug/$kind/verbose"
		echo N >"$debug/$kind/ignore-gfp-wait"
	done
	echo N >"$debug/fail_page_alloc/ignore-gfp-highmem"
	echo 0 >"$debug/fail_page_alloc/min-order"
}

# --- memory that is short ---

# Loading takes many an allocation of the kernel's own: of those, some.
loads_or_does_not() {
	fails_on_demand
	faults nth load $((1 + RANDOM % 41)) $((40 / often + 1))
	synfin_load
	works_on
}

# A namespace takes the module's allocations last. Of the kernel's own none fails: in
# 6.1 the way back from fib_net_init() is one that lockdep reports, and then sleeps.
namespaces_are_made_or_not() {
	local own

	fails_on_demand
	# The first time, caches grow.
	faults count >/dev/null
	own=$(faults count)
	synfin_load
	faults count >/dev/null
	note "allocations: $own without the module, $(faults count) with it"
	at_least "$(faults count)" $((own + 4)) "allocations with the module"
	faults nth netns $((own + 1)) 1
	works_on
}

readers_are_let_in_or_not() {
	fails_on_demand
	synfin_load ring_records=64
	load -n 4 >/dev/null
	faults nth ring 1 1
	faults nth proc 1 1
	works_on
}

a_connection_is_followed_or_not() {
	fails_on_demand
	synfin_load
	faults nth connect 1 1
	works_on
}

# In whatever context a flow begins. At first there is no memory at all, not even at
# load; then every second time.
flows_have_no_memory() {
	local slab=/sys/kernel/slab/synfin_flow

	fails_on_demand
	grep -q 'slub_debug=A,synfin_flow' /proc/cmdline ||
		skip "not booted with slub_debug=A,synfin_flow"
	undo eval "echo 0 >$debug/failslab/probability"
	undo eval "echo N >$debug/failslab/cache-filter"
	echo Y >"$debug/failslab/cache-filter"
	echo -1 >"$debug/failslab/times"
	echo 100 >"$debug/failslab/probability"
	synfin_load
	same "$(cat "$slab/failslab")" 1 "what fails in $slab"
	load -n $((100 * often)) >/dev/null
	wait_for "no traffic" is_quiet
	# A connection is refused it for its SYN, and for each segment after that.
	at_least "$(stat_of no_memory)" $((100 * often)) no_memory
	same "$(stat_of flows_created)" 0 flows_created
	books_balance
	echo 50 >"$debug/failslab/probability"
	load -n $((100 * often)) >/dev/null
	echo 0 >"$debug/failslab/probability"
	wait_for "no traffic" is_quiet
	note "flows refused memory: $(stat_of no_memory); not refused: $(stat_of flows_created)"
	at_least "$(stat_of flows_created)" 1 flows_created
	books_balance
	works_on
}

# --- user space ---

wrong_mappings_are_refused() {
	synfin_load ring_records=64
	load -n 4 >/dev/null
	faults maps
}

on_32_bits_too() {
	[[ -x $here/out/faults32 || -x $here/faults32 ]] ||
		skip "no compiler for 32 bits"
	synfin_load ring_records=64
	load -n 4 >/dev/null
	faults32 maps
}

readers_are_killed() {
	local i pid kills=$((20 * often))

	synfin_load ring_records=64
	traffic
	for ((i = 0; i < kills; i++)); do
		case $((i % 3)) in
		0) faults read & ;;
		1) faults hold >/dev/null & ;;
		2) "$SYNFIN" conns --follow >/dev/null 2>&1 & ;;
		esac
		pid=$!
		sleep "0.0$((RANDOM % 10))"
		kill -KILL "$pid"
		wait "$pid" 2>/dev/null || :
	done
	note "$kills readers killed"
	afresh
}

# Who maps it and never reads keeps the module, and holds up nobody.
reader_never_reads() {
	synfin_load ring_records=64
	coproc faults hold
	read -r -u "${COPROC[0]}" _
	load -n 100 >/dev/null
	refuses rmmod synfin 2>/dev/null
	works_on
	kill -KILL "$COPROC_PID"
	wait "$COPROC_PID" 2>/dev/null || :
	synfin_unload
}

# What is open when its module goes says so, and no more.
removed_while_files_are_open() {
	local name

	synfin_load
	load -n 4 >/dev/null
	for name in stats latency services flows; do
		exec 5<"/proc/net/synfin/$name"
		read -r -u 5 _ || :
		synfin_unload
		! cat <&5 >/dev/null 2>&1 || [[ ! -d /proc/net/synfin ]] ||
			fail "$name is still there"
		exec 5<&-
		synfin_load
		load -n 1 >/dev/null
	done
}

# --- what comes and goes ---

namespaces_come_and_go() {
	local made

	synfin_load max_flows=1024 ring_records=64
	traffic
	made=$(load -N -p 7400 -m 2 -n $((often > 9 ? 2 : 4)) -t $((6 * often)))
	note "connections in namespaces that came and went: $made"
	at_least "$made" 8 "connections"
	wait_for "their flows to be gone" flows_are_few
	afresh
}

flows_are_few() {
	(($(stat_of flows_total) <= $(stat_of flows_live)))
}

processors_come_and_go() {
	local cpu=/sys/devices/system/cpu/cpu1/online i

	[[ -e $cpu ]] || skip "one processor, that stays"
	undo eval "echo 1 >$cpu"
	synfin_load ring_records=64
	traffic
	faults read &
	undo stop $!
	for ((i = 0; i < 6 * often; i++)); do
		echo 0 >"$cpu"
		sleep "0.$((RANDOM % 3))"
		echo 1 >"$cpu"
		sleep "0.$((RANDOM % 3))"
	done
	note "processor taken off and on $((6 * often)) times"
	afresh
}

# Whatever may be written is written, at its limits and beyond them.
parameters_change() {
	local file value writes=0

	synfin_load
	traffic
	for ((i = 0; i < often; i++)); do
		for file in /sys/module/synfin/parameters/*; do
			for value in 0 1 2 604800 16777216 4294967295 4294967296 \
				-1 x ''; do
				echo "$value" 2>/dev/null >"$file" || :
				writes=$((writes + 1))
				[[ $(cat "$file") != 0 ||
					${file##*/} != *_timeout ]] ||
					fail "${file##*/} became 0"
			done
		done
	done
	note "$writes writes to parameters"
	afresh
}

# A duration is taken from a clock that nobody sets.
clocks_are_set() {
	local step

	synfin_load
	undo date -s "@$EPOCHSECONDS"
	traffic
	for step in '+1 hour' '-2 hours' '+10 years' '-20 years' '+1 day'; do
		date -s "$step" >/dev/null
		sleep 0.3
	done
	records conn | grep -o 'duration_ns=[0-9]*' | sort -u -t= -k2n |
		tail -n 1 >"$tmp/longest"
	at_most "$(cut -d= -f2 "$tmp/longest")" 300000000000 \
		"the longest duration"
	afresh
}

# As far as it can be tried without a machine's own sleep.
is_suspended() {
	[[ -w /sys/power/pm_test && -w /sys/power/state ]] ||
		skip "no test of suspending"
	synfin_load
	traffic
	undo eval "echo none >/sys/power/pm_test"
	echo freezer >/sys/power/pm_test
	echo 1 >/sys/module/suspend/parameters/pm_test_delay || :
	echo mem >/sys/power/state 2>/dev/null || echo freeze >/sys/power/state ||
		skip "cannot be suspended"
	note "suspended, as far as all tasks are frozen"
	works_on_under_traffic
}

works_on_under_traffic() {
	local before

	before=$(stat_of conns)
	wait_for "more connections" stat_reaches conns $((before + 4))
	sums_hold "$stats"
}

# --- packets ---

# Random and mutated ones, to the host and through it.
packets_are_thrown() {
	[[ -e /dev/net/tun ]] || modprobe tun || skip "no TUN devices"
	synfin_load max_flows=1024 ring_records=64
	undo sysctl -qw net.ipv4.ip_forward="$(sysctl -n net.ipv4.ip_forward)"
	sysctl -qw net.ipv4.ip_forward=1
	throw -s "${SEED:-$RANDOM}" -n $((4000 * often))
	wait_for "no traffic" is_quiet
	note "segments that left the fast path: $(stat_of segments)"
	at_least "$(stat_of segments)" 500 "segments"
	books_balance
	works_on
}

run "it is loaded, or is not, when memory is short" loads_or_does_not
run "a namespace is made, or is not" namespaces_are_made_or_not
run "readers are let in, or are not" readers_are_let_in_or_not
run "a connection is followed, or is not" a_connection_is_followed_or_not
run "flows that have no memory are counted" flows_have_no_memory
run "wrong mappings are refused" wrong_mappings_are_refused
run "wrong mappings are refused to 32 bits too" on_32_bits_too
run "readers are killed at any time" readers_are_killed
run "a reader that never reads holds up nobody" reader_never_reads
run "it goes while its files are open" removed_while_files_are_open
run "namespaces come and go under traffic" namespaces_come_and_go
run "processors come and go under traffic" processors_come_and_go
run "parameters are written while it runs" parameters_change
run "clocks are set under traffic" clocks_are_set
run "the machine is suspended under traffic" is_suspended
run "packets are thrown at it" packets_are_thrown
finish
