# Which checks there are, and how they are run.
# shellcheck shell=bash

# Each is a function c_NAME that returns 0 (pass), 77 (not possible here), else fails. Where "+" stands
# between them they run at the same time, and one after the other where there is ",": these wait for
# smbd's time-outs most of the time, and none uses files of another lane.
CHECKS="cluster_ok public_ips onnode smbclient_nodes smbclient_public wrong_password
passdb sid registry registry_share registry_race fsync_file sharemode delete_pending
notify smbstatus messaging reload winbind sid_map clean_stop
brlock,brlock_raw,brlock_smb2+ntdeny,oplock_raw,delete+oplock_smb2+lease
deny notify_raw open_raw locktest ping_pong
recover_load freeze_persistent release_ip stop_continue daemon_death power_failure
persistent_kept moveip"

list_checks() { tr -s ' ,+' '\n' <<<"$CHECKS"; }

one_check() {   # one_check NAME: its output, and how it ended below that
	local t rc out=$BASE/check.$1.out
	# shellcheck disable=SC2034 # of checks/torture
	local CHECK=$1
	t=$(now)
	echo "=== $1" >"$out"
	("c_$1") </dev/null >>"$out" 2>&1
	rc=$?
	echo "=== $1: $rc" >>"$out"
	# A line each, written at once.
	case $rc in
	0) say "PASS $1 ($(since "$t") s$(again "$out"))" ;;
	77) say "SKIP $1" ;;
	*) say "FAIL $1 ($(since "$t") s$(again "$out"))
$(sed '$d' "$out" | tail -n 6 | sed 's/^/     | /')" ;;
	esac
}

again() {   # again OUTPUT: what was run once more, for the line of the check
	local names
	names=$(sed -n 's/^run again: \(.*\) missed.*/\1/p' "$1" | tr '\n' ' ')
	[ -z "$names" ] || echo ", run again: ${names% }"
}

lane() {   # lane PATTERN NAME...: one after the other
	local pat=$1 c
	shift
	for c; do [[ $c =~ $pat ]] && one_check "$c"; done
}

do_check() {
	local n group lanes l names pids p pat=${1:-.} report=$BASE/report
	for n in $NODES; do is_up "$n" || die "host $n is down (run start)"; done
	rm -f "$BASE"/check.*.out
	: >"$report"
	for group in $CHECKS; do
		pids=()
		IFS=+ read -ra lanes <<<"$group"
		for l in "${lanes[@]}"; do
			IFS=, read -ra names <<<"$l"
			lane "$pat" "${names[@]}" &
			pids+=($!)
		done
		for p in "${pids[@]}"; do wait "$p"; done
	done | tee "$report"
	for n in $(list_checks); do cat "$BASE/check.$n.out" 2>/dev/null; done >"$LOG"
	summary "$report"
}

summary() {   # summary REPORT: 0 only if nothing failed
	local good bad skipped
	good=$(grep -c '^PASS' "$1")
	bad=$(grep -c '^FAIL' "$1")
	skipped=$(grep -c '^SKIP' "$1")
	say "checks: $good passed, $bad failed, $skipped skipped (log: $LOG)"
	[ "$bad" = 0 ]
}
