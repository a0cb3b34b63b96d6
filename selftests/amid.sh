#!/bin/bash
# Who opens a connection in a flood may wait longer for an answer than the flood needs to
# fill what the unproved may have of the table; and is shown as if there were none.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/where_lib.sh
. "$here/where_lib.sh"

# What nobody answers is carried to b, and what the router answers to a.
floods_are_carried() {
	local mac_a mac_b host

	line
	mac_a=$(in_ns a cat /sys/class/net/eth0/address)
	mac_b=$(in_ns b cat /sys/class/net/eth0/address)
	for host in 10.1.0.99 fd01::99; do
		ip -n r neigh add "$host" lladdr "$mac_a" dev left
	done
	for host in 10.2.0.99 fd02::99; do
		ip -n r neigh add "$host" lladdr "$mac_b" dev right
	done
	ip -n r route add 198.18.0.0/15 via 10.1.0.2
	ip -n r -6 route add 2001:2::/48 via fd01::2
	in_ns a ping -qc 1 10.2.0.2 >/dev/null || fail "no way to b"
	in_ns a ping -qc 1 fd02::2 >/dev/null || fail "no way to b"
	# Else its server gives up what waits for an ACK, if the flood takes long.
	in_ns r sysctl -qw net.core.somaxconn=16384 \
		net.ipv4.tcp_max_syn_backlog=16384 net.ipv4.tcp_synack_retries=20
	ip netns exec r "$here/talk.py" serve 10.1.0.1 fd01::1 &
	server=$!
	undo stop "$server"
	wait_for "a server" listens 8000 r
}

in_r() {
	(($(stats_in r | stat_of "$1" /dev/stdin) >= $2))
}

# What the router's own server closes may be in three segments.
all_closed() {
	(($(stats_in r | awk '/^close_(four|three)_way / { n += $2 } END { print n }') >= 4))
}

# pushed_out FAMILY KIND COUNT: answers that come when the flood has taken all that the
# unproved may have, twice over: the router and b are both shown it
pushed_out() {
	local server

	require python3
	floods_are_carried
	synfin_load max_flows=2048 ring_records=65536
	python3 "$here/amid.py" "$1" "$2" "$3" >"$tmp/took" || fail "it did not get through"
	wait_for "all of them" in_r flows_recalled 6
	wait_for "the last one" all_closed
	# An answer could still take it back.
	wait_for "the one that was refused" in_r open_refused 1
	"$SYNFIN" conns --no-follow --json 2>/dev/null |
		grep "\"netns\":$(inode_of r),.*\"server_port\":8000" >"$tmp/shown"
	python3 "$here/amid_check.py" "$tmp/took" "$tmp/shown" ||
		fail "not as if there had been no flood"
}

run "SYNs, and answers that come late, over IPv4" pushed_out 4 syn 600
run "SYNs, and answers that come late, over IPv6" pushed_out 6 syn 600
run "half of a handshake, and answers that come late" pushed_out 4 half 1200
finish
