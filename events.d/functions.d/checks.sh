# Checks that several services share.
# shellcheck shell=sh

# _each_missing_directory: print those lines of standard input that do not name
# a directory.  A path with "%" is expanded by the service per client: skipped.
_each_missing_directory() {
	while IFS="" read -r _check_dir; do
		case "$_check_dir" in
		*%* | "") continue ;;
		esac
		# The "." makes an automounted directory come.
		[ -d "${_check_dir}/." ] || printf '%s\n' "$_check_dir"
	done
}

# ctdb_check_directories_probe: 1 if a path on standard input is no directory
ctdb_check_directories_probe() {
	_check_missing=$(_each_missing_directory | head -n 1)
	[ -z "$_check_missing" ]
}

# ctdb_check_directories: the same, ending the script
ctdb_check_directories() {
	ctdb_check_directories_probe ||
		{
			echo "ERROR: directory is not available: ${_check_missing}"
			exit 1
		}
}

# ctdb_check_tcp_ports PORT...: 1 with a message if nothing listens on one
ctdb_check_tcp_ports() {
	for _check_port; do
		# It tries to bind: 98 is EADDRINUSE, so somebody listens.
		"$CTDB" checktcpport "$_check_port" >/dev/null 2>&1
		_check_status=$?
		case "$_check_status" in
		98) ;;
		0)
			echo "ERROR: nothing listens on TCP port: ${_check_port}"
			return 1
			;;
		*)
			echo "ERROR: cannot check TCP port ${_check_port}: status ${_check_status}"
			return "$_check_status"
			;;
		esac
	done
}

# ctdb_check_unix_socket PATH: 1 with a message if nothing listens on it
ctdb_check_unix_socket() {
	if ! ss -l -x "src ${1}" | grep -qF -- "$1"; then
		echo "ERROR: nothing listens on socket: ${1}"
		return 1
	fi
}
