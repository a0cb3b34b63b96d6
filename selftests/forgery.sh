#!/bin/bash
# Forged segments: none ends, opens or moves a connection, and each is counted; in
# connections of sockets and in forwarded ones. The witness sees the same traffic.
# shellcheck source=selftests/lib.sh
# shellcheck disable=SC2016 # expanded later, by awk or another shell
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/shapes_world.sh
. "$(dirname "$0")/shapes_world.sh"

counted() {
	local place name least got

	while read -r place name least; do
		[[ $place != connections ]] || continue
		got=$(in_ns "$place" awk -v name="$name" '$1 == name { print $2 }' \
			"$stats")
		note "$place: $name $got, at least $least"
		((got >= least)) || bad="$bad $place:$name"
	done <"$dir/wanted"
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

# forged FAMILY sockets|made
forged() {
	local bad='' place

	world_up
	# What has the client's own address comes from behind its tun.
	in_ns client sysctl -qw net.ipv4.conf.tun.accept_local=1 \
		net.ipv4.conf.tun.rp_filter=0 net.ipv4.conf.all.rp_filter=0
	dir=${SYNFIN_OUT:+$SYNFIN_OUT/$2$1}
	mkdir -p "${dir:=$tmp}"
	# A router reads no checksum; a device that has read it says so in its stead.
	synfin_load linger_timeout=15 half_closed_timeout=30 closing_timeout=30 \
		unacknowledged_timeout=30 unanswered_timeout=30
	captures_start "$dir"
	forgery.py "$1" "$2" >"$dir/wanted" || fail "could not forge"
	wait_all_over
	captures_stop "$dir"
	"$SYNFIN" conns --no-follow --json >"$dir/conns" 2>/dev/null
	for place in "${places[@]}"; do
		in_ns "$place" cat "$stats" >"$dir/$place.stats"
	done
	counted
	all_ordinary
	for place in "${places[@]}"; do
		witness.py "$dir/$place.pcap" "$dir/conns" --live --checksums \
			--netns "$(inode_of "$place")" --limit linger=15 ||
			bad="$bad $place:witness"
	done
	[[ -z $bad ]] || fail "$bad"
}

for family in ${SYNFIN_FAMILIES:-4 6}; do
	run "IPv$family: forged in forwarded connections" forged "$family" made
	run "IPv$family: forged in connections of sockets" forged "$family" sockets
done
finish
