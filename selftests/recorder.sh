#!/bin/bash
# What the rings still hold after a flood: a connection that was made before it, and
# those that were made in the middle of it, with all of their phases.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# Some times what a small ring holds.
count=${SYNFIN_FLOOD:-3000}

#	A: spoof --- veth --- B: a router whose other side is a void, and real
#			      connections over loopback
world() {
	netns a b
	veth_pair a b
	ip -n b route add default via 10.9.9.1
	ip -n b route add default via fd09::1
	ip -n b link add void type dummy || skip "no dummy device"
	ip -n b link set void up
	ip -n b route add 192.0.2.0/24 dev void
	ip -n b route add 2001:db8::/64 dev void
	in_ns b sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.veth.rp_filter=0
	mac=$(in_ns b cat /sys/class/net/veth/address)
	# So small that most of the flood is given up, and written down, at once.
	synfin_load ring_records=1024 max_flows=2048 "$@"
}

# What the rings say of connections to PORT: how many are whole, of how many.
# whole PORT
whole() {
	"$SYNFIN" conns --no-follow --json 2>/dev/null | python3 -c '
import json, sys
good = {"syn", "syn-ack", "ack", "fin-1", "fin-2", "ack-2"}
port, conns, whole = int(sys.argv[1]), 0, 0
for line in sys.stdin:
    conn = json.loads(line)
    if conn["server_port"] != port:
        continue
    conns += 1
    phases = [p["phase"] for p in conn["phases"]]
    times = [p["t_ns"] for p in conn["phases"]]
    if good <= set(phases) and not conn["phases_lost"] and \
       times == sorted(times) and conn["open"] == "established":
        whole += 1
    else:
        print("#", line[:600], file=sys.stderr)
print(whole, "of", conns)' "$1"
}

conns_reach() {
	(($(records conn | grep -c "server_port=$1 ") >= $2))
}

# flood ADDRESS OPTION...: in the background
flood() {
	local to=$1
	shift

	ip netns exec a spoof "$@" -n "$count" veth "$mac" "$to" 8000 >"$tmp/sent" &
	flood=$!
	undo stop "$flood"
}

# The real ones first, then the flood with others in its midst. Only what the rings
# hold at the end is looked at.
# survives ADDRESS OPTION...
survives() {
	world
	in_ns b load -n 2 -p 7100 -c client >"$tmp/made"
	wait_for "the real ones" conns_reach 7100 2
	flood "$@"
	sleep 0.1
	in_ns b load -n 5 -p 7200 -c client >"$tmp/made"
	wait "$flood"
	note "$(cat "$tmp/sent"), $(records | tail -n 1)"
	wait_for "those in its midst" conns_reach 7200 5
	same "$(whole 7100)" "2 of 2" "whole ones, made before"
	same "$(whole 7200)" "5 of 5" "whole ones, made meanwhile"
}

# A SYN a thousand times: a record for each power of two, the number exact.
repeats_are_counted() {
	local before

	world unanswered_timeout=2
	count=1000
	before=$(stat_of records)
	flood 192.0.2.9 -k repeat
	wait "$flood"
	wait_for "its end" conns_reach 8000 1
	records conn | grep -q "open=unanswered .* syn_count=1000 " ||
		fail "$(records conn)"
	# 1 and 2, 4, 8 ... 512, the end, and the summary.
	same "$(records phase | grep -c 'phase=syn ')" 10 "SYNs that are recorded"
	at_most "$(($(stat_of records) - before))" 11 "records"
}

for kind in repeat syn syn-ack ack fin rst icmp half open; do
	run "flood of $kind" survives 192.0.2.9 -k "$kind"
done
for kind in syn open; do
	run "flood of $kind over IPv6" survives 2001:db8::9 -6 -k "$kind"
done
# Both ends of each are made up by one who sends from one side of the router.
count=$((count * 7))
run "flood of whole connections" survives 192.0.2.9 -k whole
count=$((count / 7))
run "what is sent again is counted, and recorded ever more rarely" repeats_are_counted
finish
