#!/bin/sh
# Run by the daemon as "notify.sh EVENT" when the node has reached a state:
# init, setup, startup, healthy, unhealthy.  Hands the event to every executable
# NAME.script in events/notification/ of the configuration directory.

directory="$(dirname "$0")/events/notification"

status=0
for script in "$directory"/*.script; do
	if [ -f "$script" ] && [ -x "$script" ]; then
		"$script" "$1" || status=1
	fi
done
exit "$status"
