#!/bin/sh
# "lock debug script" of the [database] section: run when the daemon has waited
# long for a database or one of its records, as
#
#   debug_locks.sh HELPER-PID RECORD|DB DATABASE-FILE MUTEX|FCNTL
#
# Shows who holds the lock and what those processes are doing.

[ -n "$CTDB_BASE" ] || CTDB_BASE=$(cd "$(dirname "$0")" && pwd)
. "${CTDB_BASE}/functions"

[ $# -eq 4 ] || die "usage: ${0} PID RECORD|DB FILE MUTEX|FCNTL"
helper="$1"
scope="$2"
database="$3"
kind="$4"

# Print the processes with a POSIX lock on the database, as "PID LINE..."
fcntl_holders() {
	_inode=$(stat -c "%i" "$database") || return 1
	# A waiting lock has "->" as its second word.
	awk -v inode="$_inode" '
		$2 != "->" && split($6, file, ":") == 3 && file[3] == inode {
			pid = $5
			$1 = ""
			print pid, $0
		}' /proc/locks
}

# Mutexes are not listed by the kernel: a helper tries them one by one and prints
# "[PID] CHAIN" for each that is taken.
mutex_holders() {
	_mutex_check="${CTDB_HELPER_BINDIR}/tdb_mutex_check"
	if [ ! -x "$_mutex_check" ]; then
		echo "Cannot look for holders of mutexes: no ${_mutex_check}" >&2
		return 1
	fi
	"$_mutex_check" "$database" | sed -n -E -e 's/^\[([0-9]+)\](.*)/\1 mutex\2/p'
}

holders() {
	fcntl_holders
	if [ "$kind" = "MUTEX" ]; then
		mutex_holders
	fi
}

show_process() {
	echo "---- Process ${1} ----"
	ps -o pid=,ppid=,stat=,wchan:30=,etime=,args= -p "$1"
	cat "/proc/${1}/stack" 2>/dev/null
}

debug_locks() {
	echo "===== Start of debug locks PID=${helper}, ${scope} ${database} ${kind} ====="
	_holders=$(holders 2>&1)
	printf '%s\n' "$_holders"
	printf '%s\n' "$_holders" | awk '$1 ~ /^[0-9]+$/ { print $1 }' | sort -nu |
		while read -r _holder; do
			[ "$_holder" = "$helper" ] || show_process "$_holder"
		done
	echo "===== End of debug locks PID=${helper} ====="
}

mkdir -p "$CTDB_SCRIPT_VARDIR" || exit 1
exec 9>>"${CTDB_SCRIPT_VARDIR}/debug_locks.lock"
# One report at a time, and none that is late.
flock -n 9 || exit 1

# The daemon does not collect this output: it goes to the log by itself.
debug_locks 2>&1 | script_log "ctdb-debug-locks"
