#!/bin/bash
# Every shape of opening and closing, made by sockets or segment by segment, on the
# client, on a router and on the server; witnessed by tcpdump and tshark.
# shellcheck source=selftests/lib.sh
# shellcheck disable=SC2086 # numbers and names without blanks
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/shapes_world.sh
. "$(dirname "$0")/shapes_world.sh"

timeout=20

# What sockets need to make the rarer shapes; ports as in shapes.py.
rules() {
	in_world sysctl -qw net.ipv4.tcp_fastopen=0x607 \
		net.ipv4.tcp_synack_retries=1
	in_ns server nft -f - <<-'END'
		table inet shapes {
			chain input {
				type filter hook input priority 0;
				tcp dport 4007 reject with icmpx type host-unreachable
				tcp dport 4008 drop
			}
		}
	END
}

make_shapes() {
	synfin_load unanswered_timeout=$timeout unacknowledged_timeout=$timeout \
		half_closed_timeout=$timeout closing_timeout=$timeout \
		linger_timeout=15
	captures_start "$dir"
	shapes.py make "${SYNFIN_FAMILIES:-46}" "$dir/expected" $timeout || made=not
	wait_all_over
	captures_stop "$dir"
	"$SYNFIN" conns --no-follow --json >"$dir/conns" 2>"$dir/said"
	[[ -z ${made:-} ]] || fail "not all could be made"
}

as_asserted() {
	shapes.py check "$dir/expected" "$dir/conns" "$(inode_of "$1")" "$1" ||
		fail "differences in $1"
}

witnessed() {
	witness_live "$1" "$dir" --limit unanswered=$timeout \
		--limit unacknowledged=$timeout --limit half_closed=$timeout \
		--limit closing=$timeout --limit linger=15
}

world_up
rules
share_world
dir=${SYNFIN_OUT:-$(mktemp -d)}
run "shapes are made" make_shapes
for place in "${places[@]}"; do
	run "shapes as asserted, $place" as_asserted "$place"
	run "the module and the witness agree, $place" witnessed "$place"
	run "the capture's reader and the witness agree, $place" \
		witness_file "$place" "$dir"
done
finish
