#!/bin/bash
# What lies between two ends: loopback, VRF, bridges, macvlan, VLAN, tunnels. Each
# connection is there once in each namespace that it passes.
# shellcheck source=selftests/lib.sh
# shellcheck disable=SC2086 # numbers and names without blanks
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/where_lib.sh
. "$here/where_lib.sh"

# itself NS OPTION... -- ADDRESS...: from a namespace to its own addresses
itself() {
	local ns=$1 address connect="" options=() servers=()
	shift

	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	for address; do
		connect+=${connect:+,}$address
		servers+=("$ns,$address,80")
	done
	talk "${options[@]}" --closer both "$ns" "$connect" 80 "${servers[@]}"
	each plain "$ns"
	verify
}

veth() {
	synfin_load
	netns a b
	veth_pair a b
	both_families a b 10.9.9.2 fd09::2
}

loopback() {
	synfin_load
	netns a
	give a lo 10.5.0.1/32 fd05::1/128
	itself a -- 127.0.0.1 10.5.0.1 ::1 fd05::1
}

# From one address of a host to another one, of a device that is not loopback.
own_address() {
	synfin_load
	netns a b
	veth_pair a b
	itself a -- 10.9.9.1 fd09::1
}

# The line's router with both links in a VRF, and a VRF at each end.
vrf_line() {
	local ns

	need_link vrf table 10
	line
	for ns in a b; do
		vrf "$ns" red 10 eth0
	done
	vrf r red 10 left right
	ip -n a route add table 10 default via 10.1.0.1
	ip -n a -6 route add table 10 default via fd01::1
	ip -n b route add table 10 default via 10.2.0.1
	ip -n b -6 route add table 10 default via fd02::1
	ip -n a -6 address replace fd01::2/64 dev eth0 nodad
	ip -n b -6 address replace fd02::2/64 dev eth0 nodad
	ip -n r -6 address replace fd01::1/64 dev left nodad
	ip -n r -6 address replace fd02::1/64 dev right nodad
}

# vrf NS NAME TABLE DEVICE...: its rule goes before that of the local table
vrf() {
	local ns=$1 name=$2 table=$3 device family
	shift 3

	for family in -4 -6; do
		ip -n "$ns" "$family" rule add pref 32765 table local
		ip -n "$ns" "$family" rule del pref 0
	done
	tune "$ns" net.ipv6.conf.all.keep_addr_on_down=1
	ip -n "$ns" link add "$name" type vrf table "$table"
	give "$ns" "$name" 127.0.0.1/8 ::1/128
	for device; do
		ip -n "$ns" link set "$device" master "$name"
	done
}

in_red=(--client-device red --server-device red)

# across_vrf QDISC
across_vrf() {
	local ns

	synfin_load
	vrf_line
	[[ $1 == no ]] || for ns in a b r; do
		in_ns "$ns" tc qdisc add dev red root pfifo
	done
	talk "${in_red[@]}" --closer both a 10.2.0.2,fd02::2 80 \
		b,10.2.0.2,80 b,fd02::2,80
	each plain a r b
	verify
}

# Both ends in the VRF of one host: by its own address, and by the VRF's loopback.
# within_vrf QDISC
within_vrf() {
	synfin_load
	vrf_line
	[[ $1 == no ]] || in_ns a tc qdisc add dev red root pfifo
	itself a "${in_red[@]}" -- 10.1.0.2 127.0.0.1 fd01::2 ::1
}

# A socket outside of the VRF accepts what comes in through it.
shared_listener() {
	synfin_load
	vrf_line
	tune b net.ipv4.tcp_l3mdev_accept=1
	talk --client-device red --closer both a 10.2.0.2,fd02::2 80 \
		b,0.0.0.0,80 b,::,80
	each plain a r b
	verify
}

# Two hosts on a bridge in a namespace of its own, which has an address there too:
#
#	a [ eth0 10.7.0.1 ] --- [ br0 10.7.0.9 ] s --- [ eth0 10.7.0.2 ] b
bridge_between() {
	netns a s b
	ip -n s link add br0 type bridge
	give s br0 10.7.0.9/24 fd07::9/64
	wire a eth0 10.7.0.1/24 fd07::1/64 -- s to_a
	wire b eth0 10.7.0.2/24 fd07::2/64 -- s to_b
	ip -n s link set to_a master br0
	ip -n s link set to_b master br0
}

bridge() {
	synfin_load
	bridge_between
	both_families a b 10.7.0.2 fd07::2
}

bridge_itself() {
	synfin_load
	bridge_between
	both_families a s 10.7.0.9 fd07::9
}

with_br_netfilter() {
	modprobe br_netfilter || skip "no br_netfilter"
	undo modprobe -r br_netfilter
	tune s net.bridge.bridge-nf-call-iptables=1 \
		net.bridge.bridge-nf-call-ip6tables=1
}

# bridge_filtered CONNTRACK
bridge_filtered() {
	synfin_load
	bridge_between
	with_br_netfilter
	[[ $1 == no ]] || rules s <<-'END'
		table inet track {
			chain forward {
				type filter hook forward priority 0
				ct state established,new accept
			}
		}
	END
	both_families a b 10.7.0.2 fd07::2 s
}

