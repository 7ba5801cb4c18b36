# Options of scripts, and the arguments the daemon gives them.
# shellcheck shell=sh

# load_system_config NAME...: source the first system configuration file that
# exists, of the Red Hat or the Debian place.
load_system_config() {
	for _load_name; do
		for _load_dir in sysconfig default; do
			_load_file="${CTDB_SYS_ETCDIR}/${_load_dir}/${_load_name}"
			if [ -r "$_load_file" ]; then
				# shellcheck source=/dev/null
				. "$_load_file"
				return
			fi
		done
	done
}

# load_script_options [COMPONENT SCRIPT]: the site's script.options first, then
# the script's own file, which wins.  That one stands beside the script in the
# configuration directory, also if the script there is a symbolic link.
load_script_options() {
	case $# in
	0)
		_load_file="${0%.script}.options"
		;;
	2)
		_load_file="${CTDB_BASE}/events/legacy/${2}.options"
		;;
	*)
		die "usage: load_script_options [COMPONENT SCRIPT]"
		;;
	esac

	for _load_file in "${CTDB_BASE}/script.options" "$_load_file"; do
		if [ -r "$_load_file" ]; then
			# shellcheck source=/dev/null
			. "$_load_file"
		fi
	done
	platform_options
}

# ctdb_check_args EVENT [ARGUMENT...]: exit unless the address events have the
# arguments they need.
ctdb_check_args() {
	case "$1" in
	takeip | releaseip)
		_check_args_words=4
		;;
	updateip)
		_check_args_words=5
		;;
	*)
		return 0
		;;
	esac

	if [ $# -ne "$_check_args_words" ]; then
		die "ERROR: ${1}: expected $((_check_args_words - 1)) arguments, got $(($# - 1))"
	fi
}

# Kept for scripts of former times.
ctdb_standard_event_handler() {
	:
}
