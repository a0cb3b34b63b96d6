#!/bin/bash
# Network namespaces: each has its own figures, the first one has the ring, and
# they come and go under traffic.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

inode_of() {
	in_ns "$1" stat -L -c %i /proc/self/ns/net
}

all_written() {
	(($(records conn | grep -c '^conn') == $1))
}

# Of a namespace, or of all if none is named.
conns_of() {
	records conn | grep -c " netns=${1:-}" || :
}

stats_in() {
	in_ns "$1" cat /proc/net/synfin/stats
}

figures_are_of_the_namespace() {
	netns one two
	synfin_load linger_timeout=3600
	in_ns one load -n 3 >/dev/null
	in_ns two load -n 5 >/dev/null
	wait_for "8 connections" all_written 8
	stats_in one >"$tmp/one"
	stats_in two >"$tmp/two"
	same "$(stat_of conns "$tmp/one")" 3 "conns in one"
	same "$(stat_of conns "$tmp/two")" 5 "conns in two"
	same "$(stat_of segments)" 0 "segments in the first namespace"
	same "$(stat_of flows_live)" 0 "flows_live in the first namespace"
	same "$(stat_of flows_total)" 8 "flows in the table"
	same "$(stat_of flows_lingering "$tmp/one")" 3 "flows of one"
	same "$(conns_of "$(inode_of one)")" 3 "records of one"
	same "$(conns_of "$(inode_of two)")" 5 "records of two"
	books_balance "$stats" "$tmp/one" "$tmp/two"
}

ring_is_in_the_first() {
	netns one
	synfin_load
	same "$(in_ns one find /proc/net/synfin/ -type f | wc -l)" 5 files
	refuses in_ns one test -e /proc/net/synfin/ring
	! stats_in one | grep -q '^records' || fail "stats of the ring"
}

# without_right FILE: as uid 0 of a container that shares this network
without_right() {
	setpriv --bounding-set -net_admin cat "$1"
}

# What is of others, or tells sequence numbers, takes a right.
who_may_see_what() {
	local name

	require setpriv
	netns one
	synfin_load linger_timeout=3600
	load -n 1 >/dev/null
	wait_for "a connection" stat_is conns 1
	without_right "$stats" >"$tmp/stats"
	stats_in one >"$tmp/one"
	for name in flows_total flows_embryonic max_flows records ring_records; do
		[[ -n $(stat_of "$name") ]] || fail "$name is missing"
		same "$(stat_of "$name" "$tmp/stats" || :)" "" "$name without rights"
		same "$(stat_of "$name" "$tmp/one" || :)" "" "$name in a namespace"
	done
	same "$(stat_of conns "$tmp/stats")" 1 "conns without rights"
	refuses without_right /proc/net/synfin/flows 2>/dev/null
	refuses without_right /proc/net/synfin/ring 2>/dev/null
	# In a namespace that is one's own, with a user namespace around it.
	unshare -Urn cat /proc/net/synfin/flows || fail "one's own flows"
}

two_with_a_server() {
	netns one two
	veth_pair one two
	synfin_load
	ip netns exec two python3 "$here/talk.py" serve 10.9.9.2 fd09::2 &
	undo stop $!
	wait_for "the servers" listens 8000 two
}

# One connection through two namespaces is one record in each.
veth_is_seen_on_both_sides() {
	two_with_a_server
	in_ns one python3 "$here/talk.py" get 10.9.9.2 fd09::2
	wait_for "both namespaces" both_sides_have_all
	records conn | grep -v '^ring' | cut -d' ' -f4- |
		sed 's/ time_ns=[0-9]*//; s/[a-z_]*_ns=[-0-9]*//g;
			s/netns=[0-9]*//' | sort | uniq -c >"$tmp/twice"
	same "$(awk '$1 != 2' "$tmp/twice")" '' "not seen the same way by both"
	same "$(conns_of "$(inode_of one)")" "$(conns_of "$(inode_of two)")" \
		"connections of one and two"
}

# Each side asks its own socket, and it is a RST that is sent in one, received in the other.
reset_tells_what_arrived() {
	local ready wanted=" close=reset by=client .* bytes_client=5 bytes_server=5"

	wanted+=" bytes_partial=1 completeness=47 "
	require ss
	two_with_a_server
	coproc RESET { ip netns exec one python3 "$here/talk.py" reset 10.9.9.2 fd09::2; }
	undo stop "$RESET_PID"
	for _ in 4 6; do
		read -r ready <&"${RESET[0]}"
		same "$ready" ready "the client"
		wait_for "the server's data to be acknowledged" all_is_acked two
		echo >&"${RESET[1]}"
	done
	wait_for "both namespaces" all_written 4
	records conn >"$tmp/conns"
	same "$(grep -c "$wanted" "$tmp/conns")" 4 "connections told by their sockets"
}

