#!/bin/bash
# The rows of /proc/net/synfin/services belong to ports that connections were
# established to; who knocks takes none, and the least used makes way.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

services=/proc/net/synfin/services

# on_one ARG...: of services.py, on one CPU, since each has rows of its own
on_one() {
	taskset -c 0 python3 "$here/services.py" "$@"
}

# Connections that the row of a port counts, in all.
# row PORT
row() {
	awk -v port="$1" 'NR == 1 { for (i = 2; i <= NF; i++)
			opened[i] = $i ~ /^open_/ }
		$1 == port { for (i = 2; i <= NF; i++) if (opened[i]) n += $i }
		END { print n + 0 }' "$services"
}

rows() {
	awk 'NR > 1 && $1' "$services" | wc -l
}

sum() {
	local port total=0

	while read -r port _; do
		total=$((total + $(row "$port")))
	done < <(sed 1d "$services")
	echo "$total"
}

a_scan_takes_no_row() {
	synfin_load linger_timeout=1 unanswered_timeout=1
	on_one knock 1 400
	on_one visit 7000 7001 3
	# Refused by whoever is not there.
	for port in {600..640}; do
		! timeout 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" 2>/dev/null ||
			fail "somebody listens on $port"
	done
	wait_for "44 connections" stat_reaches conns 44
	same "$(row 7000)" 3 "connections to the service"
	same "$(rows)" 1 "rows"
	at_least "$(row 0)" 41 "connections to all others"
}

the_least_used_makes_way() {
	synfin_load linger_timeout=1
	on_one visit 7000 7001 3
	on_one visit 20000 20300 1
	on_one visit 7001 7002 2
	wait_for "305 connections" stat_reaches conns 305
	# The server's close may be seen on another CPU.
	same "$(row 7000)" 3 "connections to the busiest"
	same "$(row 7001)" 2 "connections to the last"
	at_most "$(rows)" $((128 * $(nproc))) "rows"
	same "$(sum)" "$(stat_of conns)" "connections in all rows"
	awk 'NR > 1 && NF != columns { exit 1 } { columns = NF }' "$services" ||
		fail "rows of different lengths"
}

# Two namespaces of somebody who has made connections to 128 ports in each.
# made_by GROUP: $charged, bytes of the kernel's memory that his group is charged for
made_by() {
	local group=$tmp/cgroup/$1 i

	mkdir "$group"
	undo rmdir "$group"
	for i in 1 2; do
		# shellcheck disable=SC2016 # its own
		sh -c 'echo $$ >"$0/cgroup.procs" && exec unshare -n sh -c "
			ip link set lo up && $1 visit 7000 7128 1 && echo made && exec sleep 999"' \
			"$group" "taskset -c 0 python3 $here/services.py" >"$tmp/$1$i" &
		undo stop $!
	done
	for i in 1 2; do
		until_true 20 grep -q made "$tmp/$1$i" || fail "namespace $i makes none"
	done
	# The kernel sums it up every two seconds.
	sleep 3
	charged=$(awk '$1 == "slab_unreclaimable" { print $2 }' "$group/memory.stat")
}

charged_to_who_made_it() {
	local charged without

	mkdir "$tmp/cgroup"
	mount -t cgroup2 none "$tmp/cgroup" || skip "no control groups"
	undo umount "$tmp/cgroup"
	echo +memory >"$tmp/cgroup/cgroup.subtree_control" || skip "they count no memory"
	made_by without
	without=$charged
	synfin_load
	made_by with
	note "charged for, of 256 rows: $(((charged - without) / 1024)) KiB"
	at_least $((charged - without)) 50000 "bytes"
}

require python3 taskset
run "a scan takes no row" a_scan_takes_no_row
run "the least used makes way" the_least_used_makes_way
run "who made a namespace is charged for its rows" charged_to_who_made_it
finish
