# State that a script keeps from one event to the next, and counters in it.
# shellcheck shell=sh

# ctdb_setup_state_dir TYPE NAME: make the directory and set script_state_dir.
ctdb_setup_state_dir() {
	[ $# -eq 2 ] || die "usage: ctdb_setup_state_dir TYPE NAME"

	script_state_dir="${CTDB_SCRIPT_VARDIR}/${1}/${2}"
	mkdir -p "$script_state_dir" ||
		die "ERROR: cannot make state directory: ${script_state_dir}"
}

# A counter is a file with one byte per count: adding is an append, so two
# scripts that count at the same time both count.
_counter_file() {
	_counter="${script_state_dir}/${1:+${1}.}failcount"
}

# ctdb_counter_init [NAME]
ctdb_counter_init() {
	_counter_file "$1"
	: >"$_counter"
}

# ctdb_counter_incr [NAME]
ctdb_counter_incr() {
	_counter_file "$1"
	printf 1 >>"$_counter"
}

# ctdb_counter_get [NAME]: print the count, 0 if there is no counter
ctdb_counter_get() {
	_counter_file "$1"
	stat -c "%s" "$_counter" 2>/dev/null || echo 0
}

# ctdb_counter_exists [NAME]
ctdb_counter_exists() {
	_counter_file "$1"
	[ -e "$_counter" ]
}
