# Checks of what happens when nodes go and come back.
# shellcheck shell=bash

c_recover_load() {   # recoveries while clients work: no failed operation
	# (that each of the clients had its share of the processor is nothing that a busy machine promises)
	local try
	for try in 1 2 3; do
		recover_under_load || return 1
		grep -q '^success: bench-open' "$BASE/load.out" && return 0
		grep -q '^Failed: unbalanced open' "$BASE/load.out" || return 1
		[ "$try" = 3 ] || say_again bench-open
	done
	return 1
}

recover_under_load() {   # what smbtorture makes of it is in load.out
	local rc=0 i p
	torture --unclist="$BASE/client/unc3" raw.bench-open \
		--option=torture:nprocs=3 --option=torture:timelimit=12 >"$BASE/load.out" 2>&1 &
	p=$!
	for i in 1 2 3; do
		sleep 2
		ctdb $((i % 3)) recover || rc=1
	done
	# From 4.24 on smbtorture breaks off in an assertion of its own behind the success of this test.
	wait "$p"
	p=$?
	sed -i 's/\r/\n/g' "$BASE/load.out"
	[ "$p" = 0 ] || grep -qE 'assert failed: evtb1 == evtb2|^Failed: unbalanced open' "$BASE/load.out" || rc=1
	tail -n 6 "$BASE/load.out"
	wait_ok "$WAIT" || rc=1
	return $rc
}

c_freeze_persistent() {   # registry writes go on across a recovery
	on 0 net registry createkey 'HKLM\Software\SmbRec' || return 1
	# Ten programs, each of which takes seconds on a machine that is busy.
	# shellcheck disable=SC2016
	limit 90 0 bash -c 'for i in 1 2 3 4 5 6 7 8 9 10; do
		net registry setvalue "HKLM\Software\SmbRec" v$i sz x || exit 1; done' &
	local p=$! rc=0
	ctdb 1 recover || rc=1
	wait "$p" || rc=1
	[ "$(on 2 net registry enumerate 'HKLM\Software\SmbRec' | grep -c Valuename)" = 10 ] || rc=1
	on 1 net registry deletekey 'HKLM\Software\SmbRec'
	return $rc
}

owner() {   # owner ADDRESS: the node that has it, by CTDB
	ctdb "${2:-0}" -X ip all | awk -F'|' -v a="$1" '$2 == a { print $3 }'
}

wait_owner() {   # wait_owner ADDRESS OLD ASK: until another node has it
	local i o
	for ((i = 0; i < 120; i++)); do
		o=$(owner "$1" "$3")
		[ -n "$o" ] && [ "$o" != -1 ] && [ "$o" != "$2" ] && { echo "$o"; return 0; }
		sleep 0.25
	done
	return 1
}

clients_of() {   # clients_of NODE ASK: by smbstatus on another node
	limit 10 "$2" smbstatus -p | grep "^ *$1:" | grep -c "$(client_address)"
}

c_release_ip() {   # disable: smbd drops clients of the address, they come back
	local a o n rc=0 res before after
	a=$(pub_of 1)
	o=$(owner "$a")
	n=$(((o + 1) % 3))
	bg rel survive "$a" rel.dat 20 || rc=1
	sleep 1
	before=$(clients_of "$o" "$n")
	ctdb "$o" disable || rc=1
	wait_owner "$a" "$o" "$n" || rc=1
	sleep 2
	after=$(clients_of "$o" "$n")
	echo "clients of node $o before $before, after $after"
	[ "$before" = 1 ] && [ "$after" = 0 ] || rc=1
	ctdb "$o" enable || rc=1
	wait "$BG_PID" || rc=1
	res=$(cat "$BASE/rel.out")
	echo "$res"
	case $res in
	*breaks=0*) rc=1 ;;
	esac
	wait_ok "$WAIT" || rc=1
	return $rc
}

c_moveip() {   # the same through ctdb moveip
	# (which makes ctdbd put off address changes for the next 20 seconds)
	local a o n rc=0
	a=$(pub_of 2)
	o=$(owner "$a")
	n=$(((o + 1) % 3))
	ctdb "$n" moveip "$a" "$n" || return 1
	[ "$(owner "$a")" = "$n" ] || rc=1
	drop_arp
	smbc "$a" data "ls" || rc=1
	return $rc
}

