#!/bin/bash
# What a kernel answers for itself, without a socket: it is this host's own word, and
# believed at once.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# reset_of_no_socket ADDRESS: the RST could wait an hour for proof
reset_of_no_socket() {
	synfin_load linger_timeout=3600
	netns a b
	veth_pair a b
	ip netns exec b sleep 600 &
	undo stop $!
	wait_for "b" test /proc/$!/ns/net -ef /run/netns/b
	python3 "$here/answers.py" a b "$1" || fail "no RST"
	wait_for "the end" conns_of /proc/$!/net/synfin/stats
	same "$(stat_of close_reset "/proc/$!/net/synfin/stats")" 1 "closed by a RST"
	books_balance "/proc/$!/net/synfin/stats"
}

conns_of() {
	(($(stat_of conns "$1") == 1))
}

run "a RST of no socket, over IPv4" reset_of_no_socket 10.9.9.2
run "a RST of no socket, over IPv6" reset_of_no_socket fd09::2
finish
