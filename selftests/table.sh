#!/bin/bash
# The flow table, whatever is sent to it: nobody's segments make it slow.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# each_takes OPTION... SET: nanoseconds that one SYN of it takes
each_takes() {
	pairs -n 8000 "$@" | awk '{ print $3 }'
}

# Endpoints that are chosen, once with a sum in common: a chain that grows with them
# makes each of 8,000 take ten times as long. Nearer than two no clock here can tell.
# chosen OPTION
chosen() {
	local random sums

	synfin_load
	random=$(each_takes ${1:+"$1"} random)
	sums=$(each_takes ${1:+"$1"} sums)
	note "$random ns for a SYN between random endpoints, $sums between chosen ones"
	at_most "$sums" $((random * 2)) "ns for a SYN between chosen endpoints"
	same "$(stat_of chain_full)" 0 "flows in chains that are too long"
}

chosen6() {
	ip route add local fd00::/96 dev lo
	undo ip route del local fd00::/96 dev lo
	chosen -6
}

stat_in_b() {
	awk -v name="$1" '$1 == name { print $2 }' "$own"
}

are_half_open() {
	(($(stat_in_b flows_opening) >= $1))
}

#	A: spoof --- veth --- B: a server, which answers; a ping-pong over loopback
#
# /proc/net of B is read through its server.
half_open() {
	local mac server before after

	netns a b
	veth_pair a b
	ip -n b route add default via 10.9.9.1
	mac=$(in_ns b cat /sys/class/net/veth/address)
	synfin_load
	ip netns exec b "$here/talk.py" serve 10.9.9.2 &
	server=$!
	undo stop "$server"
	own=/proc/$server/net/synfin/stats
	wait_for "a server" listens 8000 b
	ip netns exec a spoof -n 10000 veth "$mac" 10.9.9.2 8000 >/dev/null
	wait_for "half-open connections" are_half_open 9000
	before=$(($(stat_in_b not_awaited) + $(stat_in_b no_flow)))
	in_ns b "$here/talk.py" ping 127.0.0.1
	after=$(($(stat_in_b not_awaited) + $(stat_in_b no_flow)))
	note "$(stat_in_b flows_opening) half open," \
		"$((after - before)) of 10000 segments left the fast path"
	# One of 200 connections shares its bucket, and all of its 100 do then.
	at_most $((after - before)) 1000 "segments that left the fast path"
}

run "chosen endpoints cost no more than random ones" chosen ""
run "over IPv6, too" chosen6
run "beside half-open connections a ping-pong stays on the fast path" half_open
finish
