#!/bin/bash
# The flow table, whatever is sent to it: nobody's segments make it slow.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

# each_takes OPTION... SET: nanoseconds that one SYN of it takes
each_takes() {
	pairs -n 8000 "$@" | awk '{ print $3 }'
}

# Endpoints that are chosen, once with a sum in common: a chain that grows with them
# makes each of 8,000 take ten times as long. Nearer than two no clock here can tell.
# chosen OPTION
chosen() {
	local random sums

	synfin_load
	random=$(each_takes ${1:+"$1"} random)
	sums=$(each_takes ${1:+"$1"} sums)
	note "$random ns for a SYN between random endpoints, $sums between chosen ones"
	at_most "$sums" $((random * 2)) "ns for a SYN between chosen endpoints"
	same "$(stat_of chain_full)" 0 "flows in chains that are too long"
}

chosen6() {
	ip route add local fd00::/96 dev lo
	undo ip route del local fd00::/96 dev lo
	chosen -6
}

run "chosen endpoints cost no more than random ones" chosen ""
run "over IPv6, too" chosen6
finish
