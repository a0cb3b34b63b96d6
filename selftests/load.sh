#!/bin/bash
# Loading, parameters, unloading; again and again, under traffic.
# SYNFIN_RELOADS=N: so often, 25 times if it does not say.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# What the kernel's log says of us.
log_of_synfin() {
	dmesg | grep -F ' synfin: ' | grep -vE 'out-of-tree|signature' || :
}

mode_of() {
	stat -c '%A' "/proc/net/synfin/$1"
}

makes_its_files() {
	local entry

	synfin_load
	for entry in stats:-r--r--r-- latency:-r--r--r-- services:-r--r--r-- \
		listeners:-r--r--r-- flows:-r-------- ring:-r--------; do
		same "$(mode_of "${entry%:*}")" "${entry#*:}" \
			"mode of ${entry%:*}"
	done
	same "$(find /proc/net/synfin/ -type f | wc -l)" 6 "files"
	for entry in stats latency services listeners flows; do
		cat "/proc/net/synfin/$entry" >/dev/null
	done
	[[ -d /sys/kernel/tracing/events/synfin/synfin_phase ]] ||
		fail "no tracepoint synfin_phase"
	[[ -d /sys/kernel/tracing/events/synfin/synfin_conn ]] ||
		fail "no tracepoint synfin_conn"
}

stats_are_name_and_value() {
	synfin_load ring_records=1024 max_flows=4096
	! grep -vE '^[a-z][a-z0-9_]* [0-9]+$' "$stats" || fail "odd lines"
	same "$(cut -d' ' -f1 "$stats" | sort | uniq -d)" '' "names given twice"
	same "$(stat_of ring_records)" 1024 ring_records
	same "$(stat_of max_flows)" 4096 max_flows
	same "$(cat /sys/module/synfin/parameters/ring_records)" 1024 parameter
}

leaves_nothing() {
	synfin_load
	load -n 4 >/dev/null
	synfin_unload
	[[ ! -e /proc/net/synfin ]] || fail "/proc/net/synfin is there"
	[[ ! -e /sys/kernel/tracing/events/synfin ]] || fail "tracepoints are there"
	! grep -qE '^synfin' /proc/slabinfo || fail "a slab is there"
	! grep -q '\[synfin\]' /proc/kallsyms || fail "symbols are there"
}

loads_with_the_least_and_the_most() {
	synfin_load ring_records=16 max_flows=1024 unanswered_timeout=1 \
		unacknowledged_timeout=1 half_closed_timeout=1 \
		closing_timeout=1 linger_timeout=1
	load -n 8 >/dev/null
	synfin_unload
	insmod "$SYNFIN_KO" unanswered_timeout=604800 \
		unacknowledged_timeout=604800 half_closed_timeout=604800 \
		closing_timeout=604800 linger_timeout=604800
	load -n 8 >/dev/null
	same "$(stat_of flows_lingering)" 8 "lingering flows"
}

# refuses_parameter NAME=VALUE: one line in the log, that names it and its range
refuses_parameter() {
	local before line

	before=$(log_of_synfin | wc -l)
	! insmod "$SYNFIN_KO" "$1" 2>/dev/null || {
		rmmod synfin
		fail "$1: loaded"
	}
	line=$(log_of_synfin | tail -n +$((before + 1)))
	same "$(wc -l <<<"$line")" 1 "$1: lines in the log"
	[[ $line == *"synfin: $1: must be "*"from "[0-9]*" to "[0-9]* ]] ||
		fail "$1: $line"
	[[ ! -e /proc/net/synfin ]] || fail "$1: /proc/net/synfin is there"
}

refuses_rings() {
	local value

	for value in 0 1 8 15 17 100 8191 67108864 2147483648 4294967295; do
		refuses_parameter "ring_records=$value"
	done
}

refuses_max_flows() {
	local value

	for value in 0 1 1023 16777217 4294967295; do
		refuses_parameter "max_flows=$value"
	done
}

refuses_timeouts() {
	local name value

	for name in unanswered unacknowledged half_closed closing linger; do
		for value in 0 604801 4294967295; do
			refuses_parameter "${name}_timeout=$value"
		done
	done
}

refuses_what_is_no_number() {
	refuses insmod "$SYNFIN_KO" ring_records=many 2>/dev/null
	refuses insmod "$SYNFIN_KO" max_flows=-1 2>/dev/null
	refuses insmod "$SYNFIN_KO" linger_timeout= 2>/dev/null
	! synfin_loaded || fail "loaded"
}

is_in_use_while_a_ring_is_open() {
	synfin_load
	exec 8</proc/net/synfin/ring
	refuses rmmod synfin 2>"$tmp/said"
	grep -q 'in use' "$tmp/said" || fail "$(cat "$tmp/said")"
	exec 8<&-
	rmmod synfin
}

unloads_while_its_files_are_open() {
	local file

	synfin_load
	load -n 4 >/dev/null
	exec 7<"$stats"
	file=/proc/net/synfin/flows
	exec 6<"$file"
	read -r -u 7 _ || :
	rmmod synfin
	exec 7<&- 6<&-
}

memory() {
	awk '$1 == "MemAvailable:" { free = $2 }
		$1 ~ /^(SUnreclaim|Percpu|VmallocUsed):/ { used += $2 }
		END { print free, used }' /proc/meminfo
}

load_and_unload() {
	local i

	for ((i = 0; i < $1; i++)); do
		insmod "$SYNFIN_KO" max_flows=16384
		# Let it see something, without waiting for a time.
		until_true 2 stat_reaches conns 4 || fail "nothing seen"
		rmmod synfin
	done
}

# While clients come and go. kmemleak looks at the end, in log.sh.
reloads_under_traffic() {
	local before after reloads=${SYNFIN_RELOADS:-25} since=$SECONDS

	load -m 2 -t 3600 -b 2048 >/dev/null &
	undo stop $!
	# The first times, caches grow.
	load_and_unload 5
	before=$(memory)
	load_and_unload "$reloads"
	after=$(memory)
	note "$((reloads + 5)) times in $((SECONDS - since)) s"
	note "kB free, used by the kernel: $before; afterwards $after"
	at_most "$((${after#* } - ${before#* }))" 8192 "kB that the kernel uses more"
	at_most "$((${before% *} - ${after% *}))" 32768 "kB fewer available"
}

run "loading makes the files of /proc, with their modes" makes_its_files
run "stats are a name and a value a line" stats_are_name_and_value
run "unloading leaves nothing" leaves_nothing
run "loads with the least and with the most" loads_with_the_least_and_the_most
run "refuses rings of a wrong size, naming the range" refuses_rings
run "refuses a wrong max_flows, naming the range" refuses_max_flows
run "refuses wrong timeouts, naming the range" refuses_timeouts
run "refuses what is no number" refuses_what_is_no_number
run "is in use while a ring is open" is_in_use_while_a_ring_is_open
run "unloads while a process has its other files open" \
	unloads_while_its_files_are_open
run "loaded and unloaded again and again under traffic" reloads_under_traffic
finish
