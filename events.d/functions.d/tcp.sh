# TCP connections of public addresses: reset, tickle, and the tickle list.
#
# Endpoints are written ADDRESS:PORT, an IPv6 address in brackets.  ss shows
# the connections of a dual-stack socket as [::ffff:a.b.c.d]; the daemon and
# its tools know plain IPv4 only.
# shellcheck shell=sh

# get_tcp_connections_for_ip ADDRESS...: print "LOCAL PEER" for each established
# connection of the addresses
get_tcp_connections_for_ip() {
	find_tcp_connections "$@" || return 1
	[ -n "$tcp_connections" ] || return 0
	printf '%s\n' "$tcp_connections" | awk '
		function plain(endpoint) {
			if (tolower(endpoint) ~ /^\[::ffff:[0-9.]+\]/) {
				sub(/^\[::[fF]+:/, "", endpoint)
				sub(/\]/, "", endpoint)
			}
			return endpoint
		}
		NF >= 4 { print plain($3), plain($4) }'
}

# find_tcp_connections ADDRESS...: set tcp_connections to what ss shows of them,
# by one process
find_tcp_connections() {
	tcp_connections=""
	[ $# -gt 0 ] || return 0
	# Turn the addresses into the words of a filter, in their own place.
	_conn_or=""
	for _conn_ip; do
		shift
		set -- "$@" ${_conn_or} src "[${_conn_ip}]"
		_conn_or="or"
	done

	# No answer is not the same as no connections.
	_conn_shown=$(ss -tn state established "$@") || return 1
	# The first line is a heading, and mostly the only one.
	case "$_conn_shown" in
	*"
"*)
		tcp_connections="${_conn_shown#*
}"
		;;
	esac
}

# kill_tcp_connections IFACE ADDRESS [oneway]: reset the connections of an
# address that leaves this node.  Both ends are reset, so that neither keeps
# sequence numbers of a connection the other forgot; "oneway" resets the local
# end only.  SMB clients must find out by themselves, from the new node's answer
# to a tickle: they reconnect faster that way.
kill_tcp_connections() {
	_kill_iface="$1"
	_kill_ip="$2"
	_kill_oneway="$3"

	_kill_before=$(get_tcp_connections_for_ip "$_kill_ip")
	[ -n "$_kill_before" ] || return 0

	_kill_how="${CTDB_KILLTCP_USE_SS_KILL:-fast}"
	[ "$_kill_how" != "fast" ] || [ -z "$_kill_oneway" ] || _kill_how="no"
	# Without a link no peer can be reset, and the helper would try for seconds.
	! _kill_has_no_link || _kill_how="yes"

	case "$_kill_how" in
	yes)
		_kill_by_ss
		;;
	try)
		_kill_by_ss
		_kill_by_reset "$(get_tcp_connections_for_ip "$_kill_ip")"
		;;
	fast)
		# Where both ends are to be reset, the kernel does it at once, if it
		# can; clients wait meanwhile.
		_kill_by_ss not "( sport = :139 or sport = :445 )" 2>/dev/null
		_kill_by_reset "$(get_tcp_connections_for_ip "$_kill_ip")"
		;;
	*)
		_kill_by_reset "$_kill_before"
		;;
	esac
	_kill_status=$?

	_kill_report
	return "$_kill_status"
}

# kill_tcp_connections_local_only IFACE ADDRESS
kill_tcp_connections_local_only() {
	kill_tcp_connections "$1" "$2" "oneway"
}

# _kill_by_ss [FILTER...]
_kill_by_ss() {
	ss -K -tnH state established src "[${_kill_ip}]" "$@" >/dev/null
}

# kill_many_tcp_connections IFACE ADDRESS...: those of many addresses at once, both
# ends of each
kill_many_tcp_connections() {
	_kill_iface="$1"
	shift
	_kill_ip="$*"
	_kill_oneway=""

	_kill_before=$(get_tcp_connections_for_ip "$@")
	[ -n "$_kill_before" ] || return 0

	_kill_how="${CTDB_KILLTCP_USE_SS_KILL:-fast}"
	! _kill_has_no_link || _kill_how="yes"
	case "$_kill_how" in
	yes)
		_kill_many_by_ss true "$@"
		;;
	try)
		_kill_many_by_ss true "$@"
		_kill_by_reset "$(get_tcp_connections_for_ip "$@")"
		;;
	fast)
		_kill_many_by_ss false "$@" 2>/dev/null
		_kill_by_reset "$(get_tcp_connections_for_ip "$@")"
		;;
	*)
		_kill_by_reset "$_kill_before"
		;;
	esac
	_kill_status=$?

	_kill_report_many "$(get_tcp_connections_for_ip "$@")"
	return "$_kill_status"
}

# _kill_many_by_ss true|false ADDRESS...: with those of SMB, or without
_kill_many_by_ss() {
	_kill_smb="$1"
	shift
	_conn_or=""
	for _conn_ip; do
		shift
		set -- "$@" ${_conn_or} src "[${_conn_ip}]"
		_conn_or="or"
	done
	if $_kill_smb; then
		ss -K -tnH state established "$@"
	else
		ss -K -tnH state established "(" "$@" ")" not "( sport = :139 or sport = :445 )"
	fi >/dev/null
}

