#!/bin/bash
# The books balance: whatever the module counts adds up, also when the ring
# overflows and the table is full.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

check_books() {
	wait_for "quiet" is_quiet
	books_balance || fail "the books do not balance: $(cat "$stats")"
	# A wait may be over between one figure and the other.
	wait_for "the table to hold what is counted" table_agrees
}

nothing_yet() {
	synfin_load
	check_books
	same "$(stat_of segments)" 0 segments
}

# each_closer CLOSER CLOSING
each_closer() {
	synfin_load
	same "$(load -n 20 -c "$1")" 20 "connections made"
	wait_for "20 connections" stat_reaches conns 20
	check_books
	same "$(stat_of flows_created)" 20 flows_created
	same "$(stat_of open_established)" 20 open_established
	# What both ends say first is looked at, and makes no phase.
	same $(($(stat_of recorded) + $(stat_of not_awaited))) "$(stat_of segments)" recorded
}

by_client() {
	each_closer client
	same "$(stat_of close_reset)" 0 close_reset
}

by_server() {
	each_closer server
	same "$(stat_of close_reset)" 0 close_reset
}

by_reset() {
	each_closer reset
	same "$(stat_of close_reset)" 20 close_reset
	same "$(stat_of phases)" 80 phases
}

over_six() {
	synfin_load
	same "$(load -6 -n 20)" 20 "connections made"
	wait_for "20 connections" stat_reaches conns 20
	check_books
	same "$(stat_of open_established)" 20 open_established
}

# As fast as two processors can, into rings that are far too small; meanwhile
# everything that can be read is read, and adds up each time.
# under_load PARAMETER...
under_load() {
	local made pid

	synfin_load ring_records=16 "$@"
	load -m 4 -t "${SYNFIN_LOAD_SECONDS:-8}" -b 200 >"$tmp/made" &
	pid=$!
	undo stop "$pid"
	while kill -0 "$pid" 2>/dev/null; do
		cat "$stats" >"$tmp/now"
		sums_hold "$tmp/now" || fail "under load: $(cat "$tmp/now")"
		cat /proc/net/synfin/{flows,latency,services} >/dev/null
		records >/dev/null
	done
	wait "$pid"
	made=$(cat "$tmp/made")
	note "$made connections"
	at_least "$made" 1 "connections made"
	check_books
}

ring_overflows() {
	local made

	under_load max_flows=262144 linger_timeout=604800
	made=$(cat "$tmp/made")
	same "$(stat_of flows_created)" "$made" flows_created
	same "$(stat_of conns)" "$made" conns
	same "$(stat_of open_established)" "$made" open_established
	same "$(stat_of flows_evicted)" 0 flows_evicted
	records | tail -n 1 >"$tmp/ring"
	grep -q "^ring written=$(stat_of records) " "$tmp/ring" ||
		fail "the ring's heads: $(cat "$tmp/ring")"
	at_least "$(stat_of records)" "$((made * 3))" records
}

# A flow that has ended lingers, and must make room.
table_is_full() {
	local made

	under_load max_flows=1024 linger_timeout=604800
	made=$(cat "$tmp/made")
	at_most "$(stat_of flows_total)" 1024 flows_total
	note "created $(stat_of flows_created)," \
		"evicted $(stat_of flows_evicted)," \
		"table_full $(stat_of table_full)"
	at_most "$(stat_of open_established)" "$made" open_established
}

# SYNs that nobody answers, more than the share for the unproved.
embryonic_are_bounded() {
	void_net
	synfin_load max_flows=1024
	flood.py 192.0.2.9 1500
	wait_for "1500 SYNs" stat_reaches segments 1500
	check_books
	# Two processors may each have found room for the last one.
	at_most "$(stat_of flows_embryonic)" 257 flows_embryonic
	at_least "$(stat_of flows_evicted)" 1 flows_evicted
	note "created $(stat_of flows_created)," \
		"evicted $(stat_of flows_evicted)"
}

files_agree() {
	local conns

	require python3
	synfin_load linger_timeout=3600
	load -n 30 >/dev/null
	wait_for "30 connections" stat_reaches conns 30
	check_books
	conns=$(awk 'NR == 1 { for (i = 2; i <= NF; i++)
			opened[i] = $i ~ /^open_/ }
		NR > 1 { for (i = 2; i <= NF; i++)
			if (opened[i]) n += $i }
		END { print n + 0 }' /proc/net/synfin/services)
	same "$conns" 30 "connections in services"
	conns=$(awk '$1 == "duration" { n += $4 } END { print n + 0 }' \
		/proc/net/synfin/latency)
	same "$conns" 30 "durations in latency"
	same "$(stat_of flows_lingering)" 30 flows_lingering
	same "$(wc -l </proc/net/synfin/flows)" 0 "lines of flows"
	python3 "$here/talk.py" hold 127.0.0.1 &
	undo stop $!
	wait_for "a live one" stat_reaches flows_open 1
	same "$(wc -l </proc/net/synfin/flows)" 1 "lines of flows"
}

lingering_out() {
	synfin_load linger_timeout=1
	load -n 20 >/dev/null
	wait_for "all flows gone" stat_is flows_live 0
	check_books
	same "$(stat_of flows_ended)" 20 flows_ended
}

run "nothing seen, nothing counted" nothing_yet
run "the client closes" by_client
run "the server closes" by_server
run "a reset closes" by_reset
run "over IPv6" over_six
run "stats, services, latency and flows agree" files_agree
run "flows that lingered out have ended" lingering_out
run "two CPUs as fast as they can, rings overflow" ring_overflows
run "the same with a table of 1024" table_is_full
run "SYNs that nobody answers take a share, no more" embryonic_are_bounded
finish
