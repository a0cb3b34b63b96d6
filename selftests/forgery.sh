#!/bin/bash
# Forged segments: none ends, opens or moves a connection, and each is counted; in
# connections of sockets and in forwarded ones. The witness sees the same traffic.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/shapes_world.sh
. "$(dirname "$0")/shapes_world.sh"

# A RST is seen through at once, or taken back when the connection goes on: which of them
# it is depends on whether a socket has a word in it.
counted() {
	local place name least got
	declare -A resets=() wanted_resets=()

	while read -r place name least; do
		[[ $place != connections ]] || continue
		got=$(stat_of "$name" "$dir/$place.stats")
		note "$place: $name $got, at least $least"
		case $name in
		forged_rst | taken_back)
			((resets[$place] += got, wanted_resets[$place] += least)) || : ;;
		*)
			((got >= least)) || bad="$bad $place:$name" ;;
		esac
	done <"$dir/wanted"
	for place in "${!resets[@]}"; do
		((resets[$place] >= wanted_resets[$place])) || bad="$bad $place:resets"
	done
}

# In each namespace each connection of theirs is ordinary.
all_ordinary() {
	local place wanted got

	wanted=$(awk '$1 == "connections" { print $2 }' "$dir/wanted")
	for place in "${places[@]}"; do
		got=$(grep "\"netns\":$(inode_of "$place")," "$dir/conns" |
			grep -c '"open":"established","close":"four-way","closed_by":"client"' || :)
		[[ $got == "$wanted" ]] || {
			note "$place: $got of $wanted are as if nothing had been forged"
			grep "\"netns\":$(inode_of "$place")," "$dir/conns" |
				grep -vE '"open":"(established","close":"four-way","closed_by":"client"|refused)' |
				cut -c1-900 | sed 's/^/# /' || :
			bad="$bad $place:ordinary"
		}
	done
}

make_forgeries() {
	local bad='' place

	# What has the client's own address comes from behind its tun.
	in_ns client sysctl -qw net.ipv4.conf.tun.accept_local=1 \
		net.ipv4.conf.tun.rp_filter=0 net.ipv4.conf.all.rp_filter=0
	synfin_load linger_timeout=15 half_closed_timeout=30 closing_timeout=30 \
		unacknowledged_timeout=30 unanswered_timeout=30
	captures_start "$dir"
	forgery.py "${SYNFIN_FAMILIES:-46}" >"$dir/wanted" || fail "could not forge"
	wait_all_over
	captures_stop "$dir"
	"$SYNFIN" conns --no-follow --json >"$dir/conns" 2>/dev/null
	for place in "${places[@]}"; do
		in_ns "$place" cat "$stats" >"$dir/$place.stats"
	done
	counted
	all_ordinary
	books_balance "$dir"/*.stats || bad="$bad books"
	[[ -z $bad ]] || fail "$bad"
}

world_up
share_world
dir=${SYNFIN_OUT:-$(mktemp -d)}
run "none ends, opens or moves a connection, each is counted" make_forgeries
for place in "${places[@]}"; do
	run "the module and the witness agree, $place" \
		witness_live "$place" "$dir" --checksums --limit linger=15
done
finish
