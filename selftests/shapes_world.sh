# shellcheck shell=bash
# Sourced after lib.sh: the little world of shapes.sh, forgery.sh and mix.sh.
#
#	client                      middle                      server
#	[ tun ]-[ net0 10.9.1.1 ]---[ net0   net1 ]---[ net0 10.9.2.1 ]-[ tun ]
#	10.9.3.0/24      fd09:1::1  10.9.1.254          fd09:2::1    10.9.4.0/24
#	fd09:3::/64                 10.9.2.254                       fd09:4::/64
#
# Three namespaces, each forwards. Behind each tun is a host that is no kernel's:
# what it sends is written by a test, segment by segment. Offloads are off, so that
# a packet tap sees the segments that a wire would.
places=(client middle server)

in_world() {
	local place

	for place in "${places[@]}"; do
		in_ns "$place" "$@"
	done
}

# join A DEVICE A4 A6 B DEVICE B4 B6
join() {
	ip -n "$1" link add "$2" type veth peer name "$6" netns "$5"
	plug "$1" "$2" "$3" "$4"
	plug "$5" "$6" "$7" "$8"
}

plug() {
	in_ns "$1" ethtool -K "$2" tx off gso off gro off tso off >/dev/null
	ip -n "$1" address add "$3" dev "$2"
	ip -n "$1" address add "$4" dev "$2" nodad
	ip -n "$1" link set "$2" up
}

# tun PLACE NET4 NET6
tun() {
	ip -n "$1" tuntap add dev tun mode tun
	ip -n "$1" address add "$2.254/24" dev tun
	ip -n "$1" address add "$3::254/64" dev tun nodad
	ip -n "$1" link set tun up
}

world_up() {
	require ip nft tcpdump tshark python3 ethtool
	modprobe -a tun veth || skip "no tun or no veth"
	netns "${places[@]}"
	in_world sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 \
		net.ipv4.tcp_no_metrics_save=1
	join client net0 10.9.1.1/24 fd09:1::1/64 \
		middle net0 10.9.1.254/24 fd09:1::254/64
	join server net0 10.9.2.1/24 fd09:2::1/64 \
		middle net1 10.9.2.254/24 fd09:2::254/64
	tun client 10.9.3 fd09:3
	tun server 10.9.4 fd09:4
	ip -n client route add default via 10.9.1.254
	ip -n client route add default via fd09:1::254
	ip -n server route add default via 10.9.2.254
	ip -n server route add default via fd09:2::254
	ip -n middle route add 10.9.3.0/24 via 10.9.1.1
	ip -n middle route add fd09:3::/64 via fd09:1::1
	ip -n middle route add 10.9.4.0/24 via 10.9.2.1
	ip -n middle route add fd09:4::/64 via fd09:2::1
}

# What passes a hook in each namespace passes these taps, in the same order.
# captures_start FOLDER
captures_start() {
	local place side

	captures=()
	for place in "${places[@]}"; do
		side=inout
		[[ $place != middle ]] || side=in
		ip netns exec "$place" tcpdump -i "$([[ $place == middle ]] && echo any || echo net0)" \
			-Q "$side" -n -U --immediate-mode -B 16384 -s 200 \
			--time-stamp-precision=nano -w "$1/$place.pcap" \
			'tcp or icmp or icmp6 or ip6 proto 6' 2>"$1/$place.log" &
		captures+=($!)
		undo stop $!
	done
	for place in "${places[@]}"; do
		wait_for "tcpdump in $place" grep -q 'listening on' "$1/$place.log"
	done
}

captured() {
	cat "${places[@]/%/.pcap}" | wc -c
}

# tcpdump lags behind: two looks with the same size.
all_captured() {
	local before

	before=$(captured)
	sleep 1
	[[ $before == "$(captured)" ]]
}

# captures_stop FOLDER: they are read, for the witness, all at once
captures_stop() {
	local pid

	(cd "$1" && until_true 12 all_captured) || fail "tcpdump does not end"
	for pid in "${captures[@]}"; do
		kill "$pid"
		wait "$pid" || :
	done
	captures=()
	(cd "$1" && witness_segments.py "${places[@]/%/.pcap}")
}

inode_of() {
	stat -L -c %i "/run/netns/$1"
}

# Flows that are to end by themselves: also those with a RST that the linger time
# has to prove.
under_way() {
	in_ns "$1" grep -vE ' state=(open|done) .* rst_count=0 | state=done ' \
		/proc/net/synfin/flows
}

all_over() {
	local place

	for place in "${places[@]}"; do
		! under_way "$place" || return 1
	done
}

# The same with patience; what has not ended is shown.
wait_all_over() {
	local place

	until_true 12 all_over && return
	for place in "${places[@]}"; do
		under_way "$place" | awk -v at="$place" 'NR <= 20 { print "# " at ": " $0 }'
	done
	fail "waited in vain for all to be over"
}

# witness_live PLACE FOLDER [OPTION...]: the module against the capture
witness_live() {
	local routed=()

	[[ $1 != middle ]] || routed=(--routed)
	grep -vE '"client":"(127\.|::1")' "$2/conns" >"$2/$1.live"
	witness.py "$2/$1.pcap" "$2/$1.live" --live "${routed[@]}" \
		--netns "$(inode_of "$1")" "${@:3}" || fail "differences in $1"
}

# witness_file PLACE FOLDER [OPTION...]: the reader of captures against the same one
witness_file() {
	"$SYNFIN" conns -r "$2/$1.pcap" --json >"$2/$1.conns" 2>/dev/null
	witness.py "$2/$1.pcap" "$2/$1.conns" "${@:3}" || fail "differences in $1's capture"
}

# The sub-tests of a test share one world; it goes away at the end.
share_world() {
	world_undo=("${undo_stack[@]}")
	undo_stack=()
	trap 'undo_stack=("${world_undo[@]}"); undo_all' EXIT
}
