# SPDX-License-Identifier: GPL-2.0
# The kernel's log without what is known of the kernel's own code:
# - races that KCSAN finds there: a report stands between two lines of "=", and ours
#   has a frame in [synfin];
# - that its trace events warn when memory is made to fail them.
function flush() {
	if (!known)
		printf "%s", held
	held = ""
	block = known = ours = race = lines = 0
}
!block && /(^|\] )=+$/ {
	block = "race"
	held = $0 "\n"
	next
}
!block && /\[ cut here \]/ {
	block = "warning"
	held = $0 "\n"
	next
}
block {
	held = held $0 "\n"
	lines++
}
block == "race" {
	race = race || /BUG: KCSAN/
	ours = ours || /\[synfin\]/
	known = race && !ours
	if (/(^|\] )=+$/ || (!race && lines > 2))
		flush()
	next
}
block == "warning" {
	known = known || /WARNING: .* at kernel\/trace\/trace_events\.c/
	if (/\[ end trace / || lines > 200)
		flush()
	next
}
{ print }
END { flush() }
