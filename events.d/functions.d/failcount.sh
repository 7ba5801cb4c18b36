# Failures that are tolerated for a while: count, warn, then fail.
# shellcheck shell=sh

# _failcount_name THING: set _failcount_file.  A thing may be a path or a phrase;
# the counter's name is a file name.
_failcount_name() {
	_failcount_file=$(printf '%s' "$1" | sed -e 's@/@_SLASH_@g' -e 's@[ 	]@_@g')
	# shellcheck disable=SC2154 # set by ctdb_setup_state_dir
	_failcount_warned="${script_state_dir}/${_failcount_file}.last-warning"
}

# failcount_set_warning_interval none|daily|hourly|SECONDS: how often a thing that
# has no failure threshold is warned about; hourly unless a script says so.
failcount_set_warning_interval() {
	case "$1" in
	none) _failcount_interval="" ;;
	hourly) _failcount_interval=3600 ;;
	daily) _failcount_interval=86400 ;;
	*[!0-9]* | ?????*) ;;
	?*) _failcount_interval="$1" ;;
	esac
}

failcount_set_warning_interval hourly

# failcount_init THING
failcount_init() {
	_failcount_name "$1"
	ctdb_counter_init "$_failcount_file"
}

# failcount_reset THING: it works now
failcount_reset() {
	_failcount_name "$1"
	_failcount=$(ctdb_counter_get "$_failcount_file")
	if [ "$_failcount" -gt 0 ]; then
		echo "NOTICE: ${1}: no longer failing"
		ctdb_counter_init "$_failcount_file"
		rm -f "$_failcount_warned"
	fi
}

# failcount_incr THING THRESHOLDS [OUTPUT]: it failed once more.  THRESHOLDS is
# WARN, WARN:FAIL, :FAIL or empty, which is WARN=1.  At FAIL the script ends
# with status 1.  OUTPUT, which may be long, is shown only when a threshold is
# reached.  Without FAIL there is one warning each interval, with OUTPUT.
failcount_incr() {
	_failcount_name "$1"
	ctdb_counter_incr "$_failcount_file"
	_failcount=$(ctdb_counter_get "$_failcount_file")
	_failcount_thresholds "$1" "$2"

	if [ -n "$_failcount_fail" ] && [ "$_failcount" -ge "$_failcount_fail" ]; then
		echo "ERROR: ${1}: fail count ${_failcount} >= threshold ${_failcount_fail}"
		_failcount_output "$_failcount_fail" "$3"
		exit 1
	fi
	if [ -z "$_failcount_warn" ] || [ "$_failcount" -lt "$_failcount_warn" ]; then
		return
	fi
	_failcount_shown="$_failcount_warn"
	case "${2:-1}" in
	*:?*) ;;
	*)
		if [ -n "$_failcount_interval" ]; then
			_failcount_is_due || return 0
			_failcount_shown="$_failcount"
		fi
		;;
	esac
	echo "WARNING: ${1}: fail count ${_failcount} >= threshold ${_failcount_warn}"
	_failcount_output "$_failcount_shown" "$3"
	: >"$_failcount_warned"
}

# _failcount_is_due: has the interval passed since the last warning?
_failcount_is_due() {
	_failcount_last=$(stat -c "%Y" "$_failcount_warned" 2>/dev/null) || return 0
	[ $(($(date +%s) - _failcount_last)) -ge "$_failcount_interval" ]
}

_failcount_output() {
	if [ "$_failcount" -eq "$1" ] && [ -n "$2" ]; then
		echo "$2"
	fi
}

# _failcount_thresholds THING THRESHOLDS: set _failcount_warn, _failcount_fail
_failcount_thresholds() {
	split_thresholds "$1" "${2:-1}"
	_failcount_warn="$_threshold_warn"
	_failcount_fail="$_threshold_fail"
}

# split_thresholds THING "WARN[:FAIL]": set _threshold_warn and _threshold_fail,
# each empty if not given or not a number.
split_thresholds() {
	_threshold_warn="${2%%:*}"
	case "$2" in
	*:*) _threshold_fail="${2#*:}" ;;
	*) _threshold_fail="" ;;
	esac

	if ! _is_number_or_empty "$_threshold_warn"; then
		echo "WARNING: ${1}: ignored invalid warning threshold: ${_threshold_warn}"
		_threshold_warn=""
	fi
	if ! _is_number_or_empty "$_threshold_fail"; then
		echo "WARNING: ${1}: ignored invalid failure threshold: ${_threshold_fail}"
		_threshold_fail=""
	fi
}

_is_number_or_empty() {
	case "$1" in
	*[!0-9]*) return 1 ;;
	esac
}
