# Hosts: how they boot, what runs on them, how they end.
# shellcheck shell=bash

init_pid() { cat "$BASE/n$1/init.pid" 2>/dev/null; }

is_up() {
	local p
	p=$(init_pid "$1") && [ -n "$p" ] && [ -e "/proc/$p/ns/net" ] &&
		grep -qs -- "$LAB/node-init" "/proc/$p/cmdline"
}

# on N CMD...  run a command inside host N
on() {
	local n=$1 p
	shift
	is_up "$n" || { echo "host $n is down" >&2; return 125; }
	p=$(init_pid "$n")
	nsenter -t "$p" -m -u -i -n -p -- "$@"
}

# limit SECONDS N CMD...  the same with a time limit
limit() {
	local t=$1 n=$2 p
	shift 2
	is_up "$n" || return 125
	p=$(init_pid "$n")
	timeout "$t" nsenter -t "$p" -m -u -i -n -p -- "$@"
}

# ctdb N ARGS...  the control tool on host N
ctdb() {
	local n=$1
	shift
	limit 60 "$n" /usr/bin/ctdb "$@"
}

client() { ip netns exec "$PREFIX-cl" "$@"; }

smbc() {   # smbc HOST SHARE COMMANDS
	client timeout 30 smbclient --configfile="$BASE/client/smb.conf" \
		"//SMBLAB/$2" -I "$1" -U "$AUTH" -c "$3"
}

torture() {   # torture ARGS...   (share of node 0 first)
	(cd "$BASE/client" && client timeout "${TLIMIT:-180}" smbtorture \
		--configfile="$BASE/client/smb.conf" "//$(ip_of 0)/data" \
		-U "$AUTH" "$@")
}

smbx() { client timeout "${TIME_LIMIT:-90}" "$PYTHON" "$LAB/smbx.py" "$BASE/client/smb.conf" "$AUTH" "$@"; }

boot_host() {   # boot_host N: an empty host, no daemon yet
	local n=$1 u i tree
	is_up "$n" && return 0
	tree=$(tree_of "$(kind_of "$n")") || exit 2
	rm -f "$BASE/n$n/ready"
	private_addresses "$n"
	ip -n "$PREFIX-sw" link set "p$n" up
	setsid ip netns exec "$PREFIX-n$n" unshare --mount --uts --ipc --pid --fork \
		--kill-child "$LAB/node-init" "$BASE/n$n" "$PREFIX-n$n" "$LAB/service" "$tree" \
		</dev/null >"$BASE/n$n/init.log" 2>&1 &
	u=$!
	disown "$u" 2>/dev/null
	for ((i = 0; i < 100; i++)); do
		[ -e "$BASE/n$n/ready" ] && break
		sleep 0.05
	done
	[ -e "$BASE/n$n/ready" ] || die "host $n does not boot: $(cat "$BASE/n$n/init.log")"
	echo "$u" >"$BASE/n$n/unshare.pid"
	awk '{ print $1 }' "/proc/$u/task/$u/children" >"$BASE/n$n/init.pid"
	is_up "$n" || die "cannot find init of host $n"
}

start_daemon() {
	# Where it was started may be gone soon; nothing of it may depend on that.
	on "$1" bash -c 'mkdir -p /run/gone && cd /run/gone &&
		{ setsid /usr/sbin/ctdbd </dev/null >>/var/log/ctdb/daemon.out 2>&1; rmdir /run/gone; } &'
}

# restart_daemon N: after a crash.  Helpers of the dead daemon may need some
# seconds to notice and can make a new daemon give up, so try again.
restart_daemon() {
	local i j
	for i in 1 2 3 4 5; do
		start_daemon "$1"
		for ((j = 0; j < 16; j++)); do
			sleep 0.25
			limit 5 "$1" /usr/bin/ctdb ping >/dev/null 2>&1 && return 0
		done
		echo "daemon start $i on host $1 failed, again"
	done
	return 1
}

# drop_public N: what the crash cleanup cron job of CTDB does
drop_public() {
	local m
	for m in $NODES; do
		ip -n "$PREFIX-n$1" addr del "$(pub_of "$m")/$(mask)" dev eth0 2>/dev/null
	done
	return 0
}

