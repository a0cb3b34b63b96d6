#!/bin/bash
# The flow table, whatever is sent to it: nobody's segments make it slow.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# each_takes OPTION... SET: nanoseconds that one SYN of it takes
each_takes() {
	pairs -n 8000 "$@" | awk '{ print $3 }'
}

# Endpoints that are chosen, once with a sum in common: of 8,000 that shared a chain, all
# but 32 would be counted. What each costs is the bench's to say.
# chosen OPTION
chosen() {
	local random sums

	synfin_load
	random=$(each_takes ${1:+"$1"} random)
	sums=$(each_takes ${1:+"$1"} sums)
	note "$random ns for a SYN between random endpoints, $sums between chosen ones"
	same "$(stat_of chain_full)" 0 "flows in chains that are too long"
}

chosen6() {
	ip route add local fd00::/96 dev lo
	undo ip route del local fd00::/96 dev lo
	chosen -6
}

has_said() {
	grep -q said "$tmp/busy"
}

# crowd NAME COUNT WHO WHAT PORT: connections that stay; returns when all are there
crowd() {
	local name=$1
	shift

	"$here/crowd.py" "$@" >"$tmp/$name" &
	undo stop $!
	wait_for "the $name" grep -q "done" "$tmp/$name"
}

# How many of those that had something to say are left.
talkers() {
	grep -c "127\.1\." /proc/net/synfin/flows
}

# Of 1,500 bare connections from one address the table takes what is left.
one_client_takes_all() {
	require python3
	synfin_load max_flows=1024
	crowd talkers 50 many said 7001
	# Their sockets have been asked whether they live.
	sleep 6
	crowd bare 1500 one quiet 7002
	note "$(talkers) of 50 are left; evicted: $(stat_of flows_evicted)"
	at_least "$(stat_of flows_evicted)" 500 "flows evicted"
	at_least "$(talkers)" 49 "flows of who had something to say"
}

# Those of another namespace, although each of them is of a client of its own, and lives.
one_namespace_takes_all() {
	require python3
	synfin_load max_flows=1024
	netns a
	crowd talkers 50 many quiet 7001
	ip netns exec a "$here/crowd.py" 1500 many said 7002 >"$tmp/others" &
	undo stop $!
	wait_for "the others" grep -q "done" "$tmp/others"
	note "$(talkers) of 50 are left; evicted there: $(in_it a flows_evicted)"
	at_least "$(in_it a flows_evicted)" 500 "flows evicted there"
	at_least "$(talkers)" 49 "flows of the first namespace"
}

# As many namespaces as one likes to make, each of which holds less than others do.
many_namespaces_take_all() {
	local i

	require python3
	unshare -Urn true || skip "no user namespaces"
	synfin_load max_flows=1024
	crowd talkers 50 many said 7001
	for ((i = 0; i < 24; i++)); do
		# shellcheck disable=SC2016 # its own
		unshare -Urn sh -c 'ip link set lo up && exec "$0" 47 many said 7002' \
			"$here/crowd.py" >"$tmp/others$i" &
		undo stop $!
	done
	for ((i = 0; i < 24; i++)); do
		wait_for "namespace $i" grep -q "done" "$tmp/others$i"
	done
	note "$(talkers) of 50 are left; $(stat_of flows_total) in all"
	at_least "$(stat_of flows_total)" 1000 "flows in the table"
	at_least "$(talkers)" 49 "flows of the first namespace"
}

# says_much NR: the connection of that number, to its end; what is told of it is in $tmp/shown
says_much() {
	local client

	: >"$tmp/busy"
	quiet busy a 10.9.8.2 >"$tmp/busy"
	client=$!
	wait_for "3,000 bytes" has_said
	stop "$client"
	stop "$server"
	wait_for "its end" is_in r conns "$1"
	"$SYNFIN" conns --no-follow --json 2>/dev/null |
		grep "\"netns\":$(in_ns r stat -L -c %i /proc/self/ns/net)," |
		tail -n 1 >"$tmp/shown"
	grep -q '"bytes_client":3000,' "$tmp/shown" || fail "not all of its bytes"
}

# A router sees what is quiet, and not each segment of what is busy; it looks often
# enough to know how much that was. A machine that stands still for a moment does not,
# and says so: one of five connections is not met by that.
busy() {
	local shown before=0 i

	synfin_load
	through_router
	for ((i = 1; i <= 5; i++)); do
		((i == 1)) || serve_b
		says_much "$i"
		shown=$(($(in_it r not_awaited) - before))
		before=$((before + shown))
		note "$shown of 3000 segments and their ACKs left the fast path"
		at_least "$shown" 5 "segments that were watched"
		at_most "$shown" 1500 "segments that left the fast path"
		! grep -q '"bytes_partial":false' "$tmp/shown" || return 0
	done
	fail "not known exactly"
}

stat_in_b() {
	stat_of "$1" "$own"
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
	# None ends before all have begun, however long that takes.
	synfin_load unanswered_timeout=3600 unacknowledged_timeout=3600
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
run "one client cannot take the table from others" one_client_takes_all
run "one namespace cannot take it from another" one_namespace_takes_all
run "many small ones of one owner cannot either" many_namespaces_take_all
run "what is busy on a router stays on the fast path" busy
finish
