# Checks of what clients and administrators see: one file system, one user list, one registry.
# shellcheck shell=bash

c_cluster_ok() {   # all nodes OK, one generation, one leader
	local n g=
	for n in $NODES; do
		ctdb "$n" status || return 1
		ctdb "$n" nodestatus all || return 1
		g="$g $(ctdb "$n" status | awk -F: '/^Generation/ { print $2 }')"
	done
	# shellcheck disable=SC2086
	[ "$(printf '%s\n' $g | sort -u | wc -l)" = 1 ]
}

c_public_ips() {   # every public address lives on exactly one node
	local n a c
	for n in $NODES; do
		ctdb "$n" ip all
		a=$(pub_of "$n")
		c=$(for m in $NODES; do
			ip -n "$PREFIX-n$m" -o addr show dev eth0
		done | grep -cw "$a")
		[ "$c" = 1 ] || { echo "$a on $c nodes"; return 1; }
	done
}

c_onnode() {   # onnode, with nsenter in place of ssh
	local out
	out=$(ONNODE_SSH="$BASE/bin/fake-ssh" CTDB_BASE="$BASE/n0/etc-ctdb" \
		with_tree_of 0 timeout 30 onnode -q all "/usr/bin/ctdb pnn") || { echo "$out"; return 1; }
	echo "$out"
	[ "$(grep -Eo '[0-9]+$' <<<"$out" | sort | tr '\n' ' ')" = "0 1 2 " ]
}

c_smbclient_nodes() {   # the user made on node 0 logs in on every node
	local n
	for n in $NODES; do
		smbc "$(ip_of "$n")" data "ls" || return 1
	done
}

c_smbclient_public() {
	local n
	for n in $NODES; do
		smbc "$(pub_of "$n")" data "ls" || return 1
	done
}

c_wrong_password() {
	AUTH="$SMBUSER%nonsense" smbc "$(ip_of 1)" data "ls" && return 1
	return 0
}

c_passdb() {   # password changed on node 1 counts on node 2 at once
	printf 'new-pw\nnew-pw\n' | on 1 smbpasswd -s "$SMBUSER" || return 1
	AUTH="$SMBUSER%new-pw" smbc "$(ip_of 2)" data "ls" || return 1
	printf '%s\n%s\n' "$SMBPASS" "$SMBPASS" | on 2 smbpasswd -s "$SMBUSER" || return 1
	smbc "$(ip_of 0)" data "ls" || return 1
	on 1 pdbedit -L
}

c_sid() {   # secrets.tdb is one database
	local a b c
	a=$(on 0 net getlocalsid | sed 's/.*: //')
	b=$(on 1 net getlocalsid | sed 's/.*: //')
	c=$(on 2 net getlocalsid | sed 's/.*: //')
	echo "$a $b $c"
	[ -n "$a" ] && [ "$a" = "$b" ] && [ "$b" = "$c" ]
}

c_registry() {   # a value set on node 0 is read on node 1, deleted on node 2
	local k='HKLM\Software\SmbLab' v
	on 0 net registry createkey "$k" || return 1
	on 0 net registry setvalue "$k" Answer sz "forty two $$" || return 1
	v=$(on 1 net registry getvalueraw "$k" Answer) || return 1
	[ "$v" = "forty two $$" ] || { echo "got '$v'"; return 1; }
	on 2 net registry deletevalue "$k" Answer || return 1
	! on 0 net registry getvalueraw "$k" Answer
}

c_registry_share() {   # a share added through node 0 is served by node 2
	on 0 net conf addshare regshare "$SHARED/data" writeable=y guest_ok=n || return 1
	on 2 net conf listshares | grep -q regshare || return 1
	smbc "$(ip_of 2)" regshare "ls" || return 1
	on 1 net conf delshare regshare || return 1
	! on 0 net conf listshares | grep -q regshare
}

c_registry_race() {   # transactions of three nodes at once lose nothing
	local n k='HKLM\Software\SmbRace' pids=() p rc=0
	on 0 net registry createkey "$k" || return 1
	for n in $NODES; do
		# shellcheck disable=SC2016
		limit 60 "$n" bash -c 'for i in 1 2 3 4 5 6 7 8; do
			net registry setvalue "$1" "v$2.$i" sz x || exit 1; done' _ "$k" "$n" &
		pids+=($!)
	done
	for p in "${pids[@]}"; do wait "$p" || rc=1; done
	n=$(on 1 net registry enumerate "$k" | grep -c 'Valuename')
	on 2 net registry deletekey "$k"
	echo "values: $n"
	[ "$rc" = 0 ] && [ "$n" = 24 ]
}

