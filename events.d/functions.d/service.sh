# Services of the system: how they are called, started and reconfigured.
# shellcheck shell=sh

# CTDB_PLATFORM_STYLE: redhat, suse, debian or the name of the distribution.  It
# selects names of services and options of some programs, nothing else.  What
# is set already, also under its old name, stays.
_set_platform_style() {
	CTDB_PLATFORM_STYLE="${CTDB_PLATFORM_STYLE:-${CTDB_INIT_STYLE}}"
	if [ -z "$CTDB_PLATFORM_STYLE" ]; then
		_platform_of_os_release
		CTDB_PLATFORM_STYLE="$_platform_word"
	fi
	if [ -z "$CTDB_PLATFORM_STYLE" ]; then
		CTDB_PLATFORM_STYLE="unknown"
		echo "WARNING: unknown platform" >&2
	fi
	_platform_found="$CTDB_PLATFORM_STYLE"
}

# detect_init_style: the same under its old name
detect_init_style() {
	# shellcheck disable=SC2034 # used by scripts
	CTDB_INIT_STYLE="$CTDB_PLATFORM_STYLE"
}

# Set _platform_word.  Only two lines of the file are read: it is not a script
# of ours.  Every script of every event comes along here: no process is started.
_platform_of_os_release() {
	_platform_id=""
	_platform_like=""
	_platform_word=""
	_platform_file="${CTDB_SYS_ETCDIR}/os-release"
	[ -r "$_platform_file" ] || return 0
	while IFS="=" read -r _platform_key _platform_value; do
		_platform_value="${_platform_value#[\"\']}"
		_platform_value="${_platform_value%[\"\']}"
		case "$_platform_key" in
		ID) _platform_id="${_platform_id:-$_platform_value}" ;;
		ID_LIKE) _platform_like="${_platform_like:-$_platform_value}" ;;
		esac
	done <"$_platform_file"

	for _platform_word in $_platform_id $_platform_like; do
		case "$_platform_word" in
		centos | fedora | rhel) _platform_word="redhat" ;;
		opensuse* | sle* | suse) _platform_word="suse" ;;
		debian | ubuntu) _platform_word="debian" ;;
		*) continue ;;
		esac
		return
	done
	_platform_word="$_platform_id"
}

# platform_options: the script's options have been read, which may set a style
platform_options() {
	if [ -n "$CTDB_INIT_STYLE" ] && [ "$CTDB_PLATFORM_STYLE" = "$_platform_found" ]; then
		CTDB_PLATFORM_STYLE="$CTDB_INIT_STYLE"
	fi
}

_set_platform_style

# _service PREFIX NAME OPERATION: PREFIX is a command to run it under, or empty.
_service() {
	[ -n "$2" ] || return 0

	if [ -x /sbin/service ]; then
		$1 /sbin/service "$2" "$3"
	elif [ -x /usr/sbin/service ]; then
		$1 /usr/sbin/service "$2" "$3"
	elif command -v systemctl >/dev/null 2>&1; then
		$1 systemctl "$3" "$2"
	elif [ -x "${CTDB_SYS_ETCDIR}/init.d/${2}" ]; then
		$1 "${CTDB_SYS_ETCDIR}/init.d/${2}" "$3"
	elif [ -x "${CTDB_SYS_ETCDIR}/rc.d/init.d/${2}" ]; then
		$1 "${CTDB_SYS_ETCDIR}/rc.d/init.d/${2}" "$3"
	else
		echo "ERROR: cannot ${3} service: ${2}" >&2
		return 1
	fi
}

# service NAME OPERATION
service() {
	_service "" "$1" "$2"
}

# nice_service NAME OPERATION: the same with reduced priority.  The daemon may
# run with real-time priority, which a service must not inherit.
nice_service() {
	_service "nice" "$1" "$2"
}

# service_start, service_stop, service_reconfigure: a script redefines those it
# needs.
service_start() {
	# shellcheck disable=SC2154 # set by the script
	service "$service_name" start
}

service_stop() {
	service "$service_name" stop
}

service_reconfigure() {
	:
}

assert_service_name() {
	[ -n "$service_name" ] || die "INTERNAL ERROR: service_name is not set"
}

# An address event only takes a note; the service is reconfigured once, by the
# ipreallocated event behind them.
ctdb_service_set_reconfigure() {
	_service_reconfigure_flag
	: >"$_service_flag"
}

ctdb_service_unset_reconfigure() {
	_service_reconfigure_flag
	rm -f "$_service_flag"
}

ctdb_service_needs_reconfigure() {
	_service_reconfigure_flag
	[ -e "$_service_flag" ]
}

_service_reconfigure_flag() {
	assert_service_name
	# shellcheck disable=SC2154 # set by ctdb_setup_state_dir
	_service_flag="${script_state_dir}/need_reconfigure"
}

ctdb_service_reconfigure() {
	echo "Reconfiguring service \"${service_name}\"..."
	ctdb_service_unset_reconfigure
	service_reconfigure || return $?
	ctdb_counter_init
}

# program_running NAME: does any process of this name exist?
program_running() {
	killall -q -0 "$1"
}

# program_end_leftovers NAME: a service was stopped; kill what did not end.
program_end_leftovers() {
	program_running "$1" || return 0
	sleep 1
	killall -q -9 "$1"
	return 0
}

# program_stack_traces NAME [MAX]: kernel stacks of up to MAX (1) processes.
program_stack_traces() {
	_stack_name="$1"
	_stack_left="${2:-1}"

	for _stack_pid in $(pidof "$_stack_name"); do
		[ "$_stack_left" -gt 0 ] || break
		echo "Stack trace for ${_stack_name}[${_stack_pid}]:"
		cat "/proc/${_stack_pid}/stack" 2>/dev/null
		_stack_left=$((_stack_left - 1))
	done
}
