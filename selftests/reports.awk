# SPDX-License-Identifier: GPL-2.0
# The kernel's log without the races that KCSAN finds in the kernel's own code: a
# report stands between two lines of "=", and ours has a frame in [synfin].
function flush() {
	if (!race || ours)
		printf "%s", held
	held = ""
	inside = race = ours = 0
}
/(^|\] )=+$/ {
	held = held $0 "\n"
	if (inside)
		flush()
	else
		inside = 1
	next
}
inside {
	held = held $0 "\n"
	race = race || /BUG: KCSAN/
	ours = ours || /\[synfin\]/
	# What is no report of KCSAN has no line at its end.
	if (!race && ++lines > 2)
		flush()
	if (!inside)
		lines = 0
	next
}
{ print }
END { flush() }