c_fsync_file() {   # a file written through node 0 is read through node 2
	local f=$BASE/client/in
	head -c 1000000 /dev/urandom >"$f"
	smbc "$(ip_of 0)" data "put $f x.dat" || return 1
	smbc "$(pub_of 2)" data "get x.dat $f.out" || return 1
	cmp "$f" "$f.out" || return 1
	smbc "$(ip_of 1)" data "rm x.dat"
}

c_sharemode()      { smbx sharemode "$(ip_of 0)" "$(ip_of 1)" && smbx sharemode "$(ip_of 2)" "$(ip_of 0)"; }
c_delete_pending() { smbx delpending "$(ip_of 0)" "$(ip_of 1)"; }
c_notify()         { smbx notify "$(ip_of 0)" "$(ip_of 2)"; }

bg() {   # bg TAG ARGS...: smbx in the background, wait until it is READY
	local tag=$1 i
	shift
	rm -f "$BASE/$tag.stop"
	: >"$BASE/$tag.out"
	smbx "$@" >"$BASE/$tag.out" 2>&1 &
	BG_PID=$!
	for ((i = 0; i < 100; i++)); do
		grep -q READY "$BASE/$tag.out" && return 0
		sleep 0.1
	done
	cat "$BASE/$tag.out"
	return 1
}

hold() {   # hold TAG NAME SHARE HOST...: keep a file open until release TAG
	local tag=$1
	shift
	bg "$tag" hold "$BASE/$tag.stop" "$@"
	HOLD_PID=$BG_PID
}

release() {
	: >"$BASE/$1.stop"
	wait "$HOLD_PID" 2>/dev/null
}

c_smbstatus() {   # opens made through each node are seen on every node
	local n out rc=0
	hold st st.dat 7 "$(ip_of 0)" "$(ip_of 1)" "$(ip_of 2)" || return 1
	for n in $NODES; do
		out=$(limit 20 "$n" smbstatus -L)
		echo "$out"
		# A record on its way between nodes can be listed twice: count processes.
		[ "$(awk '/st\.dat/ { print $1 }' <<<"$out" | sort -u | wc -l)" = 3 ] || rc=1
		out=$(limit 20 "$n" smbstatus -p)
		echo "$out"
		# PIDs of other nodes are written NODE:PID
		[ "$(grep -E '^ *[0-2]:[0-9]+' <<<"$out" | awk -F: '{print $1+0}' | sort -u | wc -l)" = 3 ] || rc=1
		out=$(limit 20 "$n" smbstatus -S)
		echo "$out"
	done
	release st
	sleep 0.5
	out=$(limit 20 1 smbstatus -L)
	grep -q 'st\.dat' <<<"$out" && { echo "$out"; rc=1; }
	return $rc
}

c_messaging() {   # smbcontrol ping from node 0 to an smbd of each node
	local n p
	for n in $NODES; do
		p=$(on "$n" cat /run/samba/smbd.pid)
		limit 20 0 smbcontrol "$n:$p" ping || return 1
	done
}

c_reload() {   # smbcontrol to a daemon type goes through every node
	limit 20 1 smbcontrol smbd reload-config
}

c_winbind() {   # one id allocator for the cluster
	local n u all=
	for n in $NODES; do
		limit 20 "$n" wbinfo -p || return 1
		u=$(limit 20 "$n" wbinfo --allocate-uid) || return 1
		echo "$u"
		all="$all ${u##* }"
	done
	# shellcheck disable=SC2086
	[ "$(printf '%s\n' $all | sort -u | wc -l)" = 3 ]
}

c_sid_map() {   # the id mapped for a SID on node 0 is found on node 1
	local s a b
	s=$(on 0 net getlocalsid | sed 's/.*: //')-4711
	a=$(limit 20 0 wbinfo --sid-to-gid "S-1-5-11")
	b=$(limit 20 2 wbinfo --sid-to-gid "S-1-5-11")
	echo "$s '$a' '$b'"
	[ -n "$a" ] && [ "$a" = "$b" ]
}
