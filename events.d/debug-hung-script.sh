#!/bin/sh
# "debug script" of the [event] section: run as "debug-hung-script.sh PID EVENT"
# when an event script takes too long, before the script is ended.
#
# CTDB_DEBUG_HUNG_SCRIPT_STACKPAT  regular expression: show the kernel stacks of
#                                  processes with such names (exportfs|rpcinfo)
# CTDB_DEBUG_HUNG_SCRIPT_LOGFILE   write to this file instead of the log

[ -n "$CTDB_BASE" ] || CTDB_BASE=$(cd "$(dirname "$0")" && pwd)
. "${CTDB_BASE}/functions"
load_script_options

pid="$1"
event="$2"
stack_pattern="${CTDB_DEBUG_HUNG_SCRIPT_STACKPAT:-exportfs|rpcinfo}"

show_stacks() {
	pstree -p -a "$pid" |
		sed -n -E -e 's/^[^[:alnum:]]*([^,(]+),([0-9]+).*/\2 \1/p' |
		grep -E -e "^[0-9]+ .*(${stack_pattern})" |
		while read -r _stack_pid _stack_name; do
			echo "---- Stack trace of ${_stack_name} (${_stack_pid}) ----"
			cat "/proc/${_stack_pid}/stack"
		done
}

debug_hung_script() {
	echo "===== Start of hung script debug for PID=\"${pid}\", event=\"${event}\" ====="
	echo "pstree -p -a ${pid}:"
	pstree -p -a "$pid"
	show_stacks
	# Before init is over the daemon does not serve the tool.
	if [ "$event" != "init" ]; then
		echo "ctdb scriptstatus ${event}:"
		"$CTDB" scriptstatus "$event"
	fi
	echo "===== End of hung script debug for PID=\"${pid}\", event=\"${event}\" ====="
}

mkdir -p "$CTDB_SCRIPT_VARDIR" || exit 1
exec 9>>"${CTDB_SCRIPT_VARDIR}/debug-hung-script.lock"
# Many hung scripts have one cause: one report at a time tells enough.
flock -w 2 9 || exit 1

if [ -n "$CTDB_DEBUG_HUNG_SCRIPT_LOGFILE" ]; then
	# Nobody reads half a report.
	debug_hung_script >"${CTDB_DEBUG_HUNG_SCRIPT_LOGFILE}.part" 2>&1
	mv "${CTDB_DEBUG_HUNG_SCRIPT_LOGFILE}.part" "$CTDB_DEBUG_HUNG_SCRIPT_LOGFILE"
else
	debug_hung_script 2>&1
fi
