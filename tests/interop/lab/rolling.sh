# The change of a running cluster to another kind of CTDB, node by node, while clients work.
# shellcheck shell=bash

# settle: all nodes well, every address somewhere and staying there
settle() {
	local i before='' now=x
	wait_ok "$WAIT" "$1" || return 1
	for ((i = 0; i < 120; i++)); do
		before=$now
		now=$(ctdb "$1" -X ip all)
		[ "$now" = "$before" ] && ! grep -q '|-1|' <<<"$now" && return 0
		sleep 1
	done
	return 1
}

start_clients() {   # start_clients TAG: one that copies files, one that holds a file locked
	rm -f "$BASE/$1.stop"
	TIME_LIMIT=900 bg "$1.copy" copy "$BASE/$1.stop" "$(pub_of 0)" "copy-$1" "$BASE/$1.sha256" ||
		return 1
	COPY_PID=$BG_PID
	TIME_LIMIT=900 bg "$1.locks" locks "$BASE/$1.stop" "$(pub_of 1)" "$(pub_of 2)" "lock-$1.dat" ||
		return 1
	LOCKS_PID=$BG_PID
}

end_clients() {   # end_clients TAG: what they met; not 0 if anything was lost
	local rc=0
	: >"$BASE/$1.stop"
	wait "$COPY_PID" || rc=1
	wait "$LOCKS_PID" || rc=1
	tail -n 1 "$BASE/$1.copy.out" "$BASE/$1.locks.out"
	(cd "$SHARED/data/copy-$1" && sha256sum --quiet --strict -c "$BASE/$1.sha256") || rc=1
	say "$1: $(wc -l <"$BASE/$1.sha256") files compared"
	return $rc
}

reconnects() { sed -nE 's/.*breaks=([0-9]+).*/\1/p' "$BASE/$1.copy.out" "$BASE/$1.locks.out" |
	awk '{ n += $1 } END { print n }'; }

move_by_hand() {   # every node gives its addresses up and takes some back
	local n
	for n in $NODES; do
		ctdb "$n" disable && sleep 1 && settle_without "$n" || return 1
		ctdb "$n" enable && settle "$n" || return 1
	done
}

settle_without() {   # settle_without N: node N has no address any more, and every address a host
	local i all
	for ((i = 0; i < 120; i++)); do
		all=$(ctdb "$((($1 + 1) % 3))" -X ip all)
		! grep -qE "\|(-1|$1)\|" <<<"$all" && return 0
		sleep 0.5
	done
	return 1
}

change_node() {   # change_node N KIND: as an administrator would who changes the package
	local n=$1 i
	ctdb "$n" shutdown || return 1
	for ((i = 0; i < 200; i++)); do
		on "$n" pgrep -x ctdbd >/dev/null || break
		sleep 0.1
	done
	[ "$i" -lt 200 ] || { echo "ctdbd of node $n does not end"; return 1; }
	kill_host "$n"
	echo "$2" >"$BASE/n$n/kind"
	write_ctdb_config "$n"
	boot_host "$n"
	start_daemon "$n"
	settle "$n" || return 1
	say "node $n is $2 now: $(on "$n" /usr/bin/ctdb version)"
}

do_rolling() {   # do_rolling KIND KIND KIND
	local kinds=("$@") n rc=0 hand changed
	[ "$MANAGE" = ctdb ] || die "rolling change: MANAGE=$MANAGE: must be ctdb, which starts Samba"
	[ "${#kinds[@]}" = 3 ] || die "rolling change: three kinds must be given"
	for n in $NODES; do make_tree "${kinds[n]}"; done
	settle 0 || die "the cluster is not well"
	start_clients hand || die "clients do not start: $(cat "$BASE"/hand.*.out)"
	move_by_hand || rc=1
	end_clients hand || rc=1
	hand=$(reconnects hand)
	start_clients change || die "clients do not start: $(cat "$BASE"/change.*.out)"
	for n in $NODES; do
		change_node "$n" "${kinds[n]}" || { say "FAIL node $n"; rc=1; break; }
	done
	end_clients change || rc=1
	changed=$(reconnects change)
	say "reconnects: $changed with the change, $hand when the addresses were moved by hand"
	[ "$changed" -le "$hand" ] || rc=1
	if [ "$rc" = 0 ]; then say "PASS rolling"; else say "FAIL rolling"; fi
	return $rc
}
