#!/bin/bash
# All that faults.sh does, at once and for long: SOAK_SECONDS (1200), from a SEED.
#
# In rounds of a minute or so, each with a module that is loaded afresh: traffic,
# random packets, readers that are killed, a processor that comes and goes,
# namespaces, clocks, parameters, reads, and flows that have no memory. Each of these
# does what SEED and its name make it do, whatever the others do meanwhile.
#
# make check-soak runs it, in the debug kernel; it is not in the suite.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

seconds=${SOAK_SECONDS:-1200}
seed=${SEED:-$((EPOCHSECONDS % 32768))}
round_seconds=60
cpu=/sys/devices/system/cpu/cpu1/online
failslab=/sys/kernel/debug/failslab
actors=(kills_readers toggles_a_processor makes_namespaces sets_clocks
	writes_parameters reads_files unloads_in_vain)

# Seconds since the machine began, whatever its clock says.
uptime_is() {
	local up

	read -r up _ </proc/uptime
	printf '%s\n' "${up%.*}"
}

goes_on() {
	(($(uptime_is) < end))
}

# A pause of up to a third of a second.
pause() {
	sleep "0.$((RANDOM % 4))"
}

# --- the actors: each writes an empty line whenever it has done its part ---

kills_readers() {
	local pid

	case $((RANDOM % 3)) in
	0) faults read & ;;
	1) faults hold >/dev/null & ;;
	2) "$SYNFIN" conns --follow >/dev/null 2>&1 & ;;
	esac
	pid=$!
	pause
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || :
	echo
}

toggles_a_processor() {
	[[ -e $cpu ]] || return
	echo 0 >"$cpu"
	pause
	echo 1 >"$cpu"
	pause
	echo
}

makes_namespaces() {
	load -N -p 7400 -m 2 -n $((1 + RANDOM % 3)) -t 1
}

sets_clocks() {
	local steps=('+1 hour' '-1 hour' '+3 days' '-3 days')

	date -s "${steps[RANDOM % 4]}" >/dev/null
	pause
	pause
	echo
}

writes_parameters() {
	local files=(/sys/module/synfin/parameters/*)
	local values=(0 1 2 604800 16777216 4294967295 -1 x)

	echo "${values[RANDOM % 8]}" 2>/dev/null \
		>"${files[RANDOM % ${#files[@]}]}" || :
	pause
	echo
}

reads_files() {
	cat /proc/net/synfin/{stats,latency,services,flows} >/dev/null
	pause
	echo
}

# As long as somebody has the ring.
unloads_in_vain() {
	! rmmod synfin 2>/dev/null || fail "unloaded, with a reader"
	pause
	echo
}

# --- a round ---

# act ACTOR: until the round is over; an actor that fails fails the round
act() {
	# shellcheck disable=SC2030,SC2031 # its own, and the sum of its letters
	RANDOM=$((seed + number * 32 + ${#1}))
	while goes_on; do
		"$1" || return
	done >"$tmp/$1"
}

# A flow in a hundred has no memory.
fails_allocations() {
	[[ -d $failslab &&
		$(cat /sys/kernel/slab/synfin_flow/failslab 2>/dev/null) == 1 ]] || return 0
	echo 0 >"$failslab/verbose"
	echo Y >"$failslab/cache-filter"
	echo -1 >"$failslab/times"
	undo eval "echo 0 >$failslab/probability"
	echo 1 >"$failslab/probability"
}

# What each did, added to what it did in other rounds.
counts() {
	local actor

	for actor in "${actors[@]}"; do
		if [[ $actor == makes_namespaces ]]; then
			awk '{ n += $1 } END { print n + 0 }' "$tmp/$actor"
		else
			wc -l <"$tmp/$actor"
		fi | sed "s/^/$actor /"
	done
	sed 's/^/connections /' "$tmp/traffic"
	awk '{ print "packets_thrown", $2 }' "$tmp/thrown"
	printf 'flows_without_memory %d\nsegments %d\nloads 1\n' \
		"$(stat_of no_memory)" "$(stat_of segments)"
}

# round NUMBER SECONDS
round() {
	local job jobs=() number=$1 end

	end=$(($(uptime_is) + $2))
	undo date -s "@$EPOCHSECONDS"
	[[ ! -e $cpu ]] || undo eval "echo 1 >$cpu"
	synfin_load max_flows=1024 ring_records=64
	exec 5</proc/net/synfin/ring
	fails_allocations
	load -p 7100 -m 2 -t "$2" >"$tmp/traffic" &
	jobs+=($!)
	throw -s $((seed + number)) -t "$2" >"$tmp/thrown" &
	jobs+=($!)
	for job in "${actors[@]}"; do
		act "$job" &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		wait "$job" || fail "round $number: one of them has failed"
	done
	exec 5<&-
	wait_for "no traffic" is_quiet
	books_balance
	counts >>"$figures"
	load -p 7300 -n 4 >/dev/null
	wait_for "the books to balance" books_balance
}

all_of_it() {
	local number=0 until this left

	modprobe tun 2>/dev/null || :
	undo sysctl -qw net.ipv4.ip_forward=0
	sysctl -qw net.ipv4.ip_forward=1
	figures=$tmp/figures
	until=$(($(uptime_is) + seconds))
	while left=$((until - $(uptime_is))) && ((left > 0)); do
		this=$((left < 2 * round_seconds ? left : round_seconds))
		isolated round "$number" "$this"
		number=$((number + 1))
	done
	awk '{ n[$1] += $2 } END { for (i in n) printf "# %s: %d\n", i, n[i] }' \
		"$figures" | sort
}

note "SEED=$seed SOAK_SECONDS=$seconds"
run "all of it at once" all_of_it
finish