bridge_itself_filtered() {
	synfin_load
	bridge_between
	with_br_netfilter
	both_families a s 10.7.0.9 fd07::9
}

# Frames that the bridge passes on carry a VLAN tag.
bridge_filtered_vlan() {
	local ns

	synfin_load
	bridge_between
	with_br_netfilter
	tune s net.bridge.bridge-nf-filter-vlan-tagged=1
	for ns in a b; do
		ip -n "$ns" link add link eth0 name eth0.7 type vlan id 7 ||
			skip "no vlan device"
	done
	give a eth0.7 10.8.0.1/24 fd08::1/64
	give b eth0.7 10.8.0.2/24 fd08::2/64
	both_families a b 10.8.0.2 fd08::2 s
}

macvlan() {
	need_link dummy
	synfin_load
	netns m a b
	ip -n m link add base type dummy || skip "no dummy device"
	ip -n m link set base up
	for ns in a b; do
		ip -n m link add link base name "mac_$ns" type macvlan \
			mode bridge || skip "no macvlan device"
		ip -n m link set "mac_$ns" netns "$ns" name eth0
	done
	give a eth0 10.7.0.1/24 fd07::1/64
	give b eth0 10.7.0.2/24 fd07::2/64
	both_families a b 10.7.0.2 fd07::2
}

ipvlan() {
	synfin_load
	netns m a b
	ip -n m link add base type dummy || skip "no dummy device"
	ip -n m link set base up
	for ns in a b; do
		ip -n m link add link base name "ip_$ns" type ipvlan mode l3s ||
			skip "no ipvlan device"
		ip -n m link set "ip_$ns" netns "$ns" name eth0
	done
	give a eth0 10.7.0.1/24 fd07::1/64
	give b eth0 10.7.0.2/24 fd07::2/64
	both_families a b 10.7.0.2 fd07::2
}

vlan() {
	local ns

	synfin_load
	netns a b
	veth_pair a b
	for ns in a b; do
		ip -n "$ns" link add link veth name veth.7 type vlan id 7 ||
			skip "no vlan device"
	done
	give a veth.7 10.8.0.1/24 fd08::1/64
	give b veth.7 10.8.0.2/24 fd08::2/64
	both_families a b 10.8.0.2 fd08::2
}

# tunnel KIND: over the line; r sees the outside only, which is no TCP
tunnel() {
	synfin_load
	line
	ip -n a link add tun type "$1" local 10.1.0.2 remote 10.2.0.2 ||
		skip "no $1 device"
	ip -n b link add tun type "$1" local 10.2.0.2 remote 10.1.0.2
	give a tun 10.8.0.1/24 fd08::1/64
	give b tun 10.8.0.2/24 fd08::2/64
	if [[ $1 == ipip ]]; then
		talk --closer both a 10.8.0.2 80 b,10.8.0.2,80
		each plain a b
		verify
	else
		both_families a b 10.8.0.2 fd08::2
	fi
}

# The tunnel ends in the router, which forwards what comes out of it.
tunnel_to_router() {
	synfin_load
	line
	ip -n a link add tun type gre local 10.1.0.2 remote 10.1.0.1 ||
		skip "no gre device"
	ip -n r link add tun type gre local 10.1.0.1 remote 10.1.0.2
	give a tun 10.8.0.1/24 fd08::1/64
	give r tun 10.8.0.9/24 fd08::9/64
	ip -n a route add 10.2.0.0/24 dev tun
	ip -n a -6 route add fd02::/64 dev tun
	both_families a b 10.2.0.2 fd02::2 r
}

detour() {
	synfin_load
	detour_line
	both_families a b 10.2.0.2 fd02::2 r f
	at_least "$(stats_in r | stat_of crossed /dev/stdin)" 12 "segments that came back"
}

# Two bridges, one behind the other, in one namespace.
bridge_behind_bridge() {
	local device

	synfin_load
	bridge_between
	ip -n s link add br1 type bridge
	ip -n s link add cable0 type veth peer name cable1
	ip -n s link set cable0 master br0
	ip -n s link set cable1 master br1
	ip -n s link set to_b master br1
	for device in br1 cable0 cable1; do
		ip -n s link set "$device" up
	done
	with_br_netfilter
	both_families a b 10.7.0.2 fd07::2 s
}

where "loopback" loopback
where_more "to an own address" own_address
where "veth" veth
where "VRF: across three hosts" across_vrf no
where_more "VRF: across three hosts, with a qdisc" across_vrf yes
where "VRF: local traffic" within_vrf no
where_more "VRF: local traffic, with a qdisc" within_vrf yes
where_more "VRF: a listener of all VRFs" shared_listener
where "bridge" bridge
where_more "bridge: its own address" bridge_itself
where "br_netfilter" bridge_filtered no
where_more "br_netfilter, with conntrack" bridge_filtered yes
where_more "br_netfilter: the bridge's own address" bridge_itself_filtered
where "br_netfilter: tagged frames" bridge_filtered_vlan
where "br_netfilter: a bridge behind a bridge" bridge_behind_bridge
where "through a firewall and back" detour
where "macvlan" macvlan
where_more "ipvlan" ipvlan
where "VLAN" vlan
where "GRE tunnel" tunnel gre
where "IPIP tunnel" tunnel ipip
where "GRE tunnel to the router" tunnel_to_router
finish
