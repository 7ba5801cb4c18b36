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

# _firewall_choose FAMILY: set _firewall to what can drop packets here.  That
# there is nothing is said once in the life of the daemon.
_firewall_choose() {
	case "$1" in
	inet6) _firewall="ip6tables" ;;
	*) _firewall="iptables" ;;
	esac
	command -v "$_firewall" >/dev/null 2>&1 && return
	_firewall="nft"
	command -v nft >/dev/null 2>&1 && return
	_firewall="none"
	_firewall_said="${CTDB_SCRIPT_VARDIR}/no-firewall"
	[ ! -e "$_firewall_said" ] || return 0
	mkdir -p "$CTDB_SCRIPT_VARDIR" && : >"$_firewall_said"
	echo "WARNING: neither iptables nor nft is installed: connections are not blocked while addresses move"
}

# block_ip ADDRESS IFACE: drop what comes in for an address that is on its way
# out.  A rule left over from an interrupted event is replaced, not doubled.
block_ip() {
	_firewall_choose "$(address_family "$1")"
	case "$_firewall" in
	none) ;;
	nft) _nft_block "$1" ;;
	*)
		unblock_ip "$1" "$2"
		iptables_wrapper "$(address_family "$1")" -I INPUT -i "$2" -d "$1" -j DROP
		;;
	esac
}

# With nft the addresses are in a set of a table of our own.
_nft_block() {
	case "$1" in
	*:*) _nft_set="blocked6" ;;
	*) _nft_set="blocked4" ;;
	esac
	nft "add table inet ctdb
		add set inet ctdb blocked4 { type ipv4_addr; }
		add set inet ctdb blocked6 { type ipv6_addr; }
		add chain inet ctdb input { type filter hook input priority 0; }
		flush chain inet ctdb input
		add rule inet ctdb input ip daddr @blocked4 drop
		add rule inet ctdb input ip6 daddr @blocked6 drop
		add element inet ctdb ${_nft_set} { ${1} }"
}

# unblock_ip ADDRESS IFACE: remove such a rule; none is fine
unblock_ip() {
	_firewall_choose "$(address_family "$1")"
	case "$_firewall" in
	none) return 0 ;;
	nft)
		case "$1" in
		*:*) nft "delete element inet ctdb blocked6 { ${1} }" ;;
		*) nft "delete element inet ctdb blocked4 { ${1} }" ;;
		esac >/dev/null 2>&1
		return 0
		;;
	esac
	iptables_wrapper "$(address_family "$1")" \
		-D INPUT -i "$2" -d "$1" -j DROP >/dev/null 2>&1
	return 0
}