all_is_acked() {
	ss -N "$1" -tnH state established | awk '$2 { bad = 1 } END { exit bad || !NR }'
}

both_sides_have_all() {
	local one two

	one=$(conns_of "$(inode_of one)")
	two=$(conns_of "$(inode_of two)")
	((one >= 2 && one == two))
}

router_sees_what_it_forwards() {
	netns one router two
	ip -n one link add veth type veth peer name left netns router
	ip -n two link add veth type veth peer name right netns router
	ip -n one address add 10.1.0.2/24 dev veth
	ip -n router address add 10.1.0.1/24 dev left
	ip -n router address add 10.2.0.1/24 dev right
	ip -n two address add 10.2.0.2/24 dev veth
	for link in one:veth router:left router:right two:veth; do
		ip -n "${link%:*}" link set "${link#*:}" up
	done
	ip -n one route add default via 10.1.0.1
	ip -n two route add default via 10.2.0.1
	in_ns router sysctl -q net.ipv4.ip_forward=1
	synfin_load
	ip netns exec two python3 "$here/talk.py" serve 10.2.0.2 &
	undo stop $!
	wait_for "the server" listens 8000 two
	in_ns one python3 "$here/talk.py" get 10.2.0.2
	wait_for "the router" router_has_it
	records conn >"$tmp/conns"
	grep " netns=$(inode_of router) .* client=10.1.0.2 .* server=10.2.0.2 .* open=established" \
		"$tmp/conns" >/dev/null || fail "$(cat "$tmp/conns")"
	in_ns router cat "$stats" | books_balance /dev/stdin
}

router_has_it() {
	(($(conns_of "$(inode_of router)") > 0))
}

come_and_go_under_traffic() {
	local made

	synfin_load
	made=$(load -N -m 2 -n 3 -t 10)
	at_least "$made" 6 "connections made"
	note "$((made / 3)) namespaces, $made connections"
	wait_for "the namespaces to go" stat_is flows_total 0
	# Their records were written, and their counters are gone.
	wait_for "the books" books_balance
	at_least "$(stat_of records_gone)" "$((made * 3))" records_gone
	same "$(stat_of records_gone)" "$(stat_of records)" records_gone
}

go_with_connections_open() {
	netns one
	synfin_load
	ip netns exec one python3 "$here/talk.py" hold 127.0.0.1 &
	undo stop $!
	wait_for "an open connection" is_open_in_one
	stop "$!"
	ip netns del one
	wait_for "the flow to go" stat_is flows_total 0
	records conn >"$tmp/conns"
	same "$(grep -c '^conn' "$tmp/conns")" 1 "connections"
}

is_open_in_one() {
	in_ns one grep -q 'state=open' /proc/net/synfin/flows
}

unloads_while_they_come_and_go() {
	load -N -m 2 -n 2 -t 3600 >/dev/null &
	undo stop $!
	for _ in 1 2 3 4 5 6 7 8; do
		insmod "$SYNFIN_KO"
		until_true 5 stat_reaches records 20 || fail "nothing seen"
		rmmod synfin
	done
}

two_hundred() {
	coproc HOLD { load -H -n 200; }
	undo stop "$HOLD_PID"
	read -r ready <&"${HOLD[0]}"
	same "$ready" ready "namespaces"
	synfin_load
	same "$(load -n 5)" 5 "connections in the first"
	wait_for "5 connections" stat_is conns 5
	rmmod synfin
	synfin_load
	stop "$HOLD_PID"
	wait_for "5 more" load -n 5
}

run "figures are of the namespace, the table is one" figures_are_of_the_namespace
run "the ring is in the first namespace only" ring_is_in_the_first
run "others' figures take a right" who_may_see_what
run "a veth pair is seen on both sides" veth_is_seen_on_both_sides
run "a RST tells what arrived before it" reset_tells_what_arrived
run "a router sees what it forwards" router_sees_what_it_forwards
run "a namespace goes with a connection open" go_with_connections_open
run "namespaces come and go under traffic" come_and_go_under_traffic
run "unloads while namespaces come and go" unloads_while_they_come_and_go
run "two hundred namespaces" two_hundred
finish
