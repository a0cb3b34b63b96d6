#!/bin/bash
# Whoever guesses the numbers of a forwarded connection changes nothing: not in the
# midst of traffic, not when it has been idle, not slowly; and the true close is told.
# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/where_lib.sh
. "$here/where_lib.sh"

# A socket would accept one or another of so many; but this is about the router.
drop_guesses() {
	rules b <<-'END'
		table inet guesses {
			chain prerouting {
				type filter hook prerouting priority -300
				ip ttl 32 drop
				ip6 hoplimit 32 drop
			}
		}
	END
}

# A queue that is full drops some before they are forwarded: nobody sees through these.
count_guesses() {
	rules r <<-'END'
		table inet guesses {
			counter passed { }
			chain forward {
				type filter hook forward priority -300
				ip ttl 32 counter name passed
				ip6 hoplimit 32 counter name passed
			}
		}
	END
}

guesses_that_passed() {
	in_ns r nft list counter inet guesses passed | awk '$1 == "packets" { print $2 }'
}

# guessed KIND ADDRESS: fewer than one in a thousand is believed for a moment
guessed() {
	local sent passed forged

	synfin_load
	line
	drop_guesses
	count_guesses
	in_ns a ping -qc 1 10.2.0.2 >/dev/null || fail "no way to b"
	in_ns a ping -qc 1 fd02::2 >/dev/null || fail "no way to b"
	sent=$(python3 "$here/blind.py" "$1" "$2") || fail "the connection broke"
	wait_for "the close" in_r conns 1
	"$SYNFIN" conns --no-follow --json >"$tmp/shown" 2>/dev/null
	grep "\"netns\":$(inode_of r)," "$tmp/shown" >"$tmp/router" ||
		fail "no connection"
	cut -c1-700 "$tmp/router" | sed 's/^/# /'
	passed=$(guesses_that_passed)
	forged=$(in_r_now "forged_$1")
	note "$sent guesses, $passed passed; taken for true, or not yet false:" \
		"$((passed - forged))"
	at_least "$passed" $((sent * 9 / 10)) "guesses that passed"
	same "$(wc -l <"$tmp/router")" 1 "connections in the router"
	grep -q '"open":"established","close":"four-way","closed_by":"server"' \
		"$tmp/router" || fail "not its own close"
	at_least "$forged" $((passed - passed / 1000)) "guesses seen through"
}

in_r_now() {
	stats_in r | stat_of "$1" /dev/stdin
}

in_r() {
	(($(in_r_now "$1") >= $2))
}

# odd ADDRESS: whatever is sent beside it, the connection is shown as what it was
odd() {
	local sent shown

	synfin_load
	line
	drop_guesses
	in_ns a ping -qc 1 10.2.0.2 >/dev/null || fail "no way to b"
	sent=$(python3 "$here/blind.py" odd "$1") || fail "the connection broke"
	wait_for "the close" in_r close_four_way 1
	shown=$("$SYNFIN" conns --no-follow --json 2>/dev/null |
		grep "\"netns\":$(inode_of r),.*\"open\":\"established\"")
	note "$sent odd segments: $(cut -c1-600 <<<"$shown")"
	same "$(wc -l <<<"$shown")" 1 "connections that opened in the router"
	# A RST that was near is counted, though it was seen through.
	grep -Eq '"close":"four-way","closed_by":"server".*"syn_count":1,"syn_ack_count":1,"fin_count":2,"rst_count":[0-9],"bytes_client":12000,"bytes_server":12000,' \
		<<<"$shown" || fail "not what it was"
}

run "whatever else there is, over IPv4" odd 10.2.0.2
run "RSTs, over IPv4" guessed rst 10.2.0.2
run "RSTs, over IPv6" guessed rst fd02::2
run "FINs, over IPv4" guessed fin 10.2.0.2
run "FINs, over IPv6" guessed fin fd02::2
finish
