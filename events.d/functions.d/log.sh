# Messages, the CTDB log, and what runs behind the script's back.
# shellcheck shell=sh

# die MESSAGE [STATUS]
die() {
	echo "$1" >&2
	exit "${2:-1}"
}

# script_log TAG [MESSAGE...]: put the message, or standard input, in the log
# that the daemon writes to.  Needed only where the event daemon does not
# collect the output, that is in background jobs.
script_log() {
	_script_log_tag="$1"
	shift

	case "$CTDB_LOGGING" in
	file:)
		_script_log_format "$@" >&2
		;;
	file:?*)
		_script_log_format "$@" >>"${CTDB_LOGGING#file:}"
		;;
	"")
		_script_log_format "$@" >>"$CTDB_DEFAULT_LOG_FILE"
		;;
	*)
		if [ $# -gt 0 ]; then
			logger -t "ctdbd: ${_script_log_tag}" -- "$*"
		else
			logger -t "ctdbd: ${_script_log_tag}"
		fi
		;;
	esac
}

_script_log_format() {
	if [ $# -gt 0 ]; then
		echo "$*"
	else
		cat
	fi
}

# background_with_logging COMMAND...: run it detached; what it prints goes to
# the log, since nobody reads the script's output once the script has ended.
background_with_logging() {
	{
		# shellcheck disable=SC2154 # set by the functions file
		"$@" </dev/null 2>&1 | script_log "${script_name}&"
	} </dev/null >/dev/null &
	return 0
}
