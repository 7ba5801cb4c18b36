#!/bin/sh
# usage: sandbox.sh CASE LIMIT_S COMMAND [ARGUMENT...]
#
# Runs as process 1 of namespaces of its own, so nothing it starts survives it
# and nothing it changes in the network is seen outside.  Prepares them, runs
# the command, and waits for what that left in the background.
CASE="$1"
limit_s="$2"
shift 2

ip link set lo up
# Called by its absolute path: a PATH does not reach it.
if [ -x "${CASE}/bin/service" ] && [ -e /usr/sbin/service ]; then
	mount --bind "${CASE}/bin/service" /usr/sbin/service
fi
if [ -f "${CASE}/setup" ]; then
	# shellcheck source=/dev/null
	. "${CASE}/setup"
fi

REAL_PATH="$PATH"
PATH="${CASE}/bin:${PATH}"
export CASE PATH REAL_PATH

timeout -k 1 "$limit_s" "$@" </dev/null
status=$?

# Background jobs of the command are ours now; "wait" would not know them.
PATH="$REAL_PATH"
someone_lives() {
	for process in /proc/[0-9]*; do
		[ "$process" = "/proc/1" ] || [ ! -e "${process}/exe" ] || return 0
	done
	return 1
}
turns=100
while [ "$turns" -gt 0 ] && someone_lives; do
	sleep 0.05
	turns=$((turns - 1))
done
if [ -f "${CASE}/after" ]; then
	# shellcheck source=/dev/null
	. "${CASE}/after"
fi
exit "$status"
