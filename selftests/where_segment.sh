#!/bin/bash
# Whatever carries the segments: dual-stack sockets, super-packets, options and
# extension headers of IP, fragments, MPTCP, SYNPROXY.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/where_lib.sh
. "$here/where_lib.sh"

# On the wire it is IPv4, whatever the sockets are.
dual_stack() {
	synfin_load
	line
	talk --dual --closer both a 10.2.0.2,::ffff:10.2.0.2,fd02::2 80 b,::,80
	each plain a r b
	verify
}

dual_stack_on_loopback() {
	synfin_load
	netns a
	talk --dual --closer both a 127.0.0.1,::ffff:127.0.0.1,::1 80 a,::,80
	each plain a
	verify
}

# offloads LEFT_TO_RIGHT...: a device each, NS:DEVICE:FEATURES
offloads() {
	local spec ns device features

	for spec; do
		IFS=: read -r ns device features <<<"$spec"
		# shellcheck disable=SC2086 # words
		in_ns "$ns" ethtool -K "$device" $features
	done
}

# Some megabytes each way; the FIN comes in the last super-packet.
# super_packets OFFLOAD...
super_packets() {
	require ethtool
	synfin_load
	line
	offloads "$@"
	talk --bytes 1500001 --reply 1700003 --closer both \
		a 10.2.0.2,fd02::2 80 b,10.2.0.2,80 b,fd02::2,80
	each counted bytes_client=1500001 bytes_server=1700003
	verify
}

# Where a megabyte takes seconds the router looks away for so long that it cannot know
# what else has passed: its figures are right, but it does not vouch for them.
counted() {
	local vouches=

	[[ -z ${SYNFIN_PATIENCE:-} ]] || vouches='bytes_partial=[false,true]'
	expect a "$client" "$dest" "$@"
	# shellcheck disable=SC2086 # a word or none
	expect r "$client" "$server" "$@" $vouches
	expect b "$from" "$server" "$@"
}

all='tso TO gso TO gro TO'
everywhere() {
	super_packets "a:eth0:$1" "r:left:$1" "r:right:$1" "b:eth0:$1"
}

# Segments of the sender's, put together by the router.
only_gro() {
	super_packets "a:eth0:${all//TO/off}" "b:eth0:${all//TO/off}" \
		"r:left:${all//TO/on}" "r:right:${all//TO/on}"
}

# crafted CONNTRACK
crafted() {
	modprobe tun || skip "no TUN device"
	synfin_load
	netns r
	router r
	tune r net.ipv4.conf.all.rp_filter=0
	[[ $1 == no ]] || rules r <<-'END'
		table inet track {
			chain forward {
				type filter hook forward priority 0
				ct state established,new accept
			}
		}
	END
	again=0
	ip netns exec r python3 "$here/where_crafted.py" >"$tmp/talked"
	each expect_crafted
	verify
	note "fragments: $(stats_in r | stat_of fragment /dev/stdin)"
	[[ $1 == yes ]] ||
		at_least "$(stats_in r | stat_of fragment /dev/stdin)" 1 fragments
}

expect_crafted() {
	expect r "$client" "$server" bytes_client=100 bytes_server=200
}

have_mptcp() {
	in_ns "$1" sysctl -q -w net.mptcp.enabled=1 2>/dev/null ||
		skip "no MPTCP"
}

# Who ends a subflow is MPTCP's affair.
any_close='close=["four-way","three-way","simultaneous"]'
any_closer='closed_by=["client","server","both"]'

mptcp() {
	synfin_load
	line
	have_mptcp a
	have_mptcp b
	talk --mptcp --closer both a 10.2.0.2,fd02::2 80 b,10.2.0.2,80 \
		b,fd02::2,80
	each three a r b "$any_close" "$any_closer"
	verify
}

# Two links between a and b, a subflow on each.
mptcp_subflows() {
	local ns

	synfin_load
	netns a b
	wire a eth0 10.1.0.2/24 -- b eth0 10.1.0.1/24
	wire a eth1 10.3.0.2/24 -- b eth1 10.3.0.1/24
	for ns in a b; do
		have_mptcp "$ns"
		tune "$ns" net.ipv4.conf.{all,eth0,eth1}.rp_filter=0
		ip -n "$ns" mptcp limits set subflow 2 add_addr_accepted 2
	done
	ip -n a mptcp endpoint add 10.3.0.2 dev eth1 subflow
	ip -n a route add 10.1.0.0/24 dev eth1 via 10.3.0.1 metric 2000
	talk --mptcp --bytes 400000 --reply 400000 a 10.1.0.1 80 b,10.1.0.1,80
	wait_for "two subflows" subflows_reach 2
	is_quiet || :
	"$SYNFIN" conns --no-follow --json >"$tmp/shown" 2>/dev/null
	sed 's/^/# /; s/"phases".*//' "$tmp/shown"
	for ns in a b; do
		same "$(grep "\"netns\":$(inode_of "$ns")," "$tmp/shown" |
			grep -c '"open":"established","close":"[tfs]')" 2 \
			"subflows of $ns"
		same "$(grep "\"netns\":$(inode_of "$ns")," "$tmp/shown" |
			grep -o '"client":"[^"]*"' | sort | tr '\n' ' ')" \
			'"client":"10.1.0.2" "client":"10.3.0.2" ' "clients of $ns"
	done
}

subflows_reach() {
	conns_reached a "$1" && conns_reached b "$1"
}

# The router answers the SYN itself, and opens the connection to the server when
# the client has proved itself: with numbers of its own, which the client keeps.
synproxy() {
	synfin_load
	line
	rules r <<-'END' || skip "no synproxy"
		table inet proxy {
			chain raw {
				type filter hook prerouting priority raw
				tcp dport 80 tcp flags syn notrack
			}
			chain forward {
				type filter hook forward priority 0
				tcp dport 80 ct state invalid,untracked \
					synproxy mss 1460 wscale 7 timestamp sack-perm
				ct state invalid drop
			}
		}
	END
	tune r net.netfilter.nf_conntrack_tcp_loose=0
	talk --closer both a 10.2.0.2 80 b,10.2.0.2,80
	each proxied
	verify
}

proxied() {
	expect a "$client" "$dest"
	expect r "$client" "$server" syn_count=2 syn_ack_count=2
	expect b "$from" "$server"
}

where "dual-stack sockets" dual_stack
where_more "dual-stack sockets on loopback" dual_stack_on_loopback
where "super-packets everywhere" everywhere "${all//TO/on}"
where "super-packets nowhere" everywhere "${all//TO/off}"
where "super-packets by GRO only" only_gro
where "IP options, extension headers, fragments" crafted no
where_more "IP options, extension headers, with conntrack" crafted yes
where "MPTCP" mptcp
where "MPTCP, two subflows" mptcp_subflows
where "SYNPROXY" synproxy
finish
