# shellcheck shell=bash
# Sourced by the tests: TAP, one sub-test a function, and what they share.
#
#	. "$(dirname "$0")/lib.sh"
#	closes_in_four() { synfin_load; ...; same "$got" four-way "closing"; }
#	run "a connection closes in four segments" closes_in_four
#	finish
#
# A sub-test runs in a shell of its own with set -eu and a folder of its own,
# $tmp. It fails if a command does, if fail() is called, or if the kernel's log
# holds a report afterwards; it is skipped if a tool that it requires is missing.
# What it undoes is on a stack: last in, first out.
#
# In: root, in a guest or a machine to spare; SYNFIN_KO and SYNFIN may name the
# module and the reader. Out: TAP on stdout; exit status 0, 1, or 4: all skipped.
set -eu -o pipefail

KSFT_SKIP=4
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1

here=$(dirname "$(readlink -f "$0")")
PATH=$here:$here/out:$PATH
stats=/proc/net/synfin/stats
tests_run=0 tests_failed=0 tests_skipped=0
undo_stack=()

# The nearest file of that name in a folder above the tests.
find_above() {
	local dir=$here

	while [[ -n $dir && ! -e $dir/$1 ]]; do
		dir=${dir%/*}
	done
	printf '%s\n' "$dir/$1"
}

: "${SYNFIN_KO:=$(find_above synfin.ko)}"
: "${SYNFIN:=$(find_above tools/synfin)}"
export SYNFIN_KO SYNFIN

# --- results ---

note() {
	printf '# %s\n' "$@"
}

fail() {
	note "$@"
	exit 1
}

skip() {
	note "skipped: $*"
	exit "$KSFT_SKIP"
}

# require TOOL...: skips unless all are there
require() {
	local tool

	for tool in "$@"; do
		command -v "$tool" >/dev/null || skip "$tool is missing"
	done
}

# same GOT WANTED WHAT
same() {
	[[ $1 == "$2" ]] || fail "$3: is ${1:-empty}, not $2"
}

# at_most GOT LIMIT WHAT
at_most() {
	(($1 <= $2)) || fail "$3: is $1, more than $2"
}

# at_least GOT LIMIT WHAT
at_least() {
	(($1 >= $2)) || fail "$3: is $1, less than $2"
}

# The command must fail; what it says goes on.
refuses() {
	if "$@"; then
		fail "should have failed: $*"
	fi
}

# --- undoing ---

# undo COMMAND [ARG...]: to be run at the end of the sub-test
undo() {
	undo_stack+=("$(printf '%q ' "$@")")
}

undo_all() {
	local i

	set +e
	for ((i = ${#undo_stack[@]} - 1; i >= 0; i--)); do
		eval "${undo_stack[i]}"
	done >/dev/null 2>&1
	undo_stack=()
}

# Ends a process that a sub-test started, and waits for it.
stop() {
	kill "$1" 2>/dev/null || return 0
	wait "$1" 2>/dev/null || :
}

# --- waiting: for a condition, never for a time ---

# pause SECONDS: without a process, which an emulated machine takes long to start
exec {nothing}<> <(:)
pause() {
	read -r -t "$1" -u "$nothing" || :
}

# until_true SECONDS COMMAND [ARG...]: polls; false if it does not come true.
# The limit only says when to give up, and an emulated machine is slow.
until_true() {
	local end=$((SECONDS + $1 * ${SYNFIN_PATIENCE:-10}))
	shift

	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		pause 0.1
	done
}

# wait_for WHAT COMMAND [ARG...]: the same, and the sub-test fails
wait_for() {
	local what=$1
	shift
	until_true 6 "$@" || fail "waited in vain: $what"
}

# stat_reaches NAME VALUE
stat_reaches() {
	(($(stat_of "$1") >= $2))
}

# stat_is NAME VALUE
stat_is() {
	(($(stat_of "$1") == $2))
}

# listens PORT [NETNS]
listens() {
	[[ -n $(ss ${2:+-N "$2"} -Hltn "sport = :$1") ]]
}

# Nothing is on its way any more: two looks with the same figures.
is_quiet() {
	local before

	before=$(cat "$stats")
	sleep 0.3
	[[ $before == "$(cat "$stats")" ]]
}

# --- the module ---

synfin_loaded() {
	[[ -d /sys/module/synfin ]]
}

# synfin_load [NAME=VALUE...]
synfin_load() {
	[[ -e $SYNFIN_KO ]] || skip "$SYNFIN_KO is missing: build the module"
	insmod "$SYNFIN_KO" "$@"
	undo synfin_unload
}

synfin_unload() {
	! synfin_loaded || rmmod synfin
}

# stat_of NAME [FILE]
stat_of() {
	local lines line

	mapfile -t lines <"${2:-$stats}"
	for line in "${lines[@]}"; do
		if [[ $line == "$1 "* ]]; then
			printf '%s\n' "${line#* }"
			return
		fi
	done
	return 1
}

# For awk: says what is not as it should be.
# shellcheck disable=SC2016 # awk expands it
equal='
	function equal(a, b, what) {
		if (a == b)
			return
		printf "# %s: %d, not %d\n", what, a, b
		bad = 1
	}'

# books_balance [FILE...]: prints what does not add up in the sums of each
# namespace's file; true if all does. To be asked when nothing moves.
books_balance() {
	sums_hold "${@:-$stats}" && totals_hold "${@:-$stats}"
}

# sums_hold FILE...: the same for what adds up at any time
sums_hold() {
	awk "$equal"'
	{ v[$1] += $2 }
	$1 == "segments" || $1 == "recorded" || $1 == "phases" ||
	$1 == "phase_records" || $1 == "conns" || $1 ~ /^(tls|ftp)_records$/ || $1 == "repeats" || $1 ~ /^(flows|open|close|drop)_/ ||
	$1 == "taken_back" || $1 == "unaccepted" || $1 ~ /^(max_flows|ring_|records)/ { next }
	{ reasons += $2 }
	END {
		equal(v["recorded"] + reasons, v["segments"],
		      "recorded + reasons = segments")
		equal(v["flows_live"] + v["flows_ended"] + v["flows_evicted"],
		      v["flows_created"],
		      "live + ended + evicted = created")
		exit bad
	}' "$@"
}

# totals_hold FILE...: for what is counted in several steps
totals_hold() {
	awk "$equal"'
	{ v[$1] += $2 }
	END {
		if ("records" in v)
			equal(v["phase_records"] + v["conns"] + v["tls_records"] + \
			      v["ftp_records"] + v["records_gone"],
			      v["records"],
			      "phase_records + conns + tls_records + ftp_records + gone = records")
		for (name in v)
			if (name ~ /^open_/)
				opened += v[name]
			else if (name ~ /^close_/)
				closed += v[name]
		equal(opened, v["conns"], "sum of openings = conns")
		equal(closed, v["conns"], "sum of closings = conns")
		exit bad
	}' "$@"
}

# The flows that are counted are those that are in the table.
table_agrees() {
	awk '{ v[$1] = $2 }
	END {
		left = v["flows_live"] - v["flows_opening"] - v["flows_open"]
		left -= v["flows_closing"] + v["flows_lingering"]
		exit left != 0
	}' "$stats"
}

# --- namespaces and devices ---

# netns NAME...: namespaces with loopback up
netns() {
	local name

	printf 'netns add %s\n' "$@" | ip -batch -
	undo netns_gone "$@"
	for name in "$@"; do
		ip -n "$name" link set lo up
	done
}

netns_gone() {
	printf 'netns del %s\n' "$@" | ip -force -batch -
}

# in_ns NAME COMMAND [ARG...]; in the background, say ip netns exec: $! is it
in_ns() {
	ip netns exec "$@"
}

# A link between two namespaces:
#
#	A [ veth  10.9.9.1/24 ] ----- [ veth  10.9.9.2/24 ] B
#	          fd09::1/64                  fd09::2/64
#
# veth_pair A B
veth_pair() {
	ip -n "$1" link add veth type veth peer name veth netns "$2"
	ip -n "$1" address add 10.9.9.1/24 dev veth
	ip -n "$2" address add 10.9.9.2/24 dev veth
	ip -n "$1" address add fd09::1/64 dev veth nodad
	ip -n "$2" address add fd09::2/64 dev veth nodad
	ip -n "$1" link set veth up
	ip -n "$2" link set veth up
}

# Whatever goes to 192.0.2.0/24 or 2001:db8::/64 leaves through a device at
# whose other end is nobody, and is never heard of again.
void_net() {
	ip link add void type dummy 2>/dev/null || skip "no dummy device"
	undo ip link del void
	ip address add 192.0.2.1/24 dev void
	ip address add 2001:db8::1/64 dev void nodad
	ip link set void up
}

# --- a router ---

# in_it NETNS NAME: a figure of its own
in_it() {
	in_ns "$1" cat "$stats" | stat_of "$2" /dev/stdin
}

is_in() {
	(($(in_it "$1" "$2") == $3))
}

#	A [ 10.9.9.1 ] --- R --- [ 10.9.8.2 ] B: a server, $server
through_router() {
	netns a r b
	ip -n a link add veth type veth peer name to-a netns r
	ip -n b link add veth type veth peer name to-b netns r
	ip -n a address add 10.9.9.1/24 dev veth
	ip -n r address add 10.9.9.9/24 dev to-a
	ip -n r address add 10.9.8.9/24 dev to-b
	ip -n b address add 10.9.8.2/24 dev veth
	ip -n a link set veth up
	ip -n b link set veth up
	ip -n r link set to-a up
	ip -n r link set to-b up
	ip -n a route add default via 10.9.9.9
	ip -n b route add default via 10.9.8.9
	in_ns r sysctl -qw net.ipv4.ip_forward=1
	serve_b
}

serve_b() {
	ip netns exec b "$here/quiet.py" serve 10.9.8.2 &
	server=$!
	undo stop "$server"
	wait_for "a server" listens 8000 b
}

# need_link TYPE [OPTION...]: skips unless such a device can be made
need_link() {
	ip link add name probe0 type "$@" 2>/dev/null || skip "no $1 device"
	ip link del probe0
}

# quiet WHAT NETNS ADDRESS [DEVICE]: a client in the background: $!
quiet() {
	ip netns exec "$2" "$here/quiet.py" "$1" "${@:3}" &
	undo stop $!
}

# --- a sub-test ---

# The kernel's log, without what is known of the kernel's own code.
kernel_log() {
	dmesg | awk -f "$here/reports.awk"
}

# Reports of the kernel since the marker of this sub-test. Most often there are none at all.
kernel_reports() {
	dmesg | grep -E -f "$here/reports.grep" >/dev/null || return 0
	kernel_log | sed -n "/$1/,\$p" | sed 1d |
		grep -E -f "$here/reports.grep" || :
}

isolated() (
	undo_stack=()
	tmp=$(mktemp -d)
	undo rm -rf "$tmp"
	trap undo_all EXIT
	# What ends a test without a word says where.
	trap 'note "${BASH_SOURCE[0]##*/}, line $LINENO: status $?: $BASH_COMMAND" >&2' ERR
	set -eE
	"$@"
)

