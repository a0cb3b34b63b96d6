#!/bin/bash
# The tracepoints, as others see them: perf counts and prints, bpftrace
# counts.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# Events of a group that are missing here are no fault of ours.
require_perf() {
	require perf
	perf stat -a -e cpu-clock true >/dev/null 2>&1 ||
		skip "perf does not work here"
}

# counted EVENT: what perf stat has written to $tmp/stat
counted() {
	awk -F, -v name="synfin:$1" '$3 == name { print $1 }' "$tmp/stat"
}

perf_counts_what_stats_count() {
	require_perf
	synfin_load
	perf stat -a -x, -o "$tmp/stat" -e 'synfin:*' \
		load -m 2 -n 20 >"$tmp/made"
	same "$(cat "$tmp/made")" 40 connections
	# What comes after load has ended, perf may not have seen.
	wait_for "quiet" is_quiet
	at_least "$(counted synfin_phase)" 240 "synfin_phase"
	same "$(counted synfin_phase)" "$(stat_of phases)" "synfin:synfin_phase"
	same "$(counted synfin_conn)" "$(stat_of conns)" "synfin:synfin_conn"
	same "$(counted synfin_conn)" 40 "synfin:synfin_conn"
}

perf_prints_words() {
	local line word

	require_perf
	synfin_load
	perf record -q -a -o "$tmp/data" -e 'synfin:*' load -n 1 -c reset \
		>/dev/null
	perf script -i "$tmp/data" >"$tmp/script" 2>/dev/null
	same "$(grep -c 'synfin:synfin_phase:' "$tmp/script")" 4 phases
	for word in 'syn .*from=client ' 'syn-ack .*from=server ' \
		'ack .*from=client ' 'rst .*from=client ' \
		'syn-ack .*flags=SYN|ACK ' \
		'syn 127.0.0.1:[0-9]* > 127.0.0.1:7000 '; do
		grep -q "synfin:synfin_phase: $word" "$tmp/script" ||
			fail "no $word: $(cat "$tmp/script")"
	done
	line=$(grep 'synfin:synfin_conn:' "$tmp/script")
	[[ $line == *" open=established close=reset by=client "* ]] ||
		fail "$line"
}

over_six() {
	require_perf
	synfin_load
	perf record -q -a -o "$tmp/data" -e synfin:synfin_conn \
		load -6 -n 1 -c reset >/dev/null
	perf script -i "$tmp/data" 2>/dev/null |
		grep -q ' \[::1\]:[0-9]* > \[::1\]:7000 ' ||
		fail "$(perf script -i "$tmp/data" 2>&1)"
}

# The kernel's own text, of the same events.
trace_pipe_agrees() {
	local dir=/sys/kernel/tracing fields

	synfin_load
	undo eval "echo 0 >$dir/events/synfin/enable"
	echo >"$dir/trace"
	echo 1 >"$dir/events/synfin/enable"
	load -n 5 -c reset >/dev/null
	wait_for "5 connections" stat_reaches conns 5
	echo 0 >"$dir/events/synfin/enable"
	same "$(grep -c ': synfin_phase: ' "$dir/trace")" 20 phases
	same "$(grep -c ': synfin_conn: ' "$dir/trace")" 5 connections
	# Numbers of a record are those of its event.
	records phase | sed -n 's/.* phase=\([a-z0-9-]*\) from=.* seq=\([0-9]*\) ack=\([0-9]*\) .*/\1 \2 \3/p' |
		sort >"$tmp/ring"
	fields='s/.*: synfin_phase: \([a-z0-9-]*\) .* seq=\([0-9]*\) ack=\([0-9]*\) .*/\1 \2 \3/p'
	sed -n "$fields" "$dir/trace" | sort >"$tmp/trace"
	diff "$tmp/ring" "$tmp/trace" || fail "ring and trace differ"
}

