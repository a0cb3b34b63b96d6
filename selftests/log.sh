#!/bin/bash
# The last one: what the kernel has said since it was booted, and what the
# tests have left behind.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

log_is_silent() {
	kernel_log | grep -E -B 2 -A 40 -f "$here/reports.grep" >"$tmp/reports" ||
		return 0
	fail "$(head -n 120 "$tmp/reports" | sed 's/^/# /')"
}

# What kmemleak has found, without what is known of the kernel's own code: when memory
# is made to fail there, the name of a slab that could not be made is lost.
leaks() {
	awk '
	function flush() {
		if (!(named && slab))
			printf "%s", held
		held = ""
		named = slab = 0
	}
	/^unreferenced object/ { flush() }
	{ held = held $0 "\n" }
	/ kobject_set_name_vargs\+/ { named = 1 }
	/ sysfs_slab_add\+/ { slab = 1 }
	END { flush() }' "$1"
}

# Two scans: what is younger than five seconds, or has changed since the last
# scan, is not reported. What it has found meanwhile is in the file, too.
kmemleak_finds_nothing() {
	local file=/sys/kernel/debug/kmemleak

	[[ -e $file ]] || skip "no kmemleak in this kernel"
	echo scan >"$file"
	sleep 6
	echo scan >"$file"
	leaks "$file" >"$tmp/leaks"
	[[ ! -s $tmp/leaks ]] || fail "$(head -n 100 "$tmp/leaks")"
}

# After its first report it looks no more.
lockdep_is_awake() {
	[[ -e /proc/lockdep_stats ]] || skip "no lockdep in this kernel"
	same "$(awk '/debug_locks:/ { print $2 }' /proc/lockdep_stats)" 1 \
		debug_locks
}

nothing_is_left() {
	[[ ! -e /proc/net/synfin ]] || fail "/proc/net/synfin is there"
	same "$(ip netns list)" '' "namespaces"
}

# Races in the kernel's own code are counted, and not judged.
races_are_none_of_ours() {
	[[ -e /sys/kernel/debug/kcsan ]] || skip "no KCSAN in this kernel"
	note "races in other code: $(dmesg | grep -c 'BUG: KCSAN')"
	grep -E 'data_races|setup_watchpoints' /sys/kernel/debug/kcsan | sed 's/^/# /'
	! kernel_log | grep 'BUG: KCSAN' || fail "see above"
}

# lockdep FILE FRAME, kcsan FRAME: reports as the kernel writes them
lockdep() {
	printf '[ 1.0] %s\n' "=====" "WARNING: suspicious RCU usage" "-----" \
		"$1:1 RCU-list traversed in non-reader section!!" \
		"stack backtrace:" " <TASK>" " $2" " </TASK>"
}

kcsan() {
	printf '[ 1.0] %s\n' "=====" "BUG: KCSAN: data-race in a / b" " $1" "====="
}

# finds N WHAT: so many lines of the log on stdin are reports
finds() {
	local found

	found=$(awk -f "$here/reports.awk" | grep -c -E -f "$here/reports.grep" || :)
	same "$found" "$1" "$2"
}

only_what_is_known_is_left_out() {
	local sets=net/netfilter/nft_set_hash.c other='f+0x1/0x2 [nf_tables]'
	local own='synfin_f+0x1/0x2 [synfin]'

	{
		lockdep "$sets" "$other"
		lockdep net/netfilter/nf_tables_api.c "$other"
		kcsan "$other"
	} | finds 0 "what is known"
	{
		lockdep "$sets" "$own"
		lockdep net/ipv4/tcp.c "$other"
		kcsan "$own"
		kcsan "$other"
		lockdep "$sets" "$other"
		echo '[ 2.0] Oops: 0000'
	} | finds 4 "what is not"
}

run "only what is known is left out" only_what_is_known_is_left_out
run "nothing is left of the tests" nothing_is_left
run "lockdep is awake to the end" lockdep_is_awake
run "kmemleak finds nothing" kmemleak_finds_nothing
run "KCSAN finds no race of ours" races_are_none_of_ours
run "the kernel's log is silent" log_is_silent
finish
