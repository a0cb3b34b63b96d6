# SPDX-License-Identifier: GPL-2.0
# Sums up what gcov -b -c -t says: of each file of core/ the lines that were run and
# the branches that were taken, each way; then of all. A line that runs in none of a
# function's copies is not run; of copies in several files the best counts.
# Exit status 1 if either is below 95 in a hundred.
/^ *-: *0:Source:/ {
	file = $0
	pure = file ~ /\/core\//
	sub(/.*\//, "", file)
	next
}
!pure { next }
/^ *[0-9#=*-]+\*?: *[0-9]+:/ {
	split($0, part, ":")
	at = file ":" (part[2] + 0)
	branch = 0
	if (part[1] ~ /-$/ && part[1] !~ /#|=/)
		next
	if (!(at in line))
		line[at] = 0
	if (part[1] ~ /[0-9]/)
		line[at] = 1
	next
}
/^branch/ {
	way = at " " branch++
	if (!(way in taken))
		taken[way] = 0
	if ($3 == "taken" && $4 > 0)
		taken[way] = 1
}
function row(file, lines, run, ways, went) {
	return sprintf("%-20s %5d lines %5.1f %%  %5d branches %5.1f %%", file,
		       lines, 100 * run / lines, ways, ways ? 100 * went / ways : 100)
}
END {
	for (at in line) {
		split(at, part, ":")
		lines[part[1]]++
		run[part[1]] += line[at]
		# What was never met, to look at: MISSED=1.
		if (missed && !line[at])
			print "missed " at | "sort -t: -k1,1 -k2n"
	}
	close("sort -t: -k1,1 -k2n")
	for (way in taken) {
		split(way, part, ":")
		ways[part[1]]++
		went[part[1]] += taken[way]
	}
	for (file in lines) {
		print row(file, lines[file], run[file], ways[file], went[file]) | "sort"
		all += lines[file]
		ran += run[file]
		branches += ways[file]
		gone += went[file]
	}
	close("sort")
	print row("all", all, ran, branches, gone)
	exit ran < 0.95 * all || gone < 0.95 * branches
}
