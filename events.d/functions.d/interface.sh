# Network interfaces: which ones carry public addresses, and are they usable.
# shellcheck shell=sh

# _public_addresses_path: set _pub_file to where the public addresses are: in the
# usual file, else in the one that an old sysconfig file names, as for the daemon.
_public_addresses_path() {
	_pub_file="${CTDB_BASE}/public_addresses"
	[ ! -f "$_pub_file" ] || return 0
	for _pub_old in "${CTDB_SYS_ETCDIR}/sysconfig/ctdb" "${CTDB_SYS_ETCDIR}/default/ctdb"; do
		[ -f "$_pub_old" ] || continue
		_pub_named=$(sed -n "s/^[[:space:]]*CTDB_PUBLIC_ADDRESSES=[\"']\{0,1\}\(\/[^\"'[:space:]]*\).*/\1/p" "$_pub_old" | tail -n 1)
		[ -z "$_pub_named" ] || _pub_file="$_pub_named"
		return 0
	done
}

have_public_addresses() {
	_public_addresses_path
	[ -f "$_pub_file" ]
}

# public_addresses_file: print "ADDRESS BITS INTERFACES" for each line of the
# file, as the daemon's own reader understands it.  That one is asked when the
# file has changed; where it refuses the file, or is another daemon's, the lines
# that look like addresses count.
public_addresses_file() {
	_public_addresses_path
	_pub_list="${CTDB_SCRIPT_VARDIR}/public-addresses-list"
	# shellcheck disable=SC3013 # every sh that runs event scripts has it
	if ! [ "$_pub_list" -nt "$_pub_file" ]; then
		mkdir -p "$CTDB_SCRIPT_VARDIR"
		if "${CTDB_HELPER_BINDIR}/ctdb-config" list public_addresses "$_pub_file" \
			>"${_pub_list}.$$" 2>/dev/null; then
			mv "${_pub_list}.$$" "$_pub_list"
		else
			rm -f "${_pub_list}.$$"
			tr -d '\r' <"$_pub_file" |
				sed -e 's/#.*//' -e 's/[][]//g' -e 's,/, ,' |
				awk 'NF >= 3 { print $1, $2, $3 }'
			return
		fi
	fi
	cat "$_pub_list"
}

# get_public_ifaces: set public_ifaces to the interfaces of the file and those
# that the daemon knows (addresses can be added while it runs), each once.
get_public_ifaces() {
	# shellcheck disable=SC2034 # for the caller
	public_ifaces=$(
		{
			if have_public_addresses; then
				public_addresses_file | awk '{ print $3 }' | tr ',' '\n'
			fi
			# The first line is a heading, or says that there are none.
			"$CTDB" -X ifaces | awk -F '|' '/^\|/ && $2 != "Name" { print $2 }'
		} | grep . | LC_ALL=C sort -u | xargs
	)
}

# interface_get_real NAME: what a VLAN "vlan@real" stands on, or NAME itself
interface_get_real() {
	_iface_shown=$(ip -br link show "$1" 2>/dev/null) || _iface_shown="$1"
	_iface_shown="${_iface_shown%%[ 	]*}"
	echo "${_iface_shown##*@}"
}

# interface_monitor IFACE: 0 if it can carry addresses
interface_monitor() {
	if ! ip -br link show "$1" >/dev/null 2>&1; then
		echo "ERROR: public interface does not exist: ${1}"
		return 1
	fi

	_iface_bond="/proc/net/bonding/$(interface_get_real "$1")"
	if [ -f "$_iface_bond" ]; then
		interface_monitor_bond "$1" "$_iface_bond"
		return
	fi

	case "$1" in
	lo* | ib*) return 0 ;;
	esac

	_iface_has_link "$1" && return 0
	# Nobody may have brought it up yet.
	ip link set "$1" up
	_iface_has_link "$1" && return 0
	echo "ERROR: no link on public interface: ${1}"
	return 1
}

# The driver knows best; where ethtool is not installed the kernel's word counts.
_iface_has_link() {
	if command -v ethtool >/dev/null 2>&1; then
		ethtool "$1" 2>/dev/null | grep -q "Link detected: yes"
		return
	fi
	ip -o link show dev "$1" 2>/dev/null | grep -q "[<,]LOWER_UP[,>]"
}

# interface_monitor_bond IFACE FILE: FILE is the bond's state in /proc.  The
# first "MII Status" is that of the bond, each further one that of a member.
interface_monitor_bond() {
	if grep -q "^Currently Active Slave: None" "$2"; then
		echo "ERROR: no active slave of bond: ${1}"
		return 1
	fi
	if ! sed -n -e '/^MII Status: /{p;q;}' "$2" | grep -q ": up"; then
		echo "ERROR: bond is down: ${1}"
		return 1
	fi
	if grep -q "^Bonding Mode: IEEE 802.3ad" "$2"; then
		# The bond itself stays up in this mode when all members are down.
		if ! sed -e '1,/^MII Status: /d' "$2" | grep -q "^MII Status: up"; then
			echo "ERROR: no active slave of 802.3ad bond: ${1}"
			return 1
		fi
	fi
}
