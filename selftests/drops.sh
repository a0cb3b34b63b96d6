#!/bin/bash
# What this host drops: why, where, how often, of which connection. With real traffic,
# each of the kernel's ways to drop that can be had here.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# dropped [OPTION...]: opening, reason, hook, drops and SYNs of what has ended, a line
# each. What waits for an answer is given up when the module goes: so ask before.
dropped() {
	"$SYNFIN" conns --json --no-follow -q "$@" | python3 -c 'import json, sys
for line in sys.stdin:
    c = json.loads(line)
    print(c["open"], c["drop_reason"], c["drop_hook"], c["drop_count"], c["syn_count"])'
}

# try ADDRESS PORT [NETNS [SOURCE]]: one SYN, and one more after a second
try() {
	${3:+ip netns exec "$3"} python3 "$here/owner.py" try "$1" "$2" "${4:-}" || :
}

# try_both: from a to b, over IPv4 and over IPv6
try_both() {
	local other

	try 10.9.9.2 8080 a &
	other=$!
	try fd09::2 8080 a
	wait "$other"
}

# rules NETNS HOOK PRIORITY RULE: a chain with that rule, one for each hook and priority
rules() {
	local netns=$1 chain=c_${2}_${3/-/before_}

	in_ns "$netns" nft add table inet synfin_test
	in_ns "$netns" nft add chain inet synfin_test "$chain" \
		"{ type filter hook $2 priority $3; }"
	in_ns "$netns" nft add rule inet synfin_test "$chain" "$4"
}

# a <-> r <-> b, all watched; who drops what goes to which port, and where. What comes
# before our own hook at that place shall be found, too.
chains='
a output 0 8081
a output -300 8082
r forward 0 8083
r forward -150 8084
r postrouting 0 8085
b prerouting -300 8086
b input 0 8087
b input -150 8088'

each_chain() {
	local netns hook priority port tries=()

	require nft
	through_router
	synfin_load unanswered_timeout=3 linger_timeout=1
	while read -r netns hook priority port; do
		rules "$netns" "$hook" "$priority" "tcp dport $port tcp flags syn / syn,ack drop"
		try 10.9.8.2 "$port" a &
		tries+=($!)
	done <<<"${chains:1}"
	wait "${tries[@]}"
	wait_for "the end" eight_have_ended
	while read -r netns hook priority port; do
		same "$(dropped --netns "$netns" --port "$port")" \
			"unanswered netfilter $hook 2 2" "$hook $priority, in $netns"
		# Who lost nothing says nothing: nobody learns what another drops.
		[[ $netns == a ]] || same "$(dropped --netns a --port "$port")" \
			"unanswered None None 0 2" "at the client"
	done <<<"${chains:1}"
	for netns in a r b; do
		in_ns "$netns" cat "$stats" >"$tmp/stats-$netns"
	done
	same "$(stat_of drop_netfilter "$tmp/stats-a")" 4 "dropped by a"
	same "$(stat_of drop_netfilter "$tmp/stats-r")" 6 "dropped by r"
	same "$(stat_of drop_netfilter "$tmp/stats-b")" 6 "dropped by b"
	sums_hold "$tmp"/stats-* || fail "the sums do not hold"
}

# Eight at the client, six at the router, three at the server.
eight_have_ended() {
	(($(dropped | wc -l) >= 17))
}

stat_in() {
	(($(in_it "$1" "$2") >= $3))
}

has_ended() {
	[[ -n $(dropped --netns "$1") ]]
}

