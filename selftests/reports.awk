# SPDX-License-Identifier: GPL-2.0
# The kernel's log without what is known of the kernel's own code:
# - races that KCSAN finds there: a report stands between two lines of "=", and ours
#   has a frame in [synfin];
# - that its trace events warn when memory is made to fail them;
# - that nf_tables of 6.1 walks lists of its sets under a mutex of which lockdep is not
#   told: such a report ends with the stack.
function flush() {
	if (!known)
		printf "%s", held
	held = ""
	block = known = ours = race = sets = lines = 0
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
block == "race" && /WARNING: suspicious RCU usage/ {
	block = "rcu"
}
block == "rcu" {
	sets = sets || /net\/netfilter\/nf(_tables_api|t_set_[a-z]+)\.c:[0-9]+ RCU-list traversed/
	ours = ours || /\[synfin\]/
	known = sets && !ours
	if (/<\/TASK>/ || lines > 200)
		flush()
	next
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
