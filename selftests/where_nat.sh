#!/bin/bash
# Routers that change addresses: one connection with both directions in each
# namespace that it passes, between the client and the server that it really has.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/where_lib.sh
. "$here/where_lib.sh"

# Routers without any rule, and with rules that track connections.
# forwarded CONNTRACK
forwarded() {
	local ns

	synfin_load
	line
	[[ $1 == no ]] || for ns in a r b; do
		rules "$ns" <<-'END'
			table inet track {
				chain input {
					type filter hook input priority 0
					ct state invalid drop
				}
				chain forward {
					type filter hook forward priority 0
					ct state invalid drop
					ct state established,new accept
				}
			}
		END
	done
	talk --closer both a 10.2.0.2,fd02::2 80 b,10.2.0.2,80 b,fd02::2,80
	each three a r b
	verify
}

# source_nat RULE...: in postrouting of r
source_nat() {
	synfin_load
	line
	rules r <<-END
		table inet nat {
			chain postrouting {
				type nat hook postrouting priority srcnat
				oifname right $1
				oifname right $2
			}
		}
	END
	talk a 10.2.0.2,fd02::2 80 b,10.2.0.2,80 b,fd02::2,80
	each translated
	each three a r b
	# Its own connections are translated as well.
	talk --source 10.1.0.1 r 10.2.0.2 80 b,10.2.0.2,80
	each translated
	each own_of_router
	verify
}

own_of_router() {
	expect r "$client" "$server"
	expect b "$from" "$server"
}

snat() {
	source_nat 'meta l4proto tcp snat ip to 10.2.0.1:40000-40099' \
		'meta l4proto tcp snat ip6 to [fd02::1]:40000-40099'
}

masquerade() {
	source_nat 'meta nfproto ipv4 masquerade' 'meta nfproto ipv6 masquerade'
}

# on_8080 NS HOOK RULE...: what is done in NS to what is meant for port 8080
on_8080() {
	local ns=$1 hook=$2
	shift 2

	rules "$ns" <<-END
		table inet nat {
			chain $hook {
				type nat hook $hook priority -100
				$(printf 'tcp dport 8080 %s\n' "$@")
			}
		}
	END
}

dnat() {
	synfin_load
	line
	on_8080 r prerouting 'dnat ip to 10.2.0.2:80' 'dnat ip6 to [fd02::2]:80'
	talk --closer both a 10.1.0.1,fd01::1 8080 b,10.2.0.2,80 b,fd02::2,80
	each translated
	each three a r b
	verify
}

# What a namespace itself sends is translated before the hook, and rerouted.
dnat_of_own() {
	synfin_load
	line
	on_8080 a output 'dnat ip to 10.2.0.2:80' 'dnat ip6 to [fd02::2]:80'
	talk a 10.1.0.1,10.2.0.77,fd01::1 8080 b,10.2.0.2,80 b,fd02::2,80
	each translated
	each plain a r b
	verify
}

# To the router, and past it.
redirect() {
	synfin_load
	line
	on_8080 r prerouting 'redirect to :80'
	talk a 10.1.0.1,10.2.0.2,fd01::1,fd02::2 8080 r,0.0.0.0,80 r,::,80
	each translated
	each client_and_router
	verify
}

client_and_router() {
	expect a "$client" "$dest"
	expect r "$from" "$server"
}

# What a namespace sends comes back to it over loopback.
redirect_of_own() {
	synfin_load
	line
	on_8080 a output 'redirect to :80'
	talk a 10.2.0.2,127.0.0.1,fd02::2,::1 8080 a,0.0.0.0,80 a,::,80
	each translated
	each plain a
	verify
}

# Into the same network again, so that the source must be translated too:
#
#	a 10.1.0.2 ----+
#	               s (a bridge) ---- left 10.1.0.1 r
#	c 10.1.0.3 ----+
lan() {
	local ns

	netns a c r s
	ip -n s link add br0 type bridge
	give s br0
	wire a eth0 10.1.0.2/24 fd01::2/64 -- s to_a
	wire c eth0 10.1.0.3/24 fd01::3/64 -- s to_c
	wire r left 10.1.0.1/24 fd01::1/64 -- s to_r
	for ns in a c r; do
		ip -n s link set "to_$ns" master br0
	done
	router r
	tune r net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.left.send_redirects=0
	through a 10.1.0.1 fd01::1
	through c 10.1.0.1 fd01::1
}

hairpin() {
	synfin_load
	lan
	on_8080 r prerouting 'dnat ip to 10.1.0.3:80' 'dnat ip6 to [fd01::3]:80'
	rules r <<-'END'
		table inet nat {
			chain postrouting {
				type nat hook postrouting priority srcnat
				tcp dport 80 masquerade
			}
		}
	END
	talk a 10.1.0.1,fd01::1 8080 c,10.1.0.3,80 c,fd01::3,80
	each translated
	each three a r c
	verify
}

