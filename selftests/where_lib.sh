# shellcheck shell=bash
# Sourced by where_*.sh, after lib.sh: topologies of namespaces, connections
# between them, and what each of them must show of these.
#
# Most tests are made on a line; the client is a, the server b or c:
#
#	a [ eth0  10.1.0.2 ] ---- [ left  10.1.0.1 ] r [ right 10.2.0.1 ] ----
#	          fd01::2                 fd01::1              fd02::1
#
#	---- [ eth0  10.2.0.2 ] b
#	             fd02::2
# shellcheck disable=SC2154,SC2013 # set by lib.sh; words are meant

# wire NS DEVICE ADDRESS... -- NS DEVICE ADDRESS...: a veth pair
wire() {
	local one=$1 first=$2 two second
	local -a addresses=()

	shift 2
	while [[ $1 != -- ]]; do
		addresses+=("$1")
		shift
	done
	two=$2 second=$3
	shift 3
	ip -n "$one" link add "$first" type veth peer name "$second" netns "$two"
	give "$one" "$first" "${addresses[@]}"
	give "$two" "$second" "$@"
}

# give NS DEVICE ADDRESS...: addresses, and sets it up
give() {
	local ns=$1 device=$2 address nodad
	shift 2

	{
		for address; do
			nodad=
			[[ $address != *:* ]] || nodad=nodad
			echo "address add $address dev $device $nodad"
		done
		echo "link set $device up"
	} | ip -n "$ns" -batch -
}

# tune NS NAME=VALUE...: sysctl
tune() {
	local ns=$1
	shift

	in_ns "$ns" sysctl -q -w "$@"
}

# router NS...: that forwards
router() {
	local ns

	for ns in "$@"; do
		tune "$ns" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	done
}

# through NS VIA4 VIA6: the default routes
through() {
	ip -n "$1" route add default via "$2"
	ip -n "$1" -6 route add default via "$3"
}

line() {
	netns a r b
	wire a eth0 10.1.0.2/24 fd01::2/64 -- r left 10.1.0.1/24 fd01::1/64
	wire r right 10.2.0.1/24 fd02::1/64 -- b eth0 10.2.0.2/24 fd02::2/64
	router r
	through a 10.1.0.1 fd01::1
	through b 10.2.0.1 fd02::1
}

# The router of the line sends what it forwards through a firewall in a namespace of its
# own, and gets it back:
#
#	a --- left r right --- b
#	      to_f1 | | to_f2
#	            f
firewall() {
	line
	netns f
	wire r to_f1 10.3.0.1/24 fd03::1/64 -- f one 10.3.0.2/24 fd03::2/64
	wire r to_f2 10.4.0.1/24 fd04::1/64 -- f two 10.4.0.2/24 fd04::2/64
	router f
	ip -n f route add 10.1.0.0/24 via 10.3.0.1
	ip -n f route add 10.2.0.0/24 via 10.4.0.1
	ip -n f -6 route add fd01::/64 via fd03::1
	ip -n f -6 route add fd02::/64 via fd04::1
}

detour_line() {
	local family device

	firewall
	tune f net.ipv4.conf.all.rp_filter=0
	for device in all left to_f1 right to_f2; do
		tune r net.ipv4.conf.$device.rp_filter=0
	done
	for family in -4 -6; do
		ip -n r "$family" rule add pref 10 dev left lookup 31
		ip -n r "$family" rule add pref 10 dev right lookup 32
	done
	ip -n r route add default via 10.3.0.2 table 31
	ip -n r route add default via 10.4.0.2 table 32
	ip -n r -6 route add default via fd03::2 table 31
	ip -n r -6 route add default via fd04::2 table 32
}

# rules NS <nft's text
rules() {
	require nft
	in_ns "$1" nft -f -
}

declare -A inodes=()

# Sets inodes[NS]: one process each, not one a connection.
find_inode() {
	local path=/run/netns/$1

	[[ $1 != - ]] || path=/proc/1/ns/net
	[[ -n ${inodes[$1]:-} ]] || inodes[$1]=$(stat -L -c %i "$path")
}

inode_of() {
	find_inode "$1"
	echo "${inodes[$1]}"
}

stats_in() {
	if [[ $1 == - ]]; then
		cat "$stats"
	else
		in_ns "$1" cat "$stats"
	fi
}

flows_in() {
	if [[ $1 == - ]]; then
		cat /proc/net/synfin/flows
	else
		in_ns "$1" cat /proc/net/synfin/flows
	fi
}

# talk OPTION...: makes connections; see where_talk.py
talk() {
	timeout 580 python3 "$here/where_talk.py" "$@" >"$tmp/talked" ||
		fail "no connection: $*"
	[[ -s $tmp/talked ]] || fail "no connection: $*"
}

# each COMMAND [ARG...]: runs it for each connection that was made, with client,
# dest, from and server its addresses and ports, closer who closed, and again 1 if
# TCP sent something twice
each() {
	local c_addr c_port d_addr d_port f_addr f_port s_addr s_port
	local client dest from server closer again

	while read -r c_addr c_port d_addr d_port f_addr f_port s_addr s_port \
		closer again; do
		client="$c_addr $c_port"
		dest="$d_addr $d_port"
		from="$f_addr $f_port"
		server="$s_addr $s_port"
		"$@" </dev/null
	done <"$tmp/talked"
}

# expect NS CLIENT SERVER [NAME=VALUE...]: that NS shows the connection
expect() {
	local ns=$1 ends="$2 $3"
	shift 3

	find_inode "$ns"
	printf '%s\n' "$ns ${inodes[$ns]} $ends again=$again \
		closed_by=\"$closer\" $*" >>"$tmp/expected"
}

# The same addresses everywhere: plain NS...
plain() {
	local ns

	for ns; do
		expect "$ns" "$client" "$server"
	done
}

# three CLIENT_NS ROUTER SERVER_NS [NAME=VALUE...]: the client's namespace shows
# what it connected to, the server's whom it saw, the router both real ends.
three() {
	local one=$1 middle=$2 two=$3
	shift 3

	expect "$one" "$client" "$dest" "$@"
	expect "$middle" "$client" "$server" "$@"
	expect "$two" "$from" "$server" "$@"
}

# translated: addresses were changed; or the test would prove nothing
translated() {
	[[ "$client $dest" != "$from $server" ]] ||
		fail "nothing was translated: $client $dest"
}

# expect_more NS: that may show more than is expected
expect_more() {
	printf '%s\n' "$1 $(inode_of "$1") lines=ANY" >>"$tmp/expected"
}

conns_reached() {
	(($(stats_in "$1" | stat_of conns /dev/stdin) >= $2))
}

# Each namespace shows what is expected, nothing is live, and the books balance.
verify() {
	where_check.py "$tmp/expected" "$tmp" || fail "not as expected"
	books_balance "$tmp"/stats.* || fail "the books do not balance"
}

# both_families NS SERVER_NS ADDRESS4 ADDRESS6 [NS_BETWEEN...]
both_families() {
	local one=$1 two=$2 four=$3 six=$4
	shift 4

	talk --closer both "$one" "$four,$six" 80 "$two,$four,80" "$two,$six,80"
	each plain "$one" "$two" "$@"
	verify
}

# where NAME FUNCTION [ARG...]: run, of those whose names have ONLY in them
where() {
	[[ $1 != *"${ONLY:-}"* ]] || run "$@"
}

# where_more NAME FUNCTION [ARG...]: one more of a kind, if there is time
where_more() {
	[[ -z ${MORE:-}${ONLY:-} ]] || where "$@"
}