c_daemon_death() {   # the daemon alone is killed: smbd must go, node fails over
	local a rc=0 t i ask=0 dead=1
	a=
	for i in $NODES; do
		[ "$(owner "$(pub_of "$i")")" = "$dead" ] && a=$(pub_of "$i")
	done
	[ -n "$a" ] || { echo "node $dead has no address"; return 1; }
	hold dd dd.dat 0 "$(ip_of $dead)" || return 1
	smbx tryopen "$(ip_of 0)" dd.dat && rc=1
	t=$(now)
	# shellcheck disable=SC2016
	on "$dead" bash -c '
		for p in $(/usr/bin/ctdb getpid 2>/dev/null | grep -Eo "[0-9]+"); do kill -9 "$p"; done'
	for ((i = 0; i < 100; i++)); do
		on "$dead" pgrep -x smbd >/dev/null || break
		sleep 0.1
	done
	echo "smbd gone after $(since "$t") s"
	on "$dead" pgrep -ax smbd && { echo "smbd survived its daemon"; rc=1; }
	drop_public "$dead"
	smbx retryopen "$(ip_of 0)" dd.dat 60 || rc=1
	echo "record free after $(since "$t") s"
	wait_owner "$a" "$dead" "$ask" || rc=1
	echo "address $a moved after $(since "$t") s"
	drop_arp
	smbc "$a" data ls || rc=1
	limit 20 0 smbstatus -L | grep -q 'dd\.dat' && { echo "stale lock"; rc=1; }
	release dd
	on "$dead" pkill -9 -x winbindd
	restart_daemon "$dead" || return 1
	wait_ok "$WAIT" "$dead" || rc=1
	[ "$MANAGE" = ctdb ] || start_samba "$dead"
	wait_port "$(ip_of "$dead")" 20 || rc=1
	smbc "$(ip_of "$dead")" data ls || rc=1
	echo "node back after $(since "$t") s"
	return $rc
}

c_stop_continue() {   # a stopped node: opens of its clients are forgotten
	local rc=0 t n=2
	hold sc sc.dat 0 "$(ip_of $n)" || return 1
	smbx tryopen "$(ip_of 0)" sc.dat && rc=1
	t=$(now)
	ctdb $n stop || rc=1
	echo "stopped after $(since "$t") s"
	smbx retryopen "$(ip_of 0)" sc.dat 3   # for information
	echo "record free: $? after $(since "$t") s; smbd on the stopped node: $(on $n pgrep -c smbd)"
	smbc "$(ip_of 1)" data ls || rc=1
	ctdb $n continue || rc=1
	wait_ok "$WAIT" || rc=1
	echo "continued after $(since "$t") s"
	release sc
	smbc "$(ip_of $n)" data ls || rc=1
	smbx retryopen "$(ip_of 1)" sc.dat 20 || rc=1
	return $rc
}

c_power_failure() {   # link down and all processes gone at once
	local a rc=0 t i dead=2 pid
	a=
	for i in $NODES; do
		[ "$(owner "$(pub_of "$i")")" = "$dead" ] && a=$(pub_of "$i")
	done
	[ -n "$a" ] || { echo "node $dead has no address"; return 1; }
	hold pf pf.dat 0 "$(ip_of $dead)" || return 1
	bg surv survive "$a" pf2.dat 50 || rc=1
	pid=$BG_PID
	t=$(now)
	kill_host "$dead"
	smbx retryopen "$(ip_of 0)" pf.dat 60 || rc=1
	echo "record free after $(since "$t") s"
	wait_owner "$a" "$dead" 0 || rc=1
	echo "address $a moved after $(since "$t") s"
	limit 20 0 smbstatus -L | grep -q 'pf\.dat' && { echo "stale lock"; rc=1; }
	wait "$pid" || rc=1
	cat "$BASE/surv.out"
	release pf
	boot_again "$dead" || rc=1
	wait_ok "$WAIT" || rc=1
	for i in $NODES; do
		[ -n "$(wait_owner "$(pub_of "$i")" x 0)" ] || rc=1
	done
	smbc "$(ip_of "$dead")" data ls || rc=1
	echo "node back after $(since "$t") s"
	return $rc
}

c_persistent_kept() {   # user and registry survive a stop of the whole cluster
	local n rc=0 k='HKLM\Software\SmbKeep'
	on 0 net registry createkey "$k"
	on 0 net registry setvalue "$k" Kept sz yes || return 1
	for n in $NODES; do kill_host "$n"; done
	for n in $NODES; do boot_host "$n"; start_daemon "$n"; done
	wait_ok "$WAIT" || return 1
	if [ "$MANAGE" = script ]; then
		for n in $NODES; do start_samba "$n"; done
	fi
	for n in $NODES; do wait_port "$(ip_of "$n")" 20 || rc=1; done
	[ "$(on 2 net registry getvalueraw "$k" Kept)" = yes ] || rc=1
	smbc "$(ip_of 1)" data ls || rc=1
	on 1 net registry deletekey "$k"
	return $rc
}

c_clean_stop() {   # smbd leaves no locks behind; databases attach everywhere
	local n rc=0 d
	for n in $NODES; do
		d=$(ctdb "$n" getdbmap)
		echo "$d"
		for f in locking brlock leases g_lock smbXsrv_session_global smbXsrv_tcon_global \
			smbXsrv_open_global smbXsrv_client_global smbXsrv_version_global \
			secrets passdb registry; do
			grep -q "name:$f.tdb" <<<"$d" || { echo "node $n: no $f.tdb"; rc=1; }
		done
		grep 'name:\(secrets\|passdb\|registry\).tdb' <<<"$d" | grep -vc PERSISTENT | grep -qx 0 || rc=1
		grep -q UNHEALTHY <<<"$d" && rc=1
	done
	limit 20 0 smbstatus -L | tail -3
	return $rc
}