holds_the_module() {
	synfin_load
	undo eval 'echo 0 >/sys/kernel/tracing/events/synfin/enable'
	echo 1 >/sys/kernel/tracing/events/synfin/enable
	load -n 2 >/dev/null
	# Whoever listens does not keep the module, and loses nothing but it.
	rmmod synfin
	synfin_load
	load -n 2 >/dev/null
}

# What stands between .EX and .EE in the part of the manual about tracepoints, and what
# the README says of perf, each in a file of its own, as one types it.
manual_examples() {
	awk -v into="$tmp/example" '
		/^\.SH / { here = 0 }
		/^\.SH TRACEPOINTS/ { here = 1 }
		here && /^\.EX/ { typed = 1; n++; next }
		/^\.EE/ { typed = 0 }
		typed { gsub(/\\-/, "-"); gsub(/\\e/, "\\"); print >(into n) }' \
		"$(find_above tools/synfin.8)"
	sed -n '/^    perf /{ s/^ *//; s/  *#.*//; p }' "$(find_above README.md)" \
		>"$tmp/example-readme"
}

# for_each_example WORD: those that begin with it, each in $example; one at least
for_each_example() {
	local file nr=0

	manual_examples
	for file in "$tmp"/example*; do
		example=$(cat "$file")
		[[ $example == "$1 "* ]] || continue
		nr=$((nr + 1))
		"${1}_example"
	done
	at_least "$nr" 2 "examples of $1"
}

shows() {
	grep -q -e "$1" "$tmp/shown" ||
		fail "no $1 of $example: $(tail -n 20 "$tmp/shown")"
}

# Those that go on until a key is pressed have a command to end with instead.
perf_example() {
	case $example in
	'perf trace '*)
		bash -c "$example load -p 443 -n 2" >"$tmp/shown" 2>&1
		shows 'synfin:synfin_conn(.*server_port: 443' ;;
	*'perf script'*)
		example=${example/sleep 10/load -p 443 -n 3}
		(cd "$tmp" && bash -c "${example/%perf script/perf script -i perf.data}") \
			>"$tmp/shown" 2>&1
		shows 'synfin:synfin_conn: .* > 127.0.0.1:443 ' ;;
	*)
		fail "nothing runs $example" ;;
	esac
}

examples_of_perf() {
	require_perf
	synfin_load
	for_each_example perf
}

# Each prints what it has when it is interrupted. All are there at once: a start takes
# seconds.
bpftrace_example() {
	local shown=$tmp/bpftrace${#bpf[@]}

	env --default-signal=INT bash -c "exec ${example/"-e '"/"-e 'BEGIN { printf(\"attached\\n\"); } "}" \
		>"$shown" 2>&1 &
	bpf+=($!)
	undo stop $!
}

bpftrace_shows() {
	grep -q -e "$1" "$tmp"/bpftrace* || fail "no $1: $(tail "$tmp"/bpftrace*)"
}

all_attached() {
	(($(cat "$tmp"/bpftrace* | grep -c attached) == ${#bpf[@]}))
}

examples_of_bpftrace() {
	local bpf=() _

	require bpftrace
	[[ -e /sys/kernel/btf/vmlinux ]] || skip "no BTF"
	synfin_load
	for_each_example bpftrace
	until_true 60 all_attached ||
		skip "bpftrace does not work here: $(tail -n 1 "$tmp"/bpftrace*)"
	load -p 443 -n 2 >/dev/null
	for _ in 1 2 3; do
		(: </dev/tcp/127.0.0.1/81) 2>/dev/null || :
	done
	kill -INT "${bpf[@]}"
	wait "${bpf[@]}" || :
	same "${#bpf[@]}" 2 "examples, of which each has its line below"
	bpftrace_shows '^@us\[443\]:'
	bpftrace_shows '^@\[81\]: 3$'
}

run "perf stat counts what stats count" perf_counts_what_stats_count
run "perf script prints words" perf_prints_words
run "perf script prints IPv6" over_six
run "trace and ring say the same" trace_pipe_agrees
run "unloads while its events are traced" holds_the_module
run "the manual's examples for perf" examples_of_perf
run "the manual's examples for bpftrace" examples_of_bpftrace
finish