start_samba() {
	on "$1" service smbd start
	on "$1" service winbind start
}

# smbd refuses to start when that of another host starts at the same moment: both have the lock of the
# cluster's version for reading, and want it for writing. That is Samba's own, with any CTDB.
start_refused() {
	local n refused
	for n in $NODES; do
		refused=$(grep -cs 'main: Could not claim version' "$BASE/n$n/log-samba/log.smbd")
		[ "${refused:-0}" -gt "$(cat "$BASE/n$n/refused" 2>/dev/null || echo 0)" ] || continue
		echo "$refused" >"$BASE/n$n/refused"
		is_up "$n" || continue
		say "smbd of host $n refused to start beside another that started: once more" >&2
		on "$n" service smbd start
	done
}

wait_ok() {   # wait_ok SECONDS [NODE to ask]
	local limit=$1 ask=${2:-0} t
	t=$(now)
	while awk -v s="$(since "$t")" -v l="$limit" 'BEGIN { exit !(s < l) }'; do
		ctdb "$ask" nodestatus all >/dev/null 2>&1 && return 0
		start_refused
		sleep 0.25
	done
	return 1
}

wait_port() {   # wait_port HOST SECONDS: until smbd accepts connections there
	local t
	t=$(now)
	while awk -v s="$(since "$t")" -v l="$2" 'BEGIN { exit !(s < l) }'; do
		client timeout 2 bash -c "exec 3<>/dev/tcp/$1/445" 2>/dev/null && return 0
		start_refused
		sleep 0.2
	done
	return 1
}

do_start() {
	local n t
	if ! [ -d "$BASE/n0/etc-samba" ] || ! ip netns list | grep -qw "$PREFIX-sw"; then
		do_setup
	fi
	need
	t=$(now)
	for n in $NODES; do boot_host "$n"; done
	for n in $NODES; do
		ctdb "$n" ping >/dev/null 2>&1 || start_daemon "$n"
	done
	wait_ok "$WAIT" || {
		ctdb 0 status
		tail -n 20 "$BASE"/n*/log-ctdb/*
		die "cluster not OK after $WAIT s"
	}
	say "start: cluster OK after $(since "$t") s"
	if [ "$MANAGE" = script ]; then
		# One node makes the cluster's SID before the others look for it.
		on 0 net getlocalsid >/dev/null
		for n in $NODES; do start_samba "$n"; done
	fi
	for n in $NODES; do
		wait_port "$(ip_of "$n")" 20 || die "smbd on host $n does not listen"
	done
	on 0 pdbedit -L 2>/dev/null | grep -q "^$SMBUSER:" ||
		printf '%s\n%s\n' "$SMBPASS" "$SMBPASS" |
		on 0 smbpasswd -s -a "$SMBUSER" >/dev/null
	say "start: smbd answers on all nodes after $(since "$t") s"
}


kill_host() {   # power failure: the link goes first, then all processes
	local p
	ip -n "$PREFIX-sw" link set "p$1" down 2>/dev/null
	if is_up "$1"; then
		p=$(init_pid "$1")
		kill -9 "$p"
		while [ -e "/proc/$p/ns/net" ]; do sleep 0.05; done
	fi
	rm -f "$BASE/n$1/init.pid" "$BASE/n$1/unshare.pid"
}

boot_again() {   # boot_again N: whole host comes back
	boot_host "$1"
	start_daemon "$1"
	wait_ok "$WAIT" "$1" || return 1
	[ "$MANAGE" = ctdb ] || start_samba "$1"
	wait_port "$(ip_of "$1")" 20
}

stop_hosts() {
	local n
	for n in $NODES; do
		[ -e "$BASE/n$n/init.pid" ] && kill_host "$n"
	done
	return 0
}

do_stop() {
	local n
	for n in $NODES; do
		is_up "$n" || continue
		[ "$MANAGE" = ctdb ] || on "$n" service smbd stop
		[ "$MANAGE" = ctdb ] || on "$n" service winbind stop
	done 2>/dev/null
	for n in $NODES; do
		is_up "$n" && limit 20 "$n" /usr/bin/ctdb shutdown
	done >/dev/null 2>&1
	stop_hosts
	del_net
	say "stop: done (logs stay in $BASE)"
}
