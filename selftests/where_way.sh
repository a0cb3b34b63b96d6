#!/bin/bash
# Segments that pass a namespace twice, by way of another one, at once or after seconds,
# and connections that move to another way: each segment is counted once, and each that
# is sent again once more. The namespaces where a segment passes once are the measure.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/where_lib.sh
. "$here/where_lib.sh"

# same_counts NS...: of each connection, in all of these namespaces
same_counts() {
	local ns numbers=()

	for ns; do
		find_inode "$ns"
		numbers+=("${inodes[$ns]}")
	done
	python3 - "$tmp/shown" "${numbers[@]}" <<'END' || fail "counts differ"
import json, sys
seen = {}
for conn in map(json.loads, open(sys.argv[1])):
    if str(conn["netns"]) not in sys.argv[2:]:
        continue
    ends = [conn[n] for n in ("client", "client_port", "server", "server_port")]
    counts = [conn[n] for n in ("syn_count", "syn_ack_count", "fin_count", "rst_count")]
    seen.setdefault(tuple(ends), []).append(counts)
for ends, shown in seen.items():
    print("#", *ends, *shown)
sys.exit(any(len(shown) != len(sys.argv) - 2 or counts != shown[0]
             for shown in seen.values() for counts in shown))
END
}

# crossed MIN: so many came back in r at least
crossed() {
	at_least "$(stats_in r | stat_of crossed /dev/stdin)" "$1" \
		"segments that came back"
}

# Neighbours are known before the first SYN, so that it is sent once.
neighbours() {
	in_ns a ping -qc 1 10.2.0.2 >/dev/null || fail "no way to b"
	in_ns a ping -qc 1 fd02::2 >/dev/null || fail "no way to b"
}

# between NS ADDRESS4 ADDRESS6 [NS_BETWEEN...]: from a, and counts are the same
between() {
	local two=$1

	talk a "$2,$3" 80 "$two,$2,80" "$two,$3,80"
	shift 3
	each plain a "$two" "$@"
	verify
	same_counts a "$two" "$@"
}

netem() {
	in_ns "$1" tc qdisc add dev "$2" root netem "${@:3}" 2>/dev/null ||
		skip "no netem"
}

# Longer than TCP takes to send its SYN again: the second passes before the first is
# back.
slow_detour() {
	synfin_load
	detour_line
	neighbours
	netem f one delay 1100ms
	netem f two delay 1100ms
	between b 10.2.0.2 fd02::2 r f
	crossed 8
}

# What comes back is received by another processor than what goes.
other_processor() {
	local device mask=1

	(($(nproc) > 1)) || skip "one processor"
	synfin_load
	detour_line
	neighbours
	for device in left to_f1 right to_f2; do
		[[ $device != to_f? ]] || mask=2
		[[ $device == to_f? ]] || mask=1
		in_ns r sh -c "echo $mask >/sys/class/net/$device/queues/rx-0/rps_cpus"
	done
	netem f one delay 150ms
	netem f two delay 150ms
	between b 10.2.0.2 fd02::2 r f
	crossed 8
}

beside_ipvs() {
	modprobe ip_vs || skip "no ip_vs"
	undo modprobe -r ip_vs
	synfin_load
	detour_line
	neighbours
	between b 10.2.0.2 fd02::2 r f
	crossed 8
}

# Each side of the router is a VRF; the firewall is the only way from one to the other.
between_vrfs() {
	local side

	ip link add name probe0 type vrf table 9 2>/dev/null || skip "no vrf device"
	ip link del probe0
	synfin_load
	firewall
	tune r net.ipv6.conf.all.keep_addr_on_down=1 net.ipv4.conf.all.rp_filter=0
	for side in 'red 31 left to_f1' 'blue 32 right to_f2'; do
		# shellcheck disable=SC2086 # words
		in_vrf $side
	done
	ip -n r route add 10.2.0.0/24 via 10.3.0.2 table 31
	ip -n r route add 10.1.0.0/24 via 10.4.0.2 table 32
	ip -n r -6 route add fd02::/64 via fd03::2 table 31
	ip -n r -6 route add fd01::/64 via fd04::2 table 32
	neighbours
	between b 10.2.0.2 fd02::2 r f
	crossed 8
}

# in_vrf NAME TABLE DEVICE...
in_vrf() {
	local name=$1 table=$2 device
	shift 2

	ip -n r link add "$name" type vrf table "$table"
	ip -n r link set "$name" up
	for device; do
		ip -n r link set "$device" master "$name"
	done
}