# The third segment is dropped, and the answer to the first.
other_segments() {
	require nft
	netns a b
	veth_pair a b
	ip netns exec b python3 "$here/owner.py" serve 8080 9 &
	undo stop $!
	wait_for "a server" listens 8080 b
	synfin_load unacknowledged_timeout=1 unanswered_timeout=3
	rules a input 0 "tcp sport 8080 tcp flags syn,ack / syn,ack drop"
	try 10.9.9.2 8080 a
	wait_for "a drop" stat_in a drop_netfilter 1
	"$SYNFIN" phases --no-follow -q --json --netns a | grep '"phase":"drop"' |
		grep -q '"from":"server".*"drop_reason":"netfilter","drop_hook":"input"' ||
		fail "$("$SYNFIN" phases --no-follow -q --json)"
	in_ns a nft flush ruleset
	rules b input 0 "tcp dport 8080 tcp flags ack / syn,ack drop"
	try 10.9.9.2 8080 a
	wait_for "a drop" stat_in b drop_netfilter 1
	"$SYNFIN" phases --no-follow -q --json --netns b | grep '"phase":"drop"' |
		grep -q '"from":"client".*"flags":"ACK".*"drop_hook":"input"' ||
		fail "$("$SYNFIN" phases --no-follow -q --json)"
}

three_have_ended() {
	(($(dropped --netns r --dropped any | wc -l) >= 3))
}

without_rules() {
	through_router
	synfin_load unanswered_timeout=3 linger_timeout=1
	# Nobody listens.
	try 10.9.8.2 81 a
	wait_for "a drop" stat_in b drop_no_socket 1
	# No way on: the router says so, and drops it.
	try 10.77.0.1 81 a
	wait_for "a drop" stat_in r drop_no_route 1
	# Its source is reached another way.
	in_ns r sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.to-a.rp_filter=1
	ip -n a address add 10.9.8.77/32 dev veth
	try 10.9.8.2 8000 a 10.9.8.77
	wait_for "a drop" stat_in r drop_rp_filter 1
	# From an address that is the router's own.
	in_ns r sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.to-a.rp_filter=0
	ip -n a address add 127.9.9.9/32 dev lo
	ip -n a address add 10.9.8.9/32 dev veth
	try 10.9.8.2 8000 a 10.9.8.9
	wait_for "a drop" stat_in r drop_martian 1
	wait_for "the end" three_have_ended
	dropped --netns r --dropped no-route | grep -q . || fail "$(dropped)"
	dropped --netns r --dropped rp-filter | grep -q ^unanswered || fail "$(dropped)"
	dropped --netns r --dropped martian | grep -q ^unanswered || fail "$(dropped)"
	dropped --netns b --dropped no-socket | grep -q '^refused no-socket None 1 1' ||
		fail "$(dropped)"
}

# The drawing has a wall, and the word.
a_wall_in_the_ladder() {
	require nft
	netns a
	synfin_load unanswered_timeout=3
	rules a input 0 "tcp dport 8080 drop"
	try 127.0.0.1 8080 a
	wait_for "the end" has_ended a
	same "$(dropped --netns a)" "unanswered netfilter input 2 2" "over loopback"
	"$SYNFIN" ladder --no-follow -q --utf8 >"$tmp/ladder"
	grep -q 'dropped: netfilter (input) .*┃  ' "$tmp/ladder" ||
		fail "$(cat "$tmp/ladder")"
	same "$("$SYNFIN" conns --no-follow -q --no-headings -o OUTCOME,DROPPED,DROPS |
		tr -s ' ')" 'unanswered - netfilter:input 2' "in columns"
}

# full PORT BACKLOG: a server in b that never accepts
full() {
	ip netns exec b python3 "$here/owner.py" full "$1" "$2" &
	undo stop $!
	wait_for "a server" listens "$1" b
}

