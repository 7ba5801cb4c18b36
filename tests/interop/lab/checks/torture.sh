# Checks by Samba's own suite: locks, share modes, oplocks and leases between nodes.
# shellcheck shell=bash

# Limits of wall clock in smbtorture and smbd, which a busy machine alone can miss: 0.1 and 0.25 s for an
# answer (raw.mux), and the seconds for which smbd remembers a lock that it refused (raw.lock.errorcode).
CLOCK="Expression .(d <= 0\.25|timeval_elapsed\(&t\) <= 0\.1)' failed"
CLOCK="$CLOCK|LOCK_NOT_GRANTED - should be NT_STATUS_FILE_LOCK_CONFLICT"

# expect KNOWN ARGS...: run smbtorture; subtests that match the regex KNOWN may
# fail (they fail on a single unclustered smbd too), all others must not. If all that fails
# is such a limit, it is run again, twice at most.
expect() {
	local known=$1 try
	shift
	for try in 1 2 3; do
		expect_once "$known" "$@" && return 0
		missed_clock "$known" || return 1
		# shellcheck disable=SC2046
		[ "$try" = 3 ] || say_again $(unexpected "$known")
	done
	return 1
}

say_again() {   # say_again NAME...: a line for the report, and how busy the machine was
	echo "run again: $* missed a limit of time (load $(cut -d' ' -f1 /proc/loadavg))"
}

expect_once() {
	local known=$1 rc bad
	shift
	torture "$@" >"$BASE/torture.$CHECK.out" 2>&1
	rc=$?
	cat "$BASE/torture.$CHECK.out"
	[ "$rc" != 124 ] || { echo "timed out"; return 1; }
	bad=$(unexpected "$known")
	echo "subtests ok: $(grep -c '^success:' "$BASE/torture.$CHECK.out"), unexpected failures: ${bad:-none}"
	[ -z "$bad" ] && grep -q '^success:' "$BASE/torture.$CHECK.out"
}

unexpected() {   # unexpected KNOWN: subtests that failed and may not
	sed -nE 's/^(failure|error): ([^ ]+).*/\2/p' "$BASE/torture.$CHECK.out" | grep -vxE -- "$1"
}

missed_clock() {   # missed_clock KNOWN: whether each unexpected failure is one of the limits above
	local name none=1
	for name in $(unexpected "$1"); do
		none=0
		grep -aE -A 1 "^(failure|error): $name " "$BASE/torture.$CHECK.out" | grep -qE "$CLOCK" || return 1
	done
	return $none
}

subtests() {   # subtests SUITE UNCLIST NAME...
	local suite=$1 unc=$2
	shift 2
	expect '' "$unc" "${@/#/$suite.}"
}

U2=--unclist=$BASE/client/unc2 U3=--unclist=$BASE/client/unc3

c_brlock()      { expect '' "$U2" base.lock; }
c_brlock_raw()  { expect 'unlock' "$U2" raw.lock; }
c_brlock_smb2() { expect '' "$U3" smb2.lock; }
c_ntdeny()      { expect '' "$U2" base.ntdeny1 base.ntdeny2; }
c_delete()      { expect 'deltest1[67]a' "$U2" base.unlink base.delete; }
c_open_raw()    { expect '' "$U2" raw.open raw.mux; }
# Of these suites only what is quick and passes on a plain smbd of this setup.
c_oplock_raw()  { subtests raw.oplock "$U2" exclusive{1,2} exclusive{4..9} batch{1..9} level_ii_1 brl{1..3}; }
c_oplock_smb2() { subtests smb2.oplock "$U2" exclusive{1..6} exclusive9 batch{1..14} brl{1..3} levelii500; }
c_lease() {
	subtests smb2.lease "$U2" break_twice nobreakself statopen statopen2 upgrade \
		upgrade2 upgrade3 multibreak breaking{1..6} lock1 v2_request_parent \
		v2_request v2_epoch{1..3} v2_breaking3
}
c_notify_raw()  { subtests raw.notify "$U2" tcon file tdis exit ulogoff tcp_dis double overflow basedir; }

each_smbconf() {   # each_smbconf SED-EXPRESSION: edit and reload on all nodes
	local n
	for n in $NODES; do
		sed -i "$1" "$BASE/n$n/etc-samba/smb.conf"
		limit 20 "$n" smbcontrol smbd reload-config
	done
	sleep 1
}

c_deny() {   # all 648 DENY_* combinations, without the one second retry
	local rc
	each_smbconf '/^netbios name/a defer sharing violations = no'
	expect '' "$U2" base.deny1 base.deny2 base.deny3
	rc=$?
	each_smbconf '/defer sharing violations/d'
	return $rc
}

c_locktest() {   # random lock operations: two nodes answer like one node does
	local s
	for s in 1 2 3; do
		(cd "$BASE/client" && client timeout 120 locktest "//$(ip_of 0)/data" \
			"//$(ip_of 2)/reference" --configfile="$BASE/client/smb.conf" \
			--user1="$AUTH" --user2="$AUTH" --num-ops=500 --seed="$s" "$U2") || return 1
	done
}

c_ping_pong() {   # fcntl locks of the shared directory, one process per node
	local n out rc=0 pids=() p
	for n in $NODES; do
		limit 5 "$n" ping_pong -rw "$SHARED/data/pp.bin" 4 >"$BASE/pp.$n" 2>&1 &
		pids+=($!)
	done
	for p in "${pids[@]}"; do wait "$p"; done
	for n in $NODES; do
		out=$(tr '\r' '\n' <"$BASE/pp.$n" | grep -E 'locks/sec' | tail -1)
		echo "node $n: $out"
		[ -n "$out" ] || rc=1
		grep -q 'data increment = 3' "$BASE/pp.$n" || rc=1
	done
	rm -f "$SHARED/data/pp.bin"
	return $rc
}