# A frame for somebody whom the bridge does not know goes to all its ports. This one never
# learns, not even from what its neighbours say of themselves as their links come up.
#
#	a ---+--- b
#	     s (a bridge, with br_netfilter)
#	     +--- c
flooding_bridge() {
	local ns

	modprobe br_netfilter || skip "no br_netfilter"
	undo modprobe -r br_netfilter
	synfin_load
	netns a b c s
	ip -n s link add br0 type bridge ageing_time 0
	give s br0
	for ns in a b c; do
		wire "$ns" eth0 "10.7.0.$((16#$ns))/24" "fd07::$ns/64" -- s "to_$ns"
		ip -n s link set "to_$ns" master br0
	done
	tune s net.bridge.bridge-nf-call-iptables=1 \
		net.bridge.bridge-nf-call-ip6tables=1
	between b 10.7.0.11 fd07::b s
	at_least "$(stats_in s | stat_of crossed /dev/stdin)" 6 "copies"
}

# A second link between the router and b, for the same address:
#
#	a --- left r right  --- eth0 b
#	             right2 --- eth1
two_links() {
	line
	wire r right2 10.5.0.1/24 fd05::1/64 -- b eth1 10.5.0.2/24 fd05::2/64
	tune b net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0 \
		net.ipv4.conf.eth1.rp_filter=0
	neighbours
	in_ns r ping -qc 1 10.5.0.2 >/dev/null || fail "no way to b"
	in_ns r ping -qc 1 fd05::2 >/dev/null || fail "no way to b"
	remember_neighbours
}

# Who is known stays known: a link that loses all that r sends would lose its answer to
# b, too, if b asked on a slow machine where r is by now.
remember_neighbours() {
	local ns

	for ns in a r b; do
		ip -n "$ns" neigh | awk '$4 == "lladdr" {
			print "neigh replace", $1, "dev", $3, "lladdr", $5, "nud permanent"
		}' | ip -n "$ns" -batch -
	done
}

# over LINK: how r reaches b
over() {
	if [[ $1 == right2 ]]; then
		ip -n r route add 10.2.0.2/32 via 10.5.0.2
		ip -n r -6 route add fd02::2/128 via fd05::2
	else
		ip -n r route del 10.2.0.2/32
		ip -n r -6 route del fd02::2/128
	fi
}

r_reaches() {
	(($(stats_in r | stat_of "$1" /dev/stdin) >= $2))
}

# When what was sent last is lost on the first link, and has been sent again, the route
# is changed. begins ADDRESS, goes_on ADDRESS: with the first SYN, with the first FIN
begins() {
	netem r right loss 100%
	start_talk "$1"
	goes_on_by_right2 2
}

goes_on() {
	start_talk "$1" --wait "$tmp/go"
	wait_for "a connection" r_reaches flows_open 1
	netem r right loss 100%
	touch "$tmp/go"
	goes_on_by_right2 5
}

# goes_on_by_right2 RECORDED: when so many more segments have made phases
goes_on_by_right2() {
	wait_for "it to be sent again" r_reaches recorded $((recorded + $1))
	over right2
}

start_talk() {
	local address=$1
	shift

	recorded=$(stats_in r | stat_of recorded /dev/stdin)
	timeout 580 python3 "$here/where_talk.py" "$@" a "$address" 80 \
		"b,$address,80" >"$tmp/one" &
	talker=$!
	undo stop "$talker"
}

# lost_way ADDRESS: where it went, for whoever looks for the reason
lost_way() {
	local link

	{
		ip -n r route get "$1"
		ip -n r neigh
		for link in left right right2; do
			ip -n r -s -s link show "$link"
		done
		in_ns b nstat -as
		stats_in r | grep -v ' 0$'
	} 2>&1 | sed 's/^/# /'
	fail "no connection to $1"
}

# moves WHEN: a connection of each family; begins or goes_on
moves() {
	local address talker recorded

	synfin_load
	two_links
	for address in 10.2.0.2 fd02::2; do
		"$1" "$address"
		wait "$talker" || lost_way "$address"
		cat "$tmp/one" >>"$tmp/talked"
		over right
		in_ns r tc qdisc del dev right root
		rm -f "$tmp/go"
	done
	each plain a b r
	verify
	# Less gets through to b.
	same_counts a r
	same "$(stats_in r | stat_of crossed /dev/stdin)" 0 "segments that came back"
	at_least "$(grep -cE '"(syn|fin)_count":[3-9]|"syn_count":2' "$tmp/shown")" 4 \
		"connections of which something was sent again"
}

where "a detour that takes seconds" slow_detour
where "a detour that comes back on another processor" other_processor
where "a detour, where IPVS is loaded" beside_ipvs
where "a detour from one VRF to another" between_vrfs
where "a bridge that floods" flooding_bridge
where "a SYN that is sent again on another way" moves begins
where "a FIN that is sent again on another way" moves goes_on
finish
