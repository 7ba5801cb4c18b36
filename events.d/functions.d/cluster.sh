# Facts about this node.  They do not change while the daemon runs, so each is
# asked for once and then kept in the scratch directory.
# shellcheck shell=sh

# _cached FILE COMMAND...: print the file, or make it from the command's output
_cached() {
	_cached_file="${CTDB_SCRIPT_VARDIR}/${1}"
	shift

	if [ ! -s "$_cached_file" ]; then
		# Two scripts may ask at the same time: none sees half a file.
		if ! "$@" >"${_cached_file}.$$" || [ ! -s "${_cached_file}.$$" ]; then
			rm -f "${_cached_file}.$$"
			return 1
		fi
		mv "${_cached_file}.$$" "$_cached_file"
	fi
	cat "$_cached_file"
}

# ctdb_get_pnn: print the node number
ctdb_get_pnn() {
	_cached "my-pnn" "$CTDB" pnn
}

# ctdb_get_ip_address: print the private address
ctdb_get_ip_address() {
	_cached "my-private-ip" _ask_private_address
}

_ask_private_address() {
	# The exit status tells the node's flags, not whether it worked.
	"$CTDB" -X nodestatus | awk -F '|' 'NR == 2 { print $3 }'
}

# ctdb_get_db_options: set CTDB_DBDIR, CTDB_DBDIR_PERSISTENT, CTDB_DBDIR_STATE
# shellcheck disable=SC2034 # for the caller
ctdb_get_db_options() {
	CTDB_DBDIR=$(_cached "db-dir-volatile" _ask_db_dir volatile)
	CTDB_DBDIR_PERSISTENT=$(_cached "db-dir-persistent" _ask_db_dir persistent)
	CTDB_DBDIR_STATE=$(_cached "db-dir-state" _ask_db_dir state)
}

_ask_db_dir() {
	"${CTDB_HELPER_BINDIR}/ctdb-config" get "database" "${1} database directory"
}

# node_is_follower_only FILE: is this node listed with that word?  FILE is the
# list of a NAT gateway or LVS group, lines ADDRESS [follower-only].
node_is_follower_only() {
	_follower_me=$(ctdb_get_ip_address) || return 1
	tr -d '\r' <"$1" |
		awk -v me="$_follower_me" '$1 == me && $2 == "follower-only" { found = 1 }
			END { exit !found }'
}

# ctdb_get_my_public_ips: print the public addresses that this node hosts, as
# the daemon sees it, one per line
ctdb_get_my_public_ips() {
	_my_pnn=$(ctdb_get_pnn) || return 1
	_my_ips=$("$CTDB" -X ip) || return 1
	printf '%s\n' "$_my_ips" |
		awk -F '|' -v pnn="$_my_pnn" 'NR > 1 && $3 == pnn { print $2 }'
}

# update_my_public_ip_addresses takeip|releaseip ADDRESS
# update_my_public_ip_addresses ipreallocated
# Maintain the file that lists the addresses hosted here, one per line.  It is
# read by programs that cannot ask the daemon, such as statd_callout.
update_my_public_ip_addresses() {
	[ -d "$CTDB_SCRIPT_VARDIR" ] || mkdir -p "$CTDB_SCRIPT_VARDIR" || return 1
	# Clients wait while an address moves, and a hundred may move: no process
	# for what the shell can do.  Address events of a node run one at a time;
	# should one that has run out of time be in the way, "ipreallocated" repairs.
	if [ "$1" = "takeip" ] && ! _my_ips_has "$2"; then
		echo "$2" >>"$CTDB_MY_PUBLIC_IPS_CACHE"
		return
	fi
	if [ "$1" = "releaseip" ] && ! _my_ips_has "$2"; then
		return 0
	fi
	_my_ips_list "$@" >"${CTDB_MY_PUBLIC_IPS_CACHE}.$$" || {
		rm -f "${CTDB_MY_PUBLIC_IPS_CACHE}.$$"
		return 1
	}
	# Where nothing comes behind it the shell itself becomes this process.
	${my_ips_come_last:+exec} mv "${CTDB_MY_PUBLIC_IPS_CACHE}.$$" "$CTDB_MY_PUBLIC_IPS_CACHE"
}

# add_my_public_ip_addresses ADDRESS...: as takeip does for one
add_my_public_ip_addresses() {
	[ -d "$CTDB_SCRIPT_VARDIR" ] || mkdir -p "$CTDB_SCRIPT_VARDIR" || return 1
	_my_ips_known=" "
	_my_ips_new=""
	[ ! -f "$CTDB_MY_PUBLIC_IPS_CACHE" ] || while read -r _my_ips_address; do
		_my_ips_known="${_my_ips_known}${_my_ips_address} "
	done <"$CTDB_MY_PUBLIC_IPS_CACHE"
	for _my_ips_address; do
		case "$_my_ips_known" in
		*" ${_my_ips_address} "*) ;;
		*)
			_my_ips_new="${_my_ips_new}${_my_ips_address}
"
			;;
		esac
	done
	[ -z "$_my_ips_new" ] || printf '%s' "$_my_ips_new" >>"$CTDB_MY_PUBLIC_IPS_CACHE"
}

# remove_my_public_ip_addresses ADDRESS...: as releaseip does for one
remove_my_public_ip_addresses() {
	[ -f "$CTDB_MY_PUBLIC_IPS_CACHE" ] || return 0
	_my_ips_left=""
	_my_ips_gone=" $* "
	while read -r _my_ips_address; do
		case "$_my_ips_gone" in
		*" ${_my_ips_address} "*) ;;
		*)
			_my_ips_left="${_my_ips_left}${_my_ips_address}
"
			;;
		esac
	done <"$CTDB_MY_PUBLIC_IPS_CACHE"
	printf '%s' "$_my_ips_left" >"${CTDB_MY_PUBLIC_IPS_CACHE}.$$" &&
		mv "${CTDB_MY_PUBLIC_IPS_CACHE}.$$" "$CTDB_MY_PUBLIC_IPS_CACHE"
}

# _my_ips_has ADDRESS
_my_ips_has() {
	[ -f "$CTDB_MY_PUBLIC_IPS_CACHE" ] || return 1
	while read -r _my_ips_address; do
		[ "$_my_ips_address" != "$1" ] || return 0
	done <"$CTDB_MY_PUBLIC_IPS_CACHE"
	return 1
}

# Print the new list
_my_ips_list() {
	if [ "$1" = "ipreallocated" ]; then
		ctdb_get_my_public_ips
		return
	fi
	if [ -f "$CTDB_MY_PUBLIC_IPS_CACHE" ]; then
		while read -r _my_ips_address; do
			[ "$_my_ips_address" = "$2" ] || echo "$_my_ips_address"
		done <"$CTDB_MY_PUBLIC_IPS_CACHE"
	fi
	if [ "$1" = "takeip" ]; then
		echo "$2"
	fi
	return 0
}