# _kill_report_many REMAINING: a line for each address that had connections
_kill_report_many() {
	{
		printf '%s\n' "$_kill_before" | sed -e 's/^/before /'
		[ -z "$1" ] || printf '%s\n' "$1" | sed -e 's/^/after /'
	} | awk '
		{
			ip = $2
			sub(/:[0-9]+$/, "", ip)
			gsub(/[][]/, "", ip)
		}
		$1 == "before" {
			if (!(ip in before)) order[++count] = ip
			before[ip]++
		}
		$1 == "after" {
			after[ip]++
			left[ip] = left[ip] "\n  " $2 " " $3
		}
		END {
			for (i = 1; i <= count; i++) {
				ip = order[i]
				printf "Killed %d/%d TCP connections to released IP %s\n",
					before[ip] - after[ip], before[ip], ip
				if (ip in left) print "Remaining connections:" left[ip]
			}
		}'
}

_kill_has_no_link() {
	_kill_carrier=""
	# Unreadable while the interface is not up.
	{ read -r _kill_carrier <"/sys/class/net/${_kill_iface}/carrier"; } 2>/dev/null
	[ "$_kill_carrier" = "0" ]
}

# _kill_by_reset CONNECTIONS
_kill_by_reset() {
	[ -n "$1" ] || return 0

	printf '%s\n' "$1" | awk -v oneway="$_kill_oneway" '{
		print $2, $1
		if (oneway == "" && $1 !~ /:(139|445)$/) print $1, $2
	}' | CTDB_DEBUGLEVEL="${CTDB_KILLTCP_DEBUGLEVEL:-$CTDB_DEBUGLEVEL}" \
		"${CTDB_HELPER_BINDIR}/ctdb_killtcp" "$_kill_iface" || {
		echo "ERROR: cannot kill TCP connections of: ${_kill_ip}"
		return 1
	}
}

_kill_report() {
	_kill_after=$(get_tcp_connections_for_ip "$_kill_ip")
	# Two words for each connection.
	# shellcheck disable=SC2086
	set -- $_kill_before
	_kill_total=$(($# / 2))
	# shellcheck disable=SC2086
	set -- $_kill_after
	_kill_remain=$(($# / 2))
	echo "Killed $((_kill_total - _kill_remain))/${_kill_total} TCP connections to released IP ${_kill_ip}"
	if [ -n "$_kill_after" ]; then
		echo "Remaining connections:"
		printf '%s\n' "$_kill_after" | sed -e 's/^/  /'
	fi
}

# tickle_tcp_connections ADDRESS: make both ends of every connection look
tickle_tcp_connections() {
	_tickle_pairs=$(get_tcp_connections_for_ip "$1")
	[ -n "$_tickle_pairs" ] || return 0
	printf '%s\n' "$_tickle_pairs" | awk '{ print $1, $2; print $2, $1 }' |
		"$CTDB" tickle
}

# update_tickles: bring the daemon's lists of connections in line with the
# kernel's, for the addresses hosted here
update_tickles() {
	_tickles_ips=$(ctdb_get_my_public_ips) || return 1
	# shellcheck disable=SC2086 # one word per address
	_tickles_kernel=$(get_tcp_connections_for_ip $_tickles_ips) || return 1

	_tickles_changes=$(
		{
			printf '%s\n' "$_tickles_kernel" | awk 'NF == 2 { print "kernel", $2, $1 }'
			_tickles_of_daemon | sed -e 's/^/daemon /'
		} | awk '
			$1 == "kernel" { kernel[$2 " " $3] = 1 }
			$1 == "daemon" { daemon[$2 " " $3] = 1 }
			END {
				for (pair in kernel) if (!(pair in daemon)) print "addtickle", pair
				for (pair in daemon) if (!(pair in kernel)) print "deltickle", pair
			}' | LC_ALL=C sort
	)
	_tickles_apply addtickle
	_tickles_apply deltickle
}

# Print "CLIENT SERVER" pairs.  gettickles shows IPv6 without brackets, ss with:
# unless both are written alike, every IPv6 connection differs in every round.
_tickles_of_daemon() {
	for _tickles_ip in $_tickles_ips; do
		"$CTDB" -X gettickles "$_tickles_ip" | awk -F '|' '
			function endpoint(ip, port) {
				gsub(/[][]/, "", ip)
				return (ip ~ /:/ ? "[" ip "]" : ip) ":" port
			}
			NR > 1 { print endpoint($2, $3), endpoint($4, $5) }'
	done
}

# _tickles_apply addtickle|deltickle
_tickles_apply() {
	_tickles_pairs=$(printf '%s\n' "$_tickles_changes" | sed -n -e "s/^${1} //p")
	[ -n "$_tickles_pairs" ] || return 0
	printf '%s\n' "$_tickles_pairs" | "$CTDB" "$1"
}