accept_queue_is_full() {
	netns a b
	veth_pair a b
	synfin_load unanswered_timeout=3
	full 8080 1
	ip netns exec a python3 "$here/owner.py" hold 10.9.9.2 8080 2 &
	undo stop $!
	wait_for "two connections" stat_in b flows_open 2
	try_both
	wait_for "drops" stat_in b drop_accept_queue 4
	wait_for "the end" two_were_dropped accept-queue
	same "$(dropped --netns b --dropped accept-queue | sort -u)" \
		"unanswered accept-queue None 2 2" "who found it full"
	"$SYNFIN" conns --no-follow -q --no-headings -o OUTCOME --netns b \
		--dropped any >"$tmp/outcome"
	in_ns b "$SYNFIN" listeners --json >"$tmp/listeners"
	same "$(field accept_overflows <"$tmp/listeners")" 4 "overflows"
	same "$(field accept_longest <"$tmp/listeners")" 2 "the longest queue"
	same "$(field accept_limit <"$tmp/listeners")" 1 "its limit"
	same "$(field pid <"$tmp/listeners")" "$(pgrep -f 'owner.py full 8080')" "its owner"
	same "$(field comm <"$tmp/listeners")" python3 "its command"
}

# overflows NAME: what the kernel of b has counted of its listeners
overflows() {
	in_ns b nstat -asz "TcpExt$1" | awk -v name="TcpExt$1" '$1 == name { print $2 }'
}

is_open_for_its_client() {
	[[ -n $(ss -N a -Htn state established 'sport = :40001') ]]
}

said_of_40001() {
	"$SYNFIN" "$1" --no-follow -q --netns b --client :40001 "${@:2}"
}

one_ended_unaccepted() {
	[[ -n $(said_of_40001 conns --json) ]]
}

# The client's last ACK meets a full queue: established for it, and never accepted.
# unaccepted SYNCOOKIES ADDRESS
unaccepted() {
	local held before

	require nft nstat
	netns a b
	veth_pair a b
	# Without a cookie it is the server's own request that is asked, until it is given up:
	# not before the queue is full, however long that takes.
	in_ns b sysctl -qw net.ipv4.tcp_syncookies="$1" net.ipv4.tcp_synack_retries=20
	# Newer kernels send no FIN while data is not acknowledged: then it ends by silence.
	synfin_load linger_timeout=1 half_closed_timeout=2 closing_timeout=2 open_timeout=10
	full 8080 1
	# Its ACK is lost, and before it says more others fill the queue.
	rules a output 0 "tcp sport 40001 tcp flags ack / syn,ack drop"
	ip netns exec a python3 "$here/owner.py" hold "$2" 8080 1 40001 &
	held=$!
	undo stop "$held"
	wait_for "a connection" is_open_for_its_client
	ip netns exec a python3 "$here/owner.py" hold "$2" 8080 2 &
	undo stop $!
	wait_for "two connections" stat_in b flows_open 2
	before=$(overflows ListenOverflows)
	in_ns a nft flush ruleset
	kill -USR1 "$held"
	wait_for "a drop" stat_in b drop_accept_queue 1
	at_least "$(overflows ListenOverflows)" $((before + 1)) "overflows, says the kernel"
	in_ns b sysctl -qw net.ipv4.tcp_synack_retries=3
	# Long enough to be found without a socket here: that its client asks on is no answer.
	sleep 6
	stop "$held"
	wait_for "the end" one_ended_unaccepted
	said_of_40001 conns --json >"$tmp/conn"
	same "$(field open <"$tmp/conn")" established "how it opened"
	same "$(field unaccepted <"$tmp/conn")" True "what came of it"
	same "$(field drop_reason <"$tmp/conn")" accept-queue "why"
	said_of_40001 conns --no-headings -o OUTCOME >"$tmp/outcome"
	grep -q unaccepted "$tmp/outcome" || fail "$(cat "$tmp/outcome")"
	said_of_40001 ladder >"$tmp/ladder"
	grep -q 'dropped: accept-queue' "$tmp/ladder" || fail "$(cat "$tmp/ladder")"
	at_least "$(in_it b unaccepted)" 1 "in the counters"
	in_ns b "$SYNFIN" listeners --json >"$tmp/listeners"
	at_least "$(field accept_overflows <"$tmp/listeners")" 1 "of its listener"
	same "$(field port <"$tmp/listeners")" 8080 "its port"
	# shellcheck disable=SC2016 # awk expands it
	same "$(in_ns b awk '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
		$1 == 8080 { print ($column["accept_overflows"] > 0), $column["accept_limit"] }
		' /proc/net/synfin/services)" "1 1" "of its service"
}

