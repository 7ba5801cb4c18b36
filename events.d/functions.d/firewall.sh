# Firewall rules.
# shellcheck shell=sh

# iptables_wrapper inet|inet6 ARGUMENTS...: one at a time, since older tools
# fail instead of waiting for each other.
iptables_wrapper() {
	case "$1" in
	inet6) _iptables="ip6tables" ;;
	*) _iptables="iptables" ;;
	esac
	shift

	[ -d "$CTDB_SCRIPT_VARDIR" ] || mkdir -p "$CTDB_SCRIPT_VARDIR" || return 1
	flock -w 30 "${CTDB_SCRIPT_VARDIR}/iptables.flock" "$_iptables" "$@"
}

# address_family ADDRESS: print inet or inet6
address_family() {
	case "$1" in
	*:*) echo "inet6" ;;
	*) echo "inet" ;;
	esac
}

# block_ip ADDRESS IFACE: drop what comes in for an address that is on its way
# out.  A rule left over from an interrupted event is replaced, not doubled.
block_ip() {
	unblock_ip "$1" "$2"
	iptables_wrapper "$(address_family "$1")" -I INPUT -i "$2" -d "$1" -j DROP
}

# unblock_ip ADDRESS IFACE: remove such a rule; none is fine
unblock_ip() {
	iptables_wrapper "$(address_family "$1")" \
		-D INPUT -i "$2" -d "$1" -j DROP >/dev/null 2>&1
	return 0
}
