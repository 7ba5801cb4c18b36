# Which checks there are, and how they are run.
# shellcheck shell=bash

# Each is a function c_NAME that returns 0 (pass), 77 (not possible here), else fails.
CHECKS="cluster_ok public_ips onnode smbclient_nodes smbclient_public wrong_password
passdb sid registry registry_share registry_race fsync_file sharemode delete_pending
notify smbstatus messaging reload winbind sid_map clean_stop
brlock brlock_raw brlock_smb2 deny ntdeny oplock_raw oplock_smb2 lease delete
notify_raw open_raw locktest ping_pong
recover_load freeze_persistent release_ip stop_continue daemon_death power_failure
persistent_kept moveip"

do_check() {
	local c t rc bad=0 good=0 skipped=0 pat=${1:-.}
	for n in $NODES; do is_up "$n" || die "host $n is down (run start)"; done
	: >"$LOG"
	for c in $CHECKS; do
		[[ $c =~ $pat ]] || continue
		t=$(now)
		echo "=== $c" >>"$LOG"
		("c_$c") </dev/null >"$BASE/check.out" 2>&1
		rc=$?
		cat "$BASE/check.out" >>"$LOG"
		echo "=== $c: $rc" >>"$LOG"
		case $rc in
		0) say "PASS $c ($(since "$t") s)"; good=$((good + 1)) ;;
		77) say "SKIP $c"; skipped=$((skipped + 1)) ;;
		*)
			say "FAIL $c ($(since "$t") s)"
			tail -n 6 "$BASE/check.out" | sed 's/^/     | /'
			bad=$((bad + 1))
			;;
		esac
	done
	say "checks: $good passed, $bad failed, $skipped skipped (log: $LOG)"
	[ "$bad" = 0 ]
}
