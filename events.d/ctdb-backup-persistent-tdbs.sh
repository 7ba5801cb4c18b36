#!/bin/sh
# Write all persistent databases to one compressed archive.  95.database runs
# this daily.

[ -n "$CTDB_BASE" ] || CTDB_BASE=$(cd "$(dirname "$0")" && pwd)
. "${CTDB_BASE}/functions"

usage() {
	cat >&2 <<EOF
usage: ${0} [-l | -L STATUS] [-m MODE] DIRECTORY

  -l         do nothing, successfully, unless this node is the leader
  -L STATUS  the same, ending with STATUS
  -m MODE    give DIRECTORY this mode, octal (0700)
EOF
	exit 1
}

# The copies are the same on all nodes: one backup is enough.
leader_only=false
status_elsewhere=0
mode="0700"
while getopts "lL:m:h" option; do
	case "$option" in
	l) leader_only=true ;;
	L)
		leader_only=true
		status_elsewhere="$OPTARG"
		;;
	m) mode="$OPTARG" ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || usage
directory="$1"
[ -d "$directory" ] || die "ERROR: not a directory: ${directory}"

is_leader() {
	[ "$("$CTDB" leader)" = "$("$CTDB" pnn)" ]
}

persistent_databases() {
	"$CTDB" getdbmap -X | awk -F '|' 'NR > 1 && $5 == "1" { print $3 }'
}

if $leader_only && ! is_leader; then
	exit "$status_elsewhere"
fi

# There are secrets in the databases.
umask 077

# What was killed before it was complete.
rm -rf "$directory"/.ctdb-persistent-db.*

databases=$(persistent_databases)
name="ctdb-persistent-db.$(date +%Y%m%d.%H%M%S)"
work="${directory}/.${name}.$$"
mkdir -p "${work}/${name}" || die "ERROR: cannot make directory: ${work}"
trap 'rm -rf "$work"' 0

for database in $databases; do
	"$CTDB" backupdb "$database" "${work}/${name}/${database}.backup" >/dev/null ||
		die "ERROR: cannot back up database: ${database}"
done

chmod "$mode" "$directory" || die "ERROR: cannot set mode ${mode}: ${directory}"

# What has the final name is complete.
archive="${name}.tar.gz"
tar -czf "${work}/${archive}" -C "$work" "$name" ||
	die "ERROR: cannot write archive: ${archive}"
mv "${work}/${archive}" "${directory}/${archive}"
