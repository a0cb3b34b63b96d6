#!/bin/bash
# Readers and modules of other versions: each understands the other, or says in one
# line which versions they are.
#
# Usage: versions.sh [build [all]]
#   (nothing)   in the guest: the rings, as far as older ones have been built
#   build       here: builds, from the history, the reader of each older version, and
#               the module of the last of them; all: the modules of each
#
# In: KDIR for the modules. Out: TAP; out/versions/N/{commit,tools/synfin,synfin.ko}.
here=$(dirname "$(readlink -f "$0")")
header=module/uapi/synfin.h

version_in() {
	git show "$1:$header" | awk '$2 == "SYNFIN_VERSION" { print $3 }'
}

# The last commit of each older version: lines of "VERSION COMMIT".
older() {
	local commit version seen=0

	while read -r commit; do
		version=$(version_in "$commit")
		((version > seen)) || continue
		((!seen)) || printf '%s %s\n' "$seen" "$(git rev-parse "$commit^")"
		seen=$version
	done < <(git log --reverse --format=%H -G'define SYNFIN_VERSION' -- "$header")
}

# build_one TREE COMMIT WHAT: what is there already is not built again
build_one() {
	if [[ $(cat "$1/commit" 2>/dev/null) != "$2" ]]; then
		rm -rf "$1"
		mkdir -p "$1"
		git archive "$2" | tar -x -C "$1" &&
			make -s -C "$1/tools" synfin >"$1/log" 2>&1 || return
		printf '%s\n' "$2" >"$1/commit"
	fi
	[[ $3 == reader || -e $1/synfin.ko ]] ||
		make -s -C "$KDIR" M="$1" modules >>"$1/log" 2>&1
}

build() {
	local all=$1 version commit last number=0

	cd "$here/.." || return
	last=$(git rev-parse --is-shallow-repository 2>/dev/null)
	if [[ $last != false ]]; then
		printf '1..0 # SKIP a tree without its history\n'
		return
	fi
	: "${KDIR:=$(scripts/kernel kdir)}"
	last=$(older | tail -n 1)
	while read -r version commit; do
		number=$((number + 1))
		if build_one "$here/out/versions/$version" "$commit" \
			"$([[ -n $all || "$version $commit" == "$last" ]] || echo reader)"; then
			printf 'ok %d - version %s builds\n' "$number" "$version"
		else
			printf 'not ok %d - version %s builds\n' "$number" "$version"
			tail -n 20 "$here/out/versions/$version/log" | sed 's/^/# /'
		fi
	done < <(older)
	printf '1..%d\n' "$number"
}

if [[ ${1:-} == build ]]; then
	build "${2:-}"
	exit
fi

# shellcheck source=selftests/lib.sh
. "$here/lib.sh"

built=$(find_above out/versions)

# refused READER: in one line, with both versions
refused() {
	local said status=0

	said=$("$1" conns --no-follow 2>&1) || status=$?
	same "$status" 1 "status of $1"
	same "$(wc -l <<<"$said")" 1 "lines of $1: $said"
	[[ $said =~ version\ [0-9]+.*version\ [0-9]+ ]] || fail "$1: $said"
	note "$said"
}

# It reads what needs no ring.
reads_figures() {
	"$1" stats >"$tmp/stats" || fail "$1 cannot read stats"
	grep -q '[0-9]' "$tmp/stats" || fail "$1 shows no figures"
}

older_module() {
	local version=$1

	[[ -e $built/$version/synfin.ko ]] || skip "not built"
	[[ $(modinfo -F vermagic "$built/$version/synfin.ko") == "$(uname -r) "* ]] ||
		skip "built for another kernel"
	SYNFIN_KO=$built/$version/synfin.ko synfin_load
	load -n 4 >/dev/null
	refused "$SYNFIN"
	"$built/$version/tools/synfin" conns --no-follow --json >"$tmp/conns"
	at_least "$(wc -l <"$tmp/conns")" 4 "connections by its own reader"
}

older_reader() {
	[[ -e $built/$1/tools/synfin ]] || skip "not built"
	synfin_load
	load -n 4 >/dev/null
	refused "$built/$1/tools/synfin"
	reads_figures "$built/$1/tools/synfin"
}

for version in $(cd "$built" 2>/dev/null && printf '%s\n' [0-9]* | grep -x '[0-9]*'); do
	run "the module of version $version and this reader" older_module "$version"
	run "this module and the reader of version $version" older_reader "$version"
done
if ((!tests_run)); then
	printf '1..0 # SKIP no older version was built\n'
	exit "$KSFT_SKIP"
fi
finish
