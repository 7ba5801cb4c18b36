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

# unblock_all_ips: remove rules that a daemon which is dead has left, whatever
# became of its marks
unblock_all_ips() {
	for _unblock_family in inet inet6; do
		_unblock_with="iptables"
		[ "$_unblock_family" = "inet" ] || _unblock_with="ip6tables"
		command -v "$_unblock_with" >/dev/null 2>&1 || continue
		"$_unblock_with" -S INPUT 2>/dev/null | while read -r _unblock_rule; do
			case "$_unblock_rule" in
			"-A INPUT -d "*" -i "*" -j DROP") ;;
			*) continue ;;
			esac
			_unblock_ip="${_unblock_rule#-A INPUT -d }"
			_unblock_ip="${_unblock_ip%%/*}"
			public_addresses_file | while read -r _unblock_public _unblock_rest; do
				[ "$_unblock_public" = "$_unblock_ip" ] || continue
				# shellcheck disable=SC2086 # the words of the rule
				iptables_wrapper "$_unblock_family" -D ${_unblock_rule#-A }
			done
		done
	done
	! command -v nft >/dev/null 2>&1 || nft delete table inet ctdb 2>/dev/null
	return 0
}

# firewall_choose inet|inet6 CONSEQUENCE: set firewall to what can filter packets
# here: iptables, ip6tables, nft or none.  That there is none is said once in the
# life of the daemon, with what follows.
firewall_choose() {
	case "$1" in
	inet6) firewall="ip6tables" ;;
	*) firewall="iptables" ;;
	esac
	command -v "$firewall" >/dev/null 2>&1 && return
	firewall="nft"
	command -v nft >/dev/null 2>&1 && return
	firewall="none"
	# shellcheck disable=SC2154 # set by functions
	_firewall_said="${CTDB_SCRIPT_VARDIR}/no-firewall.${script_name}"
	[ ! -e "$_firewall_said" ] || return 0
	mkdir -p "$CTDB_SCRIPT_VARDIR" && : >"$_firewall_said"
	echo "WARNING: neither iptables nor nft is installed: ${2}"
}

_firewall_choose_for() {
	case "$1" in
	*:*) _firewall_family="inet6" ;;
	*) _firewall_family="inet" ;;
	esac
	firewall_choose "$_firewall_family" "connections are not blocked while addresses move"
}

# block_ip ADDRESS IFACE: drop what comes in for an address that is on its way
# out.  A rule left over from an interrupted event is replaced, not doubled.
block_ip() {
	_firewall_mark="${CTDB_SCRIPT_VARDIR}/blocked/${1}"
	[ -d "${CTDB_SCRIPT_VARDIR}/blocked" ] || mkdir -p "${CTDB_SCRIPT_VARDIR}/blocked"
	[ ! -e "$_firewall_mark" ] || unblock_ip "$1" "$2"
	: >"$_firewall_mark"
	_firewall_choose_for "$1"
	case "$firewall" in
	none) ;;
	nft) _nft_block "$1" ;;
	*)
		iptables_wrapper "$_firewall_family" -I INPUT -i "$2" -d "$1" -j DROP
		;;
	esac
}

# block_ips IFACE ADDRESS...: the same for many, by one program for each family
block_ips() {
	_block_iface="$1"
	shift
	[ -d "${CTDB_SCRIPT_VARDIR}/blocked" ] || mkdir -p "${CTDB_SCRIPT_VARDIR}/blocked"
	for _block_ip; do
		[ ! -e "${CTDB_SCRIPT_VARDIR}/blocked/${_block_ip}" ] ||
			unblock_ip "$_block_ip" "$_block_iface"
		: >"${CTDB_SCRIPT_VARDIR}/blocked/${_block_ip}"
	done
	for _block_family in inet inet6; do
		_firewall_list "$_block_family" "$@"
		[ -n "$_firewall_ips" ] || continue
		firewall_choose "$_block_family" "connections are not blocked while addresses move"
		case "$firewall" in
		none) ;;
		nft) _nft_block "$_firewall_ips" ;;
		*)
			iptables_wrapper "$_block_family" \
				-I INPUT -i "$_block_iface" -d "$_firewall_ips" -j DROP
			;;
		esac
	done
}

# _firewall_list inet|inet6 ADDRESS...: set _firewall_ips to those of the family,
# with commas between
_firewall_list() {
	_firewall_of="$1"
	shift
	_firewall_ips=""
	for _firewall_ip; do
		case "${_firewall_of} ${_firewall_ip}" in
		"inet "*:*) continue ;;
		"inet "* | "inet6 "*:*) ;;
		*) continue ;;
		esac
		_firewall_ips="${_firewall_ips}${_firewall_ips:+,}${_firewall_ip}"
	done
}

# With nft the addresses are in a set of a table of our own.
# _nft_block ADDRESS[,ADDRESS]...
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

# unblock_ip ADDRESS IFACE: remove such a rule; none is fine.  A mark says that
# there is one, for looking costs as much as removing.
unblock_ip() {
	_firewall_mark="${CTDB_SCRIPT_VARDIR}/blocked/${1}"
	[ -e "$_firewall_mark" ] || return 0
	rm -f "$_firewall_mark"
	_firewall_choose_for "$1"
	case "$firewall" in
	none) return 0 ;;
	nft)
		case "$1" in
		*:*) nft "delete element inet ctdb blocked6 { ${1} }" ;;
		*) nft "delete element inet ctdb blocked4 { ${1} }" ;;
		esac >/dev/null 2>&1
		return 0
		;;
	esac
	iptables_wrapper "$_firewall_family" \
		-D INPUT -i "$2" -d "$1" -j DROP >/dev/null 2>&1
	return 0
}

# unblock_ips IFACE ADDRESS...: the same for many that block_ips has blocked
unblock_ips() {
	_block_iface="$1"
	shift
	for _block_family in inet inet6; do
		_firewall_list "$_block_family" "$@"
		[ -n "$_firewall_ips" ] || continue
		firewall_choose "$_block_family" "connections are not blocked while addresses move"
		case "$firewall" in
		none) ;;
		nft)
			_nft_set="blocked4"
			[ "$_block_family" = "inet" ] || _nft_set="blocked6"
			nft "delete element inet ctdb ${_nft_set} { ${_firewall_ips} }"
			;;
		*)
			iptables_wrapper "$_block_family" \
				-D INPUT -i "$_block_iface" -d "$_firewall_ips" -j DROP
			;;
		esac >/dev/null 2>&1
	done
	for _block_ip; do
		shift
		set -- "$@" "${CTDB_SCRIPT_VARDIR}/blocked/${_block_ip}"
	done
	rm -f "$@"
}
