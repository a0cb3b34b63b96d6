#!/bin/bash
# Whose connections are: the process that opens one, the listener that takes one, as
# /proc and ss know them. Where it is not certain nothing is said.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# field NAME: of the connection on stdin, as Python writes it
field() {
	python3 -c 'import json, sys
print(json.loads(sys.stdin.readline())[sys.argv[1]])' "$1"
}

# conns [OPTION...]: those that have ended, as JSON
conns() {
	"$SYNFIN" conns --json --no-follow --no-phases -q "$@"
}

# serve PORT [COUNT]: a server that says its pid and closes
serve() {
	python3 "$here/owner.py" serve "$1" "${2:-1}" &
	undo stop $!
	wait_for "a server" listens "$1"
}

# A control group of our own: $group.
make_cgroup() {
	group=/sys/fs/cgroup/synfin-test
	mountpoint -q /sys/fs/cgroup || {
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		undo umount /sys/fs/cgroup
	}
	mkdir "$group"
	undo rmdir "$group"
}

# Does this kernel know the control group of a socket? The small ones built for tests
# may not: then nothing is said of it.
sockets_have_groups() {
	! zgrep -q . /proc/config.gz 2>/dev/null ||
		zgrep -q '^CONFIG_SOCK_CGROUP_DATA=y' /proc/config.gz
}

a_process_that_connects() {
	local group got pid

	make_cgroup
	serve 8000
	synfin_load
	pid=$(bash -c 'echo $BASHPID >'"$group"'/cgroup.procs
		echo $BASHPID; exec curl -s --http0.9 http://127.0.0.1:8000/ -o /dev/null')
	wait_for "a connection" stat_reaches conns 1
	got=$(conns)
	same "$(field process <<<"$got")" connect process
	same "$(field pid <<<"$got")" "$pid" pid
	same "$(field comm <<<"$got")" curl comm
	if sockets_have_groups; then
		same "$(field cgroup <<<"$got")" /synfin-test cgroup
		same "$(field cgroup_id <<<"$got")" "$(stat -c %i "$group")" "its number"
		same "$(conns --comm 'cu*' --pid "$pid" --cgroup /synfin-test | wc -l)" \
			1 filters
		same "$(conns --cgroup "$(stat -c %i "$group")" | wc -l)" 1 "by its number"
	else
		same "$(field cgroup <<<"$got")" None cgroup
		same "$(conns --comm 'cu*' --pid "$pid" | wc -l)" 1 filters
	fi
	# Both ends are here: the listener is known, too.
	same "$(field socket <<<"$got")" "$(ss -Hltne "sport = :8000" 2>/dev/null |
		sed 's/.* ino:\([0-9]*\).*/\1/')" "socket of the listener"
	same "$(conns --comm '!curl' | wc -l)" 0 "what is denied"
	same "$(conns --cgroup /synfin | wc -l)" 0 "half a name"
}

two_are_there() {
	(($(conns --netns b | wc -l) == 2))
}

a_listener_that_takes() {
	local got pid

	netns a b
	veth_pair a b
	ip netns exec b python3 "$here/owner.py" serve 8000 2 &
	undo stop $!
	wait_for "a server" listens 8000 b
	pid=$(pgrep -f 'owner.py serve 8000' | head -n 1)
	synfin_load
	in_ns a python3 "$here/owner.py" ask 10.9.9.2 8000
	in_ns a python3 "$here/owner.py" ask fd09::2 8000
	wait_for "two connections" two_are_there
	for got in -4 -6; do
		got=$(conns --netns b "$got")
		same "$(field process <<<"$got")" listener process
		same "$(field pid <<<"$got")" "$pid" "pid of the listener's owner"
		same "$(field comm <<<"$got")" python3 comm
		same "$(field socket <<<"$got")" "$(ss -N b -Hltne "sport = :8000" 2>/dev/null |
			sed 's/.* ino:\([0-9]*\).*/\1/')" socket
	done
	same "$(conns --netns a | field process)" connect "at the other end"
}

# What is open now is somebody's, too.
live_connections() {
	local got server pid

	python3 "$here/owner.py" full 8000 9 &
	server=$!
	undo stop "$server"
	wait_for "a server" listens 8000
	synfin_load
	python3 "$here/owner.py" named 'a b' 8000 &
	pid=$!
	undo stop "$pid"
	wait_for "a connection" stat_reaches flows_open 1
	got=$("$SYNFIN" flows --json)
	same "$(field process <<<"$got")" connect process
	same "$(field pid <<<"$got")" "$pid" pid
	same "$(field comm <<<"$got")" 'a b' comm
	same "$("$SYNFIN" flows --json --comm 'a *' --pid "$pid" | wc -l)" 1 filters
	same "$("$SYNFIN" flows --json --comm '!a*' | wc -l)" 0 "what is denied"
	same "$("$SYNFIN" flows --no-headings -o PID,COMM | tr -d ' ')" \
		"$pid"'a\040b' "in columns"
}

# Names from strangers do nothing: to a terminal, to JSON, to a column.
a_name_that_bites() {
	serve 8000
	synfin_load
	python3 "$here/owner.py" named $'a "\e[2J\n b' 8000
	wait_for "a connection" stat_reaches conns 1
	same "$(conns | field comm | od -An -c | tr -d ' ')" \
		"$(printf 'a "\e[2J\n b\n' | od -An -c | tr -d ' ')" "in JSON"
	same "$("$SYNFIN" conns --no-follow -q --no-headings -o COMM)" \
		'a\040"?[2J?\040b' "in a column"
	same "$("$SYNFIN" conns --no-follow -q --csv | wc -l)" 2 "lines of CSV"
}

a_syn_is_sent() {
	[[ -n $(ss -Htn state syn-sent) ]]
}

# What is sent again by a timer is nobody's; so is what was opened before.
not_certain() {
	void_net
	timeout 20 bash -c 'exec 3<>/dev/tcp/192.0.2.9/9' 2>/dev/null &
	undo stop $!
	wait_for "a SYN" a_syn_is_sent
	synfin_load unanswered_timeout=1
	wait_for "a connection" stat_reaches conns 1
	conns | grep -q '"process":null,"pid":null,"comm":null,"cgroup":null' ||
		fail "$(conns)"
}

the_tracepoint_has_it() {
	serve 8000
	synfin_load
	"$SYNFIN" conns --source trace --json --no-phases -q -n 1 >"$tmp/got" &
	undo stop $!
	wait_for "the tracepoint" eval \
		'grep -q 1 /sys/kernel/tracing/instances/synfin-*/events/synfin/synfin_conn/enable'
	curl -s --http0.9 http://127.0.0.1:8000/ -o /dev/null
	wait_for "a connection" test -s "$tmp/got"
	same "$(field comm <"$tmp/got")" curl comm
}

require python3 curl ss pgrep
run "a process that connects" a_process_that_connects
run "a listener that takes" a_listener_that_takes
run "live connections" live_connections
run "a name that bites" a_name_that_bites
run "what is not certain is null" not_certain
run "the tracepoint has it" the_tracepoint_has_it
finish