balanced() {
	synfin_load
	line
	give b eth0 10.2.0.3/24 fd02::3/64
	on_8080 r prerouting \
		'dnat ip to numgen inc mod 2 map { 0 : 10.2.0.2, 1 : 10.2.0.3 }' \
		'dnat ip6 to numgen inc mod 2 map { 0 : fd02::2, 1 : fd02::3 }'
	talk --times 4 a 10.1.0.1,fd01::1 8080 b,10.2.0.2,8080 b,10.2.0.3,8080 \
		b,fd02::2,8080 b,fd02::3,8080
	each three a r b
	same "$(cut -d' ' -f7 "$tmp/talked" | sort -u | wc -l)" 4 \
		"servers that were used"
	verify
}

# Data bypasses the hooks; the handshake and the close do not.
flowtable() {
	synfin_load
	line
	rules r <<-'END' || skip "no flow tables"
		table inet fast {
			counter slow { }
			flowtable ft {
				hook ingress priority 0
				devices = { left, right }
			}
			chain forward {
				type filter hook forward priority 0
				counter name slow
				meta l4proto tcp flow add @ft
			}
			chain postrouting {
				type nat hook postrouting priority srcnat
				oifname right masquerade
			}
		}
	END
	talk --bytes 20 --reply 2000000 --closer both a 10.2.0.2,fd02::2 80 \
		b,10.2.0.2,80 b,fd02::2,80
	each translated
	each three a r b bytes_client=20 bytes_server=2000000
	note "passed the forward hook:" \
		"$(in_ns r nft list counter inet fast slow | grep packets)"
	verify
}

# ipvs_service FORWARDING ADDRESS SERVER...: in r, port 80
ipvs_service() {
	local how=$1 address=$2 server
	shift 2

	in_ns r ipvsadm -A -t "$address:80" -s rr
	for server in "$@"; do
		in_ns r ipvsadm -a -t "$address:80" -r "$server:80" "$how"
	done
}

have_ipvs() {
	require ipvsadm
	modprobe ip_vs || skip "no ip_vs"
	modprobe ip_vs_rr || skip "no ip_vs_rr"
	undo modprobe -r ip_vs_rr ip_vs
}

# ipvs_nat CONNTRACK
ipvs_nat() {
	local servers=('b,10.2.0.2,80' 'b,10.2.0.3,80' 'b,fd02::2,80' 'b,fd02::3,80')

	have_ipvs
	synfin_load
	line
	[[ $1 == 0 ]] || rules r <<-'END'
		table inet track {
			chain forward {
				type filter hook forward priority 0
				ct state established accept
			}
		}
	END
	tune r "net.ipv4.vs.conntrack=$1"
	give b eth0 10.2.0.3/24 fd02::3/64
	ipvs_service -m 10.1.0.1 10.2.0.2 10.2.0.3
	ipvs_service -m '[fd01::1]' '[fd02::2]' '[fd02::3]'
	talk --times 3 --closer both a 10.1.0.1,fd01::1 80 "${servers[@]}"
	each translated
	each three a r b
	# The director's own.
	talk r 10.1.0.1 80 "${servers[@]}"
	each director_and_server
	# Where IPVS might be, what is no service of it is seen as ever.
	talk a 10.1.0.1 8080 r,10.1.0.1,8080
	each plain a r
	verify
	"$SYNFIN" phases --no-follow --json >"$tmp/phases" 2>/dev/null
	! grep '"server":"10.1.0.1","server_port":80,' "$tmp/phases" |
		grep "\"netns\":$(inode_of r)," ||
		fail "phases of what was forgotten"
	same "$(syns_on 8080 r)" "$(syns_on 8080 a)" "SYN of what IPVS left alone"
}

# syns_on PORT NS: window, flags and length of the SYNs, as they were
syns_on() {
	grep "\"netns\":$(inode_of "$2"),.*\"server_port\":$1,.*\"phase\":\"syn\"" \
		"$tmp/phases" | grep -oE '"(window|flags|len)":[^,]*' | xargs
}

director_and_server() {
	expect r "$from" "$server"
	expect b "$from" "$server"
}

# The server answers the client itself: the director sees one direction only.
ipvs_direct() {
	have_ipvs
	synfin_load
	lan
	give r left 10.1.0.100/32
	tune c net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
	give c lo 10.1.0.100/32
	ipvs_service -g 10.1.0.100 10.1.0.3
	talk a 10.1.0.100 80 c,10.1.0.100,80
	each plain a c
	expect_more r
	verify
	grep "\"netns\":$(inode_of r)," "$tmp/shown" | sed 's/^/# /' || :
	note "live in the director: $(flows_in r)" "$(stats_in r |
		awk '$2 && !/^(max|ring)/' | tr '\n' ' ')"
	same "$(stats_in r | stat_of flows_created /dev/stdin)" 1 \
		"connections of the director"
	same "$({ grep "\"netns\":$(inode_of r)," "$tmp/shown" || :; flows_in r; } |
		grep -c .)" 1 "lines of the director"
}

where "forwarded, without conntrack" forwarded no
where "forwarded, with conntrack" forwarded yes
where "SNAT" snat
where "masquerade" masquerade
where "DNAT" dnat
where "DNAT of what is sent here" dnat_of_own
where "REDIRECT" redirect
where "REDIRECT of what is sent here" redirect_of_own
where "hairpin" hairpin
where "nft balances between servers" balanced
where "nft flow table" flowtable
where "IPVS by NAT" ipvs_nat 0
where_more "IPVS by NAT, with conntrack" ipvs_nat 1
where "IPVS by direct routing" ipvs_direct
finish