# Too many have not acknowledged their SYN-ACKs.
syn_queue_is_full() {
	local before

	require nft nstat
	netns a b
	veth_pair a b
	in_ns b sysctl -qw net.ipv4.tcp_syncookies=0
	synfin_load unanswered_timeout=3 unacknowledged_timeout=60
	full 8080 1
	rules a input 0 "tcp sport 8080 tcp flags syn,ack / syn,ack drop"
	ip netns exec a python3 "$here/owner.py" hold 10.9.9.2 8080 2 &
	undo stop $!
	wait_for "two that wait" stat_in b flows_opening 2
	before=$(overflows TCPReqQFullDrop)
	try_both
	until_true 6 stat_in b drop_syn_queue 4 ||
		fail "$("$SYNFIN" phases --no-follow -q --netns b)"
	at_least "$(overflows TCPReqQFullDrop)" $((before + 4)) "drops, says the kernel"
	wait_for "the end" two_were_dropped syn-queue
	same "$(dropped --netns b --dropped syn-queue | sort -u)" \
		"unanswered syn-queue None 2 2" "who found it full"
	in_ns b "$SYNFIN" listeners --json >"$tmp/listeners"
	same "$(field syn_overflows <"$tmp/listeners")" 4 "of its listener"
}

field() {
	python3 -c 'import json, sys
print(json.loads(sys.stdin.readline())[sys.argv[1]])' "$1"
}

two_were_dropped() {
	(($(dropped --netns b --dropped "$1" | wc -l) == 2))
}

# all_dropped COUNT: each is counted, those that were too many to look at, too
all_dropped() {
	(($(in_it b drop_netfilter) + $(in_it b drop_missed) >= $1))
}

# A flood of what is dropped before it comes to us begins few connections: on each
# processor 64, and 32 more in each second that it takes.
a_flood() {
	local since=$SECONDS

	require nft
	netns a b
	veth_pair a b
	synfin_load unanswered_timeout=300
	rules b prerouting -300 "tcp dport 7000 drop"
	in_ns a python3 "$here/owner.py" flood 10.9.9.2 7000 3000
	wait_for "drops" all_dropped 3000
	at_most "$(in_it b flows_created)" \
		$(($(nproc) * (64 + 32 * (SECONDS - since + 1)))) \
		"connections that a flood begins"
	sums_hold "$stats" || fail "the sums do not hold"
}

# It is over with the first; what comes after that is recorded and counted all the same.
refusal_is_lost() {
	require nft
	netns a b
	veth_pair a b
	synfin_load linger_timeout=20
	rules a input -300 "tcp flags & rst == rst drop"
	try 10.9.9.2 9 a
	wait_for "both SYNs" stat_in b phases 4
	same "$("$SYNFIN" conns --json --no-follow -q --netns b |
		grep -oE '"(open|syn_count|rst_count)":[^,]*' | tr '\n' ' ')" \
		'"open":"refused" "syn_count":2 "rst_count":2 ' "its SYNs and RSTs"
}

require python3
run "a rule at each hook" each_chain
run "the other segments" other_segments
run "without rules" without_rules
run "a wall in the ladder" a_wall_in_the_ladder
run "an accept queue is full" accept_queue_is_full
run "the last ACK meets a full accept queue" unaccepted 1 10.9.9.2
run "the same with SYN cookies, over IPv6" unaccepted 2 fd09::2
run "a SYN queue is full" syn_queue_is_full
run "a refusal is lost" refusal_is_lost
run "a flood" a_flood
finish
