# Checks of RPC services, described by files (events.d/nfs-checks.d/README).
# shellcheck shell=sh

# nfs_check_services: check every service that has a file, in the files' order;
# 1 as soon as one makes the node unhealthy
nfs_check_services() {
	_checks_dir="${CTDB_NFS_CHECKS_DIR:-${CTDB_BASE}/nfs-checks.d}"
	for _check_file in "$_checks_dir"/[0-9][0-9].*.check; do
		[ -f "$_check_file" ] || continue
		_nfs_check "$_check_file" || return 1
	done
}

_nfs_check() {
	_check_program="${1##*/[0-9][0-9].}"
	_check_program="${_check_program%.check}"
	_nfs_check_read "$1" || return 1

	# Asked for in every round, so that a round has one before to compare with.
	_check_moved=false
	if _nfs_statistics_moved; then
		_check_moved=true
	fi

	if _check_says=$(_nfs_check_once 2>&1); then
		_nfs_check_passed
	elif $_check_moved && _is_rpc_timeout "$_check_says"; then
		echo "WARNING: ${_check_program} did not answer in time, but it works:"
		printf '%s\n' "$_check_says"
		_nfs_check_passed
	else
		_nfs_check_failed
	fi
}

_is_rpc_timeout() {
	case "$1" in
	*[Tt]"imed out"*) return 0 ;;
	esac
	return 1
}

# _nfs_check_read FILE: set the variables of the file, each to its default first
_nfs_check_read() {
	family="tcp"
	version=""
	unhealthy_after=1
	restart_every=0
	service_stop_cmd=""
	service_start_cmd=""
	service_check_cmd=""
	service_debug_cmd=""
	service_stats_cmd=""

	while IFS="" read -r _check_line || [ -n "$_check_line" ]; do
		case "$_check_line" in
		"" | \#*) ;;
		family=* | version=* | unhealthy_after=* | restart_every=* | \
			service_stop_cmd=* | service_start_cmd=* | service_check_cmd=* | \
			service_debug_cmd=* | service_stats_cmd=*)
			eval "$_check_line"
			;;
		*)
			echo "ERROR: not a setting of an NFS check: ${1}: ${_check_line}"
			return 1
			;;
		esac
	done <"$1"

	if [ "$restart_every" -gt 0 ] &&
		{ [ -z "$service_stop_cmd" ] || [ -z "$service_start_cmd" ]; }; then
		die "ERROR: restart_every needs service_stop_cmd and service_start_cmd: ${1}"
	fi
}

# Runs in a command substitution: what it prints is shown if it fails.
_nfs_check_once() {
	if [ -n "$service_check_cmd" ]; then
		eval "$service_check_cmd"
		return
	fi
	for _check_family in $family; do
		case "$_check_family" in
		tcp6 | udp6) _check_host="${CTDB_RPCINFO_LOCALHOST6:-::1}" ;;
		*) _check_host="${CTDB_RPCINFO_LOCALHOST:-127.0.0.1}" ;;
		esac
		# No version is one check, of any.
		for _check_version in ${version:-""}; do
			# shellcheck disable=SC2086 # an empty version is no argument
			rpcinfo -T "$_check_family" "$_check_host" \
				"$_check_program" $_check_version >/dev/null || return 1
		done
	done
}

# _nfs_statistics_moved: does the service do anything since the last round?  A
# server whose threads are all busy does not answer a check, yet it serves.
_nfs_statistics_moved() {
	[ -n "$service_stats_cmd" ] || return 1
	# shellcheck disable=SC2154 # set by ctdb_setup_state_dir
	_check_stats="${script_state_dir}/${_check_program}.stats"
	eval "$service_stats_cmd" >"${_check_stats}.new" 2>/dev/null
	_check_differs=0
	if [ -f "$_check_stats" ]; then
		cmp -s "$_check_stats" "${_check_stats}.new" || _check_differs=1
	fi
	mv "${_check_stats}.new" "$_check_stats"
	[ "$_check_differs" -eq 1 ]
}

_nfs_check_passed() {
	if [ "$unhealthy_after" -ne 1 ] || [ "$restart_every" -ne 0 ]; then
		ctdb_counter_init "$_check_program"
	fi
}

# Failures are tolerated only of a service that has worked: its counter is made
# by the first success.
_nfs_check_failed() {
	if ! ctdb_counter_exists "$_check_program"; then
		echo "ERROR: ${_check_program} failed its check:"
		printf '%s\n' "$_check_says"
		return 1
	fi

	ctdb_counter_incr "$_check_program"
	_check_failures=$(ctdb_counter_get "$_check_program")
	_check_status=0
	if [ "$unhealthy_after" -gt 0 ] && [ "$_check_failures" -ge "$unhealthy_after" ]; then
		echo "ERROR: ${_check_program} failed its check, count ${_check_failures}:"
		printf '%s\n' "$_check_says"
		_check_status=1
	fi
	if [ "$restart_every" -gt 0 ] &&
		[ $((_check_failures % restart_every)) -eq 0 ]; then
		if [ "$_check_status" -eq 0 ]; then
			echo "WARNING: ${_check_program} failed its check, count ${_check_failures}:"
			printf '%s\n' "$_check_says"
		fi
		_nfs_restart
	fi
	return "$_check_status"
}

_nfs_restart() {
	echo "Trying to restart service \"${_check_program}\"..."
	eval "$service_stop_cmd"
	[ -z "$service_debug_cmd" ] || eval "$service_debug_cmd"
	background_with_logging eval "$service_start_cmd"
}
