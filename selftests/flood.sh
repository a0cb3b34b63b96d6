#!/bin/bash
# Floods of made-up segments: the table and its memory stay under their caps, what
# is established stays, and real connections are recorded one and all meanwhile.
# SYNFIN_FLOOD=N sends so many of each kind.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

count=${SYNFIN_FLOOD:-20000}
# So that a flood exceeds the quarter of it that the unproved may have.
cap=$((count < 16384 ? 16384 : 32768))
own=

stat_in_b() {
	stat_of "$1" "$own"
}

#	A: spoof --- veth --- B: a server, real clients, one connection held open
#
# /proc/net of B is read through its server.
world() {
	local server

	netns a b
	veth_pair a b
	ip -n b route add default via 10.9.9.1
	ip -n b route add default via fd09::1
	mac=$(in_ns b cat /sys/class/net/veth/address)
	synfin_load max_flows="$cap"
	ip netns exec b "$here/talk.py" serve 10.9.9.2 fd09::2 &
	server=$!
	undo stop "$server"
	own=/proc/$server/net/synfin/stats
	wait_for "a server" listens 8000 b
	"$SYNFIN" conns --json >"$tmp/conns" 2>"$tmp/said" &
	undo stop $!
	ip netns exec b "$here/talk.py" hold 127.0.0.1 &
	holder=$!
	undo stop "$holder"
	wait_for "a connection to be held" b_has flows_open 1
}

b_has() {
	(($(stat_in_b "$1") >= $2))
}

# kB that the kernel keeps, of all kinds of small things
kernel_memory() {
	awk '$1 == "SUnreclaim:" { print $2 }' /proc/meminfo
}

# flood FAMILY-OPTION ADDRESS KIND; real connections meanwhile, to port 7000
flood() {
	local more each

	ip netns exec b load -n 40 -b 200 >"$tmp/made" &
	# shellcheck disable=SC2086 # an option or none
	ip netns exec a spoof $1 -k "$3" -n "$count" veth "$mac" "$2" 8000 >"$tmp/sent"
	more=$(($(kernel_memory) - before))
	each=$(awk '{ print $3 }' "$tmp/sent")
	slowest=$((each > slowest ? each : slowest))
	note "$3: $(cat "$tmp/sent"), $(stat_of flows_total) flows, $more kB more"
	at_most "$(stat_of flows_total)" "$cap" "flows in the table"
	at_most "$(stat_of flows_embryonic)" $((cap / 4 + 2)) "unproved flows"
	# As many as 16,384 flows are kept at hand; the server's backlog and what is
	# under way take some megabytes as well.
	at_most "$more" $(((cap + 16384) / 4 + 8192)) "kB of memory more"
	wait $!
	made=$((made + $(cat "$tmp/made")))
}

recorded() {
	(($(grep -c '"server_port":7000' "$tmp/conns") >= $1))
}

# Those of which the SYN has made room for a made-up one before it was answered.
without_syn() {
	grep '"server_port":7000' "$tmp/conns" | grep -vc '"open":"established"' || :
}

held_is_recorded() {
	grep -q '"client":"127.0.0.1",.*"server_port":8000,.*"open":"established"' \
		"$tmp/conns"
}

# floods FAMILY-OPTION ADDRESS
floods() {
	local kind made=0 before slowest=0

	world
	before=$(kernel_memory)
	for kind in syn syn-ack ack fin rst; do
		flood "$1" "$2" "$kind"
	done
	same "$made" 200 "connections made meanwhile"
	wait_for "all of them to be written" recorded "$made"
	same "$(grep -c '"server_port":7000' "$tmp/conns")" "$made" \
		"connections that the reader shows"
	at_most "$(without_syn)" 2 "connections without their SYN"
	stop "$holder"
	wait_for "the held one's end" held_is_recorded
	at_least "$(stat_in_b flows_created)" $((count + made)) "flows created"
	at_least "$(stat_in_b flows_evicted)" 1 "flows evicted"
	wait_for "quiet" b_is_quiet
	books_balance "$own" || fail "the books do not balance: $(cat "$own")"
}

b_is_quiet() {
	local before

	before=$(cat "$own")
	sleep 0.3
	[[ $before == "$(cat "$own")" ]]
}

run "over IPv4" floods "" 10.9.9.2
run "over IPv6" floods -6 fd09::2
finish
