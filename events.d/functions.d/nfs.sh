# The NFS call-out: the program that knows the NFS server in use.
# shellcheck shell=sh

# nfs_load_config: options of the system's NFS service
nfs_load_config() {
	load_system_config "nfs"
}

# nfs_callout_init [STATEDIR]: settle which program it is, tell it where its
# state is, and ask what it implements.  Without STATEDIR the script's own
# state directory is used.
nfs_callout_init() {
	CTDB_NFS_CALLOUT="${CTDB_NFS_CALLOUT:-${CTDB_BASE}/nfs-linux-kernel-callout}"
	CTDB_NFS_CALLOUT_STATE_DIR="${1:-$script_state_dir}/callout-state"
	export CTDB_NFS_CALLOUT CTDB_NFS_CALLOUT_STATE_DIR
	[ -z "$CTDB_NFS_SHARED_STATE_DIR" ] || export CTDB_NFS_SHARED_STATE_DIR
	[ -z "$CTDB_NFS_EXPORTS_FILE" ] || export CTDB_NFS_EXPORTS_FILE

	_callout_dir="${1:-$script_state_dir}"
	_callout_operations="${_callout_dir}/callout-operations"
	_callout_program="${_callout_dir}/callout-program"
	nfs_callout_register
}

# nfs_callout_register: ask for the operations, unless they are those of the
# same program already
nfs_callout_register() {
	mkdir -p "$_callout_dir" || return 1
	if [ -r "$_callout_operations" ] && [ -r "$_callout_program" ]; then
		read -r _callout_known <"$_callout_program"
		[ "$_callout_known" != "$CTDB_NFS_CALLOUT" ] || return 0
	fi

	# Nothing printed means all, as does a program that fails to say.
	_callout_says=$("$CTDB_NFS_CALLOUT" register) || _callout_says=""
	printf '%s\n' "${_callout_says:-ALL}" >"$_callout_operations"
	printf '%s\n' "$CTDB_NFS_CALLOUT" >"$_callout_program"
}

# nfs_callout_has OPERATION: does the call-out say that it implements it?  One that
# says nothing is not believed to.
nfs_callout_has() {
	grep -qxF -e "$1" "$_callout_operations"
}

# nfs_callout OPERATION [ARGUMENT...]: what is not implemented succeeds
nfs_callout() {
	if grep -qxF -e "ALL" -e "$1" "$_callout_operations"; then
		"$CTDB_NFS_CALLOUT" "$@"
	fi
}
