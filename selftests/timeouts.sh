#!/bin/bash
# What ends without any segment: the tracker gives up after the time that a
# parameter says, and lets go after another.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# peer WHAT: peer.py in the background; its stdin is descriptor 9. Returns when
# it has stopped in the middle.
peer() {
	require python3
	[[ -e /dev/net/tun ]] || modprobe tun || skip "no TUN devices"
	mkfifo "$tmp/in"
	python3 "$here/peer.py" "$1" <"$tmp/in" >"$tmp/peer" 2>&1 &
	undo stop $!
	exec 9>"$tmp/in"
	wait_for "peer.py $1" grep -q "done" "$tmp/peer"
}

# ended FIELD=VALUE...: the one connection has; and it waited so long: $waited
ended() {
	local line field

	wait_for "the tracker to give up" stat_reaches conns 1
	records >"$tmp/records"
	same "$(grep -c '^conn' "$tmp/records")" 1 connections
	line=$(grep '^conn' "$tmp/records")
	for field in "$@"; do
		[[ " $line " == *" $field "* ]] || fail "no $field: $line"
	done
	books_balance
}

# waited SECONDS WHOM: the timeout came last, so long after the phase before it,
# and no later than the worker looks
waited() {
	local line since

	line=$(grep '^phase' "$tmp/records" | tail -n 1)
	[[ $line == *" phase=timeout from=$2 "* ]] || fail "last: $line"
	since=${line##*since_ns=}
	since=${since%% *}
	note "after $((since / 1000000)) ms"
	at_least "$since" "$(($1 * 1000000000))" "since_ns of the timeout"
}

unanswered() {
	void_net
	synfin_load unanswered_timeout=1
	flood.py 192.0.2.9 1
	ended open=unanswered close=none by=nobody syn_count=1 syn_ack_count=0
	waited 1 server
}

# For what waits already, too.
changed_while_loaded() {
	local file=/sys/module/synfin/parameters/unanswered_timeout

	void_net
	synfin_load unanswered_timeout=3600
	flood.py 192.0.2.9 1
	wait_for "a SYN" stat_reaches flows_opening 1
	refuses sh -c "echo 0 >$file" 2>/dev/null
	refuses sh -c "echo 604801 >$file" 2>/dev/null
	refuses sh -c "echo soon >$file" 2>/dev/null
	same "$(cat "$file")" 3600 unanswered_timeout
	echo 1 >"$file"
	same "$(cat "$file")" 1 unanswered_timeout
	ended open=unanswered close=none by=nobody syn_count=1 syn_ack_count=0
	dmesg | tail -n 20 | grep -q "unanswered_timeout=0: must be from 1 to 604800" ||
		fail "no message"
}

unacknowledged() {
	local old

	old=$(sysctl -n net.ipv4.tcp_synack_retries)
	undo sysctl -q "net.ipv4.tcp_synack_retries=$old"
	sysctl -q net.ipv4.tcp_synack_retries=1
	synfin_load unacknowledged_timeout=3
	peer syn
	ended open=unacknowledged close=none by=nobody syn_count=1 syn_ack_count=2
	waited 3 client
}

# Both with a router in between; on its hosts they stay. The one that goes on is asked
# for last.
forwarded_open() {
	synfin_load open_timeout=3
	through_router
	quiet chat a 10.9.8.2
	wait_for "an open connection" is_in r flows_open 1
	quiet idle a 10.9.8.2
	wait_for "the idle one to be given up" is_in r conns 1
	same "$(in_it r close_open)" 1 close_open
	same "$(in_it r open_established)" 1 open_established
	same "$(in_it r flows_open)" 1 "flows_open on the router"
	same "$(in_it a flows_open)" 2 "flows_open on the client's host"
	same "$(in_it b flows_open)" 2 "flows_open on the server's host"
}

forwarded_half_closed() {
	synfin_load half_closed_timeout=2
	through_router
	quiet half a 10.9.8.2
	wait_for "it to be given up" is_in r close_half_closed 1
	same "$(in_it a flows_closing)" 1 "flows_closing on the client's host"
	same "$(in_it b flows_closing)" 1 "flows_closing on the server's host"
}

# Its host cannot reach the other end, its byte is not acknowledged.
local_open() {
	synfin_load
	netns a b
	veth_pair a b
	ip netns exec b "$here/quiet.py" serve 10.9.9.2 &
	undo stop $!
	wait_for "a server" listens 8000 b
	quiet idle a 10.9.9.2
	client=$!
	wait_for "an open connection" is_in a flows_open 1
	# Meanwhile its socket has been found.
	sleep 6
	same "$(in_it a flows_open)" 1 flows_open
	ip -n b link set veth down
	kill -USR1 "$client"
	wait_for "the connection to end with its socket" is_in a flows_live 0
	same "$(in_it a close_open)" 1 close_open
	same "$(in_it a open_established)" 1 open_established
	same "$(in_it a flows_ended)" 1 flows_ended
	same "$(in_it b flows_open)" 1 "flows_open at the other end"
}

# Sockets that are bound to a device, or to a VRF, live no shorter: none of these is
# taken for one that is forwarded.
bound_open() {
	need_link vrf table 10
	synfin_load open_timeout=1
	netns a b
	veth_pair a b
	ip -n a link add red type vrf table 10
	ip -n a link set red up
	ip netns exec b "$here/quiet.py" serve 10.9.9.2 &
	undo stop $!
	wait_for "a server" listens 8000 b
	quiet idle a 10.9.9.2 veth
	wait_for "an open connection" is_in a flows_open 1
	ip -n a link set veth master red
	wait_for "a way" ip netns exec a ping -I red -qc 1 10.9.9.2
	quiet idle a 10.9.9.2 red
	wait_for "another one" is_in a flows_open 2
	# They have been asked for, and what is forwarded would be over.
	sleep 8
	same "$(in_it a flows_open)" 2 flows_open
	same "$(in_it a conns)" 0 conns
}

# A half close lasts as long as it lasts, and ends with the socket of who goes on.
local_half_closed() {
	local server

	synfin_load half_closed_timeout=1
	netns a b
	veth_pair a b
	ip netns exec b "$here/quiet.py" serve 10.9.9.2 &
	server=$!
	undo stop "$server"
	wait_for "a server" listens 8000 b
	quiet half a 10.9.9.2
	wait_for "a half-closed connection" is_in b flows_closing 1
	sleep 6
	same "$(in_it b flows_closing)" 1 flows_closing
	ip -n a link set veth down
	kill -USR1 "$server"
	wait_for "the connection to end with its socket" is_in b flows_live 0
	same "$(in_it b close_half_closed)" 1 close_half_closed
	same "$(in_it b flows_ended)" 1 flows_ended
}

# The host gives up soon: what it sent later would be of no connection any more, and
# be seen by the tests that follow.
last_ack_missing() {
	local old

	old=$(sysctl -n net.ipv4.tcp_orphan_retries)
	undo sysctl -q "net.ipv4.tcp_orphan_retries=$old"
	sysctl -q net.ipv4.tcp_orphan_retries=2
	synfin_load closing_timeout=2
	peer fin
	# Its FIN was sent again, some times, and nobody acknowledged it.
	ended open=established by=client rst_count=0
	waited 2 client
}

open_for_ever() {
	synfin_load unanswered_timeout=1 unacknowledged_timeout=1 \
		open_timeout=1 half_closed_timeout=1 closing_timeout=1 \
		linger_timeout=1
	python3 "$here/talk.py" hold 127.0.0.1 &
	undo stop $!
	wait_for "an open connection" stat_reaches flows_open 1
	# Another, later, has come, gone, and lingered out.
	load -n 1 >/dev/null
	wait_for "the other one to go" stat_is flows_ended 1
	same "$(stat_of flows_open)" 1 flows_open
	same "$(stat_of conns)" 1 conns
}

lingers_then_goes() {
	synfin_load linger_timeout=2
	load -n 3 -c reset >/dev/null
	wait_for "3 connections" stat_reaches conns 3
	same "$(stat_of flows_created)" 3 flows_created
	wait_for "all flows gone" stat_is flows_live 0
	same "$(stat_of flows_ended)" 3 flows_ended
	same "$(stat_of conns)" 3 "conns, counted once each"
	same "$(stat_of phases)" 12 "phases, no timeout among them"
}

late_segment_finds_it() {
	synfin_load linger_timeout=3600
	peer rst
	wait_for "the end" stat_reaches conns 1
	echo again >&9
	wait_for "a late RST" stat_reaches segments 5
	same "$(stat_of flows_created)" 1 flows_created
	same "$(stat_of conns)" 1 conns
	ended open=established close=reset by=client
}

late_segment_finds_nothing() {
	synfin_load linger_timeout=1
	peer rst
	wait_for "the flow to go" stat_is flows_ended 1
	echo again >&9
	wait_for "a RST of nobody" stat_reaches no_flow 1
	same "$(stat_of flows_created)" 1 flows_created
	ended open=established close=reset by=client
}

# Its ACK comes in the end: too late to be established. The host disowns it by a
# RST, of which nobody knows the connection any more.
late_ack() {
	local old

	old=$(sysctl -n net.ipv4.tcp_synack_retries)
	undo sysctl -q "net.ipv4.tcp_synack_retries=$old"
	sysctl -q net.ipv4.tcp_synack_retries=1
	synfin_load unacknowledged_timeout=2 linger_timeout=3600
	peer late
	wait_for "the tracker to give up" stat_reaches open_unacknowledged 1
	echo ack >&9
	wait_for "its ACK" grep -q sent "$tmp/peer"
	wait_for "quiet" is_quiet
	same "$(stat_of open_unacknowledged)" 1 open_unacknowledged
	same "$(stat_of open_established)" 0 open_established
	books_balance
}

run "a SYN that nobody answers" unanswered
run "a SYN-ACK that nobody acknowledges, sent twice" unacknowledged
run "a timeout is changed while loaded" changed_while_loaded
run "forwarded, one FIN and then nothing" forwarded_half_closed
run "forwarded, open and then nothing" forwarded_open
run "open, and its socket dies without a segment" local_open
run "open, and its socket is bound" bound_open
run "half closed for as long as its socket lives" local_half_closed
run "two FINs, and no last ACK" last_ack_missing
run "an open connection stays as long as its sockets" open_for_ever
run "what has ended lingers, then goes" lingers_then_goes
run "a late RST finds the connection that lingers" late_segment_finds_it
run "a later RST finds nothing, and begins nothing" late_segment_finds_nothing
run "an ACK after the tracker gave up does not establish it" late_ack
finish
