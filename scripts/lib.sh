# shellcheck shell=bash
# Sourced by the scripts beside it: messages, the cache folder, which Debian
# kernel the project builds for and boots, and where that kernel's source is.
# In: the machine's packages, XDG_CACHE_HOME. Out: functions only.

SYNFIN_SERIES=6.1
SYNFIN_SOURCE_TAR=/usr/src/linux-source-$SYNFIN_SERIES.tar.xz

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	say "$@"
	exit 1
}

# The comment at the head of the calling script is its --help.
usage() {
	sed -n '2,/^[^#]/{/^#/!q;s/^# \{0,1\}//;p}' "$0"
}

cache_dir() {
	local dir=${XDG_CACHE_HOME:-$HOME/.cache}/synfin

	mkdir -p "$dir"
	printf '%s\n' "$dir"
}

# Runs a command with its output in a log; a dot of progress each few seconds.
# quietly LOG WHAT COMMAND [ARG...]
quietly() {
	local log=$1 what=$2 start=$SECONDS pid status=0
	shift 2

	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	while sleep 1 && kill -0 "$pid" 2>/dev/null; do
		(((SECONDS - start) % 15)) ||
			say "$what: $((SECONDS - start)) s"
	done
	wait "$pid" || status=$?
	if ((status)); then
		tail -n 30 "$log" >&2
		say "$what: failed; the whole log is $log"
	fi
	return "$status"
}

# Newest Debian kernel in a root folder that can be booted, no flavour (-rt, -cloud):
# of this machine's own root, of the series the project is built for.
# kernel_release ROOT
kernel_release() {
	local root=${1%/} series='' rel

	[[ -n $root ]] || series=$SYNFIN_SERIES.
	rel=$(cd "$root/lib/modules" 2>/dev/null &&
		printf '%s\n' "$series"*-amd64 | sort -rV |
		grep -vE -e '-(rt|cloud)-' |
		while read -r rel; do
			if [[ -e $root/boot/vmlinuz-$rel ]]; then
				printf '%s\n' "$rel"
				break
			fi
		done)
	[[ -n $rel ]] ||
		die "no kernel under $root/boot: try scripts/setup vm"
	printf '%s\n' "$rel"
}

# Is that one of the kernels that scripts/debug-kernel builds? is_own NAME
is_own() {
	[[ $1 == debug || $1 == races ]]
}

# Build folder of the kernel of kernel_release().
kernel_kdir() {
	local rel kdir

	rel=$(kernel_release /)
	kdir=/lib/modules/$rel/build
	[[ -e $kdir/Makefile ]] ||
		die "$kdir: no kernel headers: try scripts/setup build"
	printf '%s\n' "$kdir"
}

# What a module's build needs of this tree, for another kernel: copy_module FOLDER
copy_module() {
	rm -rf "$1"
	mkdir -p "$1"
	cp -r Kbuild module "$1"
	find "$1" -name '*.o' -delete
}

# Version of the packaged kernel source, to key what is made from it.
linux_source_version() {
	dpkg-query -W -f '${Version}' "linux-source-$SYNFIN_SERIES" 2>/dev/null ||
		die "linux-source-$SYNFIN_SERIES is missing: try scripts/setup check"
}

# Prints the folder of the unpacked kernel source; unpacks it the first time.
linux_source() (
	version=$(linux_source_version)
	cache=$(cache_dir)
	tree=$cache/linux-source-$SYNFIN_SERIES

	exec 9>"$cache/linux-source.lock"
	flock 9
	if [[ $(cat "$tree/.synfin-version" 2>/dev/null) != "$version" ]]; then
		fresh=$(mktemp -d "$cache/linux-source.XXXXXX")
		trap 'rm -rf "$fresh"' EXIT
		say "unpacking linux-source-$SYNFIN_SERIES $version (some 20 s)"
		tar -xf "$SYNFIN_SOURCE_TAR" -C "$fresh" --strip-components=1 9>&-
		printf '%s\n' "$version" >"$fresh/.synfin-version"
		chmod 755 "$fresh"
		rm -rf "$tree"
		mv "$fresh" "$tree"
	fi
	printf '%s\n' "$tree"
)