# run NAME FUNCTION [ARG...]
run() {
	local name=$1 status marker reports
	shift

	tests_run=$((tests_run + 1))
	marker="synfin-selftest $$-$tests_run"
	printf '%s: %s\n' "$marker" "$name" >/dev/kmsg
	set +e
	isolated "$@" 2>&1
	status=$?
	set -e

	reports=$(kernel_reports "$marker")
	if [[ -n $reports ]]; then
		note "the kernel's log:"
		dmesg | awk -v from="$marker" '
			index($0, from) { on = 1 }
			on && lines++ < 80 { print "# " $0 }'
		status=1
	fi
	case $status in
	0)
		printf 'ok %d - %s\n' "$tests_run" "$name" ;;
	"$KSFT_SKIP")
		tests_skipped=$((tests_skipped + 1))
		printf 'ok %d - %s # SKIP\n' "$tests_run" "$name" ;;
	*)
		tests_failed=$((tests_failed + 1))
		printf 'not ok %d - %s\n' "$tests_run" "$name" ;;
	esac
}

finish() {
	printf '1..%d\n' "$tests_run"
	((!tests_failed)) || exit 1
	((tests_skipped < tests_run)) || exit "$KSFT_SKIP"
	exit 0
}

((!EUID)) || {
	printf '1..0 # SKIP not root\n'
	exit "$KSFT_SKIP"
}
! synfin_loaded || rmmod synfin
