#!/bin/bash
# The reader, live: what it shows, what it lost, how it ends and what it says
# when something is wrong.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

synfin() {
	"$SYNFIN" "$@"
}

# with_reader [PARAMETER...]: the module is loaded, and the reader there
with_reader() {
	[[ -x $SYNFIN ]] || skip "$SYNFIN is missing: build the reader"
	synfin_load "$@"
}

# some COUNT: so many connections, all written down
some() {
	local before

	before=$(stat_of conns)
	load -n "$1" -c "${2:-reset}" >/dev/null
	wait_for "$1 connections" stat_reaches conns "$((before + $1))"
}

lines() {
	wc -l <"$1"
}

# follow FILE ARG...: a reader in the background that writes there; once it has
# the ring open, it is at work. Its process is $reader.
follow() {
	local file=$1
	shift

	# A shell has its background jobs ignore SIGINT, and so they would.
	env --default-signal=INT "$SYNFIN" "$@" >"$file" 2>"$file.err" &
	reader=$!
	undo stop "$reader"
	wait_for "the reader" has_open_ring "$reader"
}

has_open_ring() {
	[[ -n $(find "/proc/$1/fd" -lname '*/synfin/ring') ]]
}

shows_the_past() {
	with_reader
	some 5
	synfin conns --no-follow >"$tmp/out"
	same "$(grep -c '127.0.0.1.*reset client' "$tmp/out")" 5 "lines"
	synfin phases --no-follow >"$tmp/out"
	same "$(grep -c ' rst ' "$tmp/out")" 5 "lines of rst"
	same "$(grep -c ' syn-ack ' "$tmp/out")" 5 "lines of syn-ack"
}

draws_ladders() {
	local word

	with_reader
	some 1 client
	synfin ladder --no-follow --ascii >"$tmp/out"
	for word in 'SYN  *seq=x' 'SYN-ACK  *seq=y ack=x+1' 'ACK  *ack=y+1' FIN \
		SYN_SENT ESTABLISHED FIN_WAIT_1 LAST_ACK TIME_WAIT; do
		grep -q "$word" "$tmp/out" || fail "no $word: $(cat "$tmp/out")"
	done
	! LC_ALL=C grep -q '[^ -~]' "$tmp/out" || fail "not ASCII"
	synfin ladder --no-follow --absolute --ascii >"$tmp/out"
	grep -q "seq=$(records phase | sed -n 's/.*phase=syn .*seq=\([0-9]*\) .*/\1/p')" \
		"$tmp/out" || fail "no absolute number: $(cat "$tmp/out")"
}

json_keeps_its_contract() {
	with_reader unanswered_timeout=1
	void_net
	some 4
	some 3 client
	load -6 -n 2 >/dev/null
	flood.py 192.0.2.9 2
	wait_for "11 connections" stat_reaches conns 11
	synfin conns --json --no-follow >"$tmp/conns" 2>/dev/null
	synfin phases --json --no-follow >"$tmp/phases" 2>/dev/null
	same "$(lines "$tmp/conns")" 11 "lines of conns"
	same "$(lines "$tmp/phases")" "$(stat_of phases)" "lines of phases"
	records >"$tmp/records"
	python3 "$here/reader_check.py" "$tmp/conns" "$tmp/phases" "$tmp/records"
}

