# What a host has installed below /usr and in /etc/ctdb: Debian's package, or a tree of ours over it.
# shellcheck shell=bash

kind_of() { cat "$BASE/n$1/kind"; }

tree_of() {   # tree_of KIND: where its files are; nothing for Debian's own
	case $1 in
	c) ;;
	ours | newer) echo "$BASE/trees/$1" ;;
	deb) echo "$DEB_TREE" ;;
	*) die "kind of host: $1: must be c, ours, newer or deb" ;;
	esac
}

make_tree() {   # make_tree KIND
	local tree
	tree=$(tree_of "$1") || exit 2
	if [ -z "$tree" ] || [ -d "$tree/usr" ]; then return 0; fi
	mkdir -p "$BASE/trees"
	# A half-made tree would look like a whole one.
	"$DENO" run --quiet --no-check -A "$LAB/../../../tools/install.ts" --prefix /usr \
		--destdir "$tree.new" >"$BASE/trees/install.log" || die "no tree of kind $1"
	if [ "$1" = newer ]; then
		# The number that the program compares between nodes and shows.
		grep -rl '4\.24\.5' "$tree.new/usr/lib/ctdb-deno/app" | xargs sed -i 's/4\.24\.5/4.24.6/g'
	fi
	mv "$tree.new" "$tree"
}

etc_of() {   # etc_of KIND: the directory to take functions and call-outs from
	local tree
	tree=$(tree_of "$1") || exit 2
	echo "$tree/etc/ctdb"
}

data_of() {   # data_of KIND: the directory of the event scripts
	local tree
	tree=$(tree_of "$1") || exit 2
	echo "$tree/usr/share/ctdb"
}

with_tree_of() {   # with_tree_of N CMD...: outside of the hosts, with what host N has installed
	local tree
	tree=$(tree_of "$(kind_of "$1")")
	shift
	if [ -z "$tree" ]; then "$@"; return; fi
	# shellcheck disable=SC2016
	unshare --mount bash -c 'mount -t overlay overlay -o "lowerdir=$0/usr:/usr" /usr && exec "$@"' \
		"$tree" "$@"
}
