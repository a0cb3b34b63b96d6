#!/bin/bash
# A random mix of connections through a network that loses, delays, duplicates and
# reorders; each is witnessed on the client, on the router and on the server.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/shapes_world.sh
. "$(dirname "$0")/shapes_world.sh"

seed=${SYNFIN_SEED:-1}
seconds=3
# What chance makes it may be new to the witness; where there is time it is looked into.
allow=(--allow 60)
if [[ -n ${MORE:-} ]]; then
	seconds=20
	allow=()
fi
seconds=${SYNFIN_MIX_SECONDS:-$seconds}

# What a slow kernel's programs say late still belongs to what has ended.
linger=${SYNFIN_PATIENCE:-10}

# The router's links are bad, both ways; what it sends on is drawn after its hooks.
bad_links() {
	local device

	modprobe sch_netem || skip "no netem"
	for device in net0 net1; do
		in_ns middle tc qdisc add dev "$device" root netem limit 100000 \
			delay 20ms 8ms loss 3% duplicate 2% reorder 10%
	done
	in_world sysctl -qw net.ipv4.tcp_syn_retries=2 \
		net.ipv4.tcp_synack_retries=2 net.ipv4.tcp_retries2=5 \
		net.ipv4.tcp_orphan_retries=3 net.ipv4.tcp_fin_timeout=5
	in_ns server nft -f - <<-'END'
		table inet mix {
			chain input {
				type filter hook input priority 0;
				tcp dport 8101 drop
			}
		}
	END
}

# A SYN whose next hop has no address yet passes the hook long before the tap; and
# bad links may lose the question.
know_neighbours() {
	local address

	for address in 10.9.2.1 fd09:2::1; do
		in_ns client bash -c ": <>/dev/tcp/$address/9" 2>/dev/null || :
	done
}

make_mix() {
	know_neighbours
	bad_links
	synfin_load ring_records=131072 linger_timeout="$linger" unanswered_timeout=15 \
		unacknowledged_timeout=15 half_closed_timeout=25 \
		closing_timeout=25
	captures_start "$dir"
	note "seed $seed, $(mix.py "$seconds" "$seed") connections begun"
	wait_all_over
	captures_stop "$dir"
	"$SYNFIN" conns --no-follow --json >"$dir/conns" 2>"$dir/said"
	for place in "${places[@]}"; do
		in_ns "$place" cat "$stats" >"$dir/$place.stats"
		inode_of "$place" >"$dir/$place.inode"
	done
	books_balance "$dir"/*.stats
}

witnessed() {
	witness_live "$1" "$dir" --limit unanswered=15 --limit unacknowledged=15 \
		--limit half_closed=25 --limit closing=25 --limit linger="$linger" \
		"${allow[@]}"
}

world_up
share_world
dir=${SYNFIN_OUT:-$(mktemp -d)}
run "a mix is made" make_mix
for place in "${places[@]}"; do
	run "the module and the witness agree, $place" witnessed "$place"
	run "the capture's reader and the witness agree, $place" \
		witness_file "$place" "$dir" "${allow[@]}"
done
finish