shows_live_flows() {
	local state

	with_reader
	python3 "$here/talk.py" half 127.0.0.1 &
	undo stop $!
	wait_for "a half-closed connection" stat_reaches flows_closing 1
	# The ACK of the FIN may still be on its way.
	wait_for "the ACK" stat_reaches phases 5
	synfin flows --json >"$tmp/out"
	same "$(lines "$tmp/out")" 1 lines
	state=$(python3 -c 'import json, sys
flow = json.load(sys.stdin)
print(flow["server_port"], flow["open"], flow["closed_by"])' <"$tmp/out")
	same "$state" "8000 established client" "the flow"
	same "$(synfin flows | grep -c 127.0.0.1)" 1 "lines of the table"
}

stats_say_what_proc_says() {
	with_reader linger_timeout=3600
	some 6
	wait_for "quiet" is_quiet
	synfin stats --json >"$tmp/out"
	python3 - "$tmp/out" <<-'END'
		import json, sys
		with open(sys.argv[1]) as file:
		    got = json.load(file)
		with open("/proc/net/synfin/stats") as file:
		    want = {k: int(v) for k, v in map(str.split, file)}
		wrong = [k for k in want if got.get(k) != want[k]]
		sys.exit(f"# differ: {wrong}" if wrong else 0)
	END
	synfin stats | grep -q 'established 6' || fail "$(synfin stats)"
	same "$(synfin stats --explain | grep -c bad_checksum)" 1 "explained"
}

two_readers_get_everything() {
	local one

	with_reader
	follow "$tmp/a" conns --json -n 40
	one=$reader
	follow "$tmp/b" conns --json -n 40
	some 40
	wait "$one" "$reader"
	same "$(lines "$tmp/a")" 40 "lines of the first"
	sort "$tmp/a" >"$tmp/a.sorted"
	sort "$tmp/b" >"$tmp/b.sorted"
	cmp "$tmp/a.sorted" "$tmp/b.sorted"
	same "$(sort -u "$tmp/a" | wc -l)" 40 "different lines"
}

# What it says it lost, and what it has, is what was written.
stopped_reader_says_what_it_lost() {
	local lost read

	with_reader ring_records=64
	follow "$tmp/out" record -o "$tmp/rec"
	kill -STOP "$reader"
	some 200
	kill -CONT "$reader"
	some 2
	wait_for "it to catch up" caught_up
	kill -TERM "$reader"
	wait "$reader"
	lost=$(sed -n 's/.*; \([0-9,]*\) records\? lost.*/\1/p' "$tmp/out.err")
	read=$(sed -n 's/^\([0-9,]*\) records\?, .*/\1/p' "$tmp/out.err")
	lost=${lost//,/}
	read=${read//,/}
	note "$(cat "$tmp/out.err")"
	# Two CPUs, three rings.
	at_least "$lost" "$((200 * 3 - 2 * (64 + 16 + 16)))" "lost"
	same "$((read + lost))" "$(stat_of records)" "read and lost together"
}

# The last connection of all has been shown.
caught_up() {
	local last

	last=$(records conn | sed -n 's/.* client_port=\([0-9]*\) .*/\1/p' | tail -n 1)
	"$SYNFIN" conns -r "$tmp/rec" --json 2>/dev/null |
		grep -q "\"client_port\":$last,"
}

trace_is_the_same_as_the_ring() {
	with_reader
	"$SYNFIN" conns --source trace --json -n 12 >"$tmp/trace" 2>"$tmp/err" &
	reader=$!
	undo stop "$reader"
	wait_for "the trace" trace_is_on
	some 12
	wait "$reader"
	synfin conns --json --no-follow >"$tmp/ring" 2>/dev/null
	sort "$tmp/trace" >"$tmp/trace.sorted"
	sort "$tmp/ring" >"$tmp/ring.sorted"
	cmp "$tmp/ring.sorted" "$tmp/trace.sorted" ||
		fail "$(diff "$tmp/ring.sorted" "$tmp/trace.sorted" | head -n 4)"
}

trace_is_on() {
	grep -q '^1' /sys/kernel/tracing/instances/*/events/synfin/enable
}

recording_is_the_same_as_the_ring() {
	with_reader
	some 7
	synfin record -o "$tmp/recording" --no-follow 2>/dev/null
	synfin conns -r "$tmp/recording" --json >"$tmp/a" 2>/dev/null
	synfin conns --no-follow --json >"$tmp/b" 2>/dev/null
	same "$(lines "$tmp/a")" 7 lines
	cmp "$tmp/a" "$tmp/b"
}

count_ends_it() {
	with_reader
	some 5
	same "$(synfin conns --json -n 3 2>/dev/null | wc -l)" 3 "lines of conns"
	same "$(synfin phases --json -n 4 2>/dev/null | wc -l)" 4 \
		"lines of phases"
	follow "$tmp/out" conns --json -n 8
	some 3
	wait "$reader"
	same "$(lines "$tmp/out")" 8 "lines, three of them later"
}

duration_ends_it() {
	with_reader
	some 2
	synfin conns --json -d 0.5 >"$tmp/out" 2>/dev/null
	same "$(lines "$tmp/out")" 2 lines
}

signal_ends_it() {
	local signal

	with_reader
	some 2
	for signal in INT TERM; do
		follow "$tmp/$signal" conns
		wait_for "two lines" grep -q -c 'reset client' "$tmp/$signal"
		kill "-$signal" "$reader"
		wait "$reader" || fail "$signal: exit status $?"
		grep -q '2 connections.*0 records lost' "$tmp/$signal.err" ||
			fail "$(cat "$tmp/$signal.err")"
	done
}

closed_pipe_ends_it() {
	local status

	with_reader
	some 20
	set +o pipefail
	{
		synfin phases --json --no-follow 2>"$tmp/err" && status=0 ||
			status=$?
		printf '%s\n' "$status" >"$tmp/status"
	} | head -n 1 >"$tmp/out"
	set -o pipefail
	same "$(lines "$tmp/out")" 1 lines
	! grep -qi 'broken pipe' "$tmp/err" || fail "$(cat "$tmp/err")"
	[[ $(cat "$tmp/status") =~ ^(0|141)$ ]] ||
		fail "exit status $(cat "$tmp/status")"
}

# complains STATUS TEXT ARG...: one line on stderr, nothing on stdout
complains() {
	local status=0 wanted=$1 text=$2
	shift 2

	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	same "$status" "$wanted" "exit status of $*"
	[[ ! -s $tmp/out ]] || fail "$*: $(cat "$tmp/out")"
	grep -q -e "$text" "$tmp/err" || fail "$*: $(cat "$tmp/err")"
	((wanted == 2)) || same "$(lines "$tmp/err")" 1 "lines on stderr"
}

without_the_module() {
	local command

	with_reader
	synfin_unload
	for command in conns phases ladder; do
		complains 1 '/proc/net/synfin/ring: no such file: .*modprobe synfin' \
			"$SYNFIN" "$command"
	done
	complains 1 '/proc/net/synfin/flows: no such file: .*modprobe' \
		"$SYNFIN" flows
	complains 1 '/proc/net/synfin/stats: no such file: .*modprobe' \
		"$SYNFIN" stats
	complains 1 'synfin' "$SYNFIN" conns --source trace
}

without_rights() {
	require setpriv
	with_reader
	chmod 755 "$tmp"
	cp "$SYNFIN" "$tmp/synfin"
	complains 1 '/proc/net/synfin/ring: permission denied' setpriv \
		--reuid 65534 --regid 65534 --clear-groups "$tmp/synfin" conns
	complains 1 '/proc/net/synfin/flows: permission denied' setpriv \
		--reuid 65534 --regid 65534 --clear-groups "$tmp/synfin" flows
	setpriv --reuid 65534 --regid 65534 --clear-groups "$tmp/synfin" stats \
		>"$tmp/out"
}

# ring_file BYTE VALUE: pages that begin as the ring does, but for this byte
ring_file() {
	python3 -c 'import sys
with open("/proc/net/synfin/ring", "rb") as file:
    page = bytearray(file.read(128))
page[int(sys.argv[1])] = int(sys.argv[2])
sys.stdout.buffer.write(page.ljust(4096 * 5, b"\0"))' "$1" "$2" >"$tmp/ring"
}

of_another_version() {
	with_reader
	# The version follows eight bytes of magic.
	ring_file 8 9
	complains 1 'version 9' "$SYNFIN" conns --ring-file "$tmp/ring"
	ring_file 0 65
	complains 1 'ring' "$SYNFIN" conns --ring-file "$tmp/ring"
	: >"$tmp/ring"
	complains 1 'ring' "$SYNFIN" conns --ring-file "$tmp/ring"
}

wrong_usage() {
	with_reader
	complains 2 'no such command' "$SYNFIN" nonsense
	complains 2 '--help' "$SYNFIN" conns --bogus
	complains 2 '-n' "$SYNFIN" conns -n 0
	complains 2 '-n' "$SYNFIN" conns -n many
	complains 2 '-d' "$SYNFIN" conns -d -1
	complains 2 'source' "$SYNFIN" conns --source nowhere
	complains 2 'host' "$SYNFIN" conns --host somewhere
	complains 2 'port' "$SYNFIN" conns --port 70000
	complains 2 '-o' "$SYNFIN" record
}

run "shows what happened before it was started" shows_the_past
run "draws ladders" draws_ladders
run "JSON keeps its contract, and says what the ring says" json_keeps_its_contract
run "shows live connections" shows_live_flows
run "stats say what /proc says" stats_say_what_proc_says
run "two readers at once both get everything" two_readers_get_everything
run "a stopped reader says exactly what it lost" stopped_reader_says_what_it_lost
run "the tracepoints give the same connections as the ring" \
	trace_is_the_same_as_the_ring
run "a recording gives the same connections as the ring" \
	recording_is_the_same_as_the_ring
run "ends after so many" count_ends_it
run "ends after so long" duration_ends_it
run "ends at a signal, with a summary" signal_ends_it
run "ends quietly when its pipe is closed" closed_pipe_ends_it
run "says what to do without the module" without_the_module
run "says what is wrong without rights" without_rights
run "says what is wrong with a ring of another version" of_another_version
run "wrong usage ends with 2" wrong_usage
finish
