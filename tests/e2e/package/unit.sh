#!/bin/bash
# unit.sh PACKAGE NEWER-PACKAGE: installs the package under a systemd that is PID 1 of a root to throw
# away, and starts, stops, breaks and upgrades its service: it says PASS or FAIL of each step.

# The steps are called by name.
# shellcheck disable=SC2317
set -u
export DEBIAN_FRONTEND=noninteractive
package=$1 newer=$2

# shellcheck source=tests/e2e/package/steps.sh
. "$(dirname "$0")/steps.sh"

# What is not so at once may become so.
soon() {
	local i
	for ((i = 0; i < 150; i++)); do
		"$@" && return 0
		sleep 0.2
	done
	return 1
}

property() { systemctl show --property="$1" --value ctdb.service; }
is() { [ "$(property "$1")" = "$2" ] || { property "$1"; return 1; }; }
main_pid_is_right() {
	[ "$(property MainPID)" = "$(cat /run/ctdb/ctdbd.pid)" ] &&
		[ "$(property MainPID)" = "$(ctdb getpid | grep -o '[0-9]*$')" ]
}
daemons() { pgrep -f /usr/lib/ctdb-deno/bin/ctdbd; }
no_daemon() { ! daemons; }
another_pid() { [ "$(property MainPID)" != "$before" ] && main_pid_is_right; }
same_pid() { [ "$(property MainPID)" = "$before" ] && kill -0 "$before"; }

# completes SHELL FLAG TEXT: what the shell offers behind "ctdb getdb", by the file of the package
completes() {
	local offered
	command -v "$1" >/dev/null || return 0
	offered=$("$@" | cut -f1 | sort | tr '\n' ' ')
	[ "$offered" = "getdbmap getdbseqnum getdbstatus " ] || { echo "$offered"; return 1; }
}

soon systemctl is-system-running >/dev/null
dpkg-query -W -f '${db:Status-Status}' ctdb 2>/dev/null | grep -qx installed && dpkg --remove ctdb >/dev/null
rm -rf /etc/ctdb/nodes /var/lib/ctdb
ip address add 192.0.2.7/32 dev lo

step "is installed" dpkg --install --no-triggers "$package"
# shellcheck disable=SC2016 # these shells expand them
step "bash completes its commands" completes bash --norc -c '
	. /usr/share/bash-completion/completions/ctdb
	COMP_WORDS=(ctdb getdb); COMP_CWORD=1; _ctdb; printf "%s\n" "${COMPREPLY[@]}"'
# shellcheck disable=SC2016
step "zsh completes its commands" completes zsh -f -c '
	autoload -U compinit && compinit -D -u && [ "$_comps[ctdb]" = _ctdb ] || exit 1
	compadd() { print -rl -- $texts }
	words=(ctdb getdb); CURRENT=2; _ctdb'
step "fish completes its commands" completes fish -c 'complete -C "ctdb getdb"'
step "is enabled" systemctl is-enabled ctdb
step "without a nodes file starting it does nothing" systemctl start ctdb
step "and says so" is ConditionResult no
echo 192.0.2.7 >/etc/ctdb/nodes
rm -f /etc/ctdb/events/legacy/*
step "starts" systemctl start ctdb
step "is active as soon as start returns" is ActiveState active
step "systemd knows its process" main_pid_is_right
step "the node becomes well" soon ctdb nodestatus
before=$(property MainPID)
step "restarts" systemctl restart ctdb
step "is another process then" another_pid
step "the node becomes well again" soon ctdb nodestatus
kill -9 "$(property MainPID)"
step "a daemon that dies is a failure" soon is ActiveState failed
step "nothing of it is left" soon no_daemon
step "starts after that" systemctl start ctdb
before=$(property MainPID)
step "is upgraded while it runs" dpkg --install --no-triggers "$newer"
step "the daemon goes on" same_pid
step "stops" systemctl stop ctdb
step "has stopped for good reasons" is Result success
step "nothing of it is left then" soon no_daemon
step "starts before it is removed" systemctl start ctdb
step "is removed" dpkg --remove ctdb-deno
step "its daemon with it" soon no_daemon
exit $failed
