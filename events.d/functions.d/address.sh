# Addresses on interfaces, routes, and settings of the kernel.
# shellcheck shell=sh

# set_proc PATH VALUE: PATH is relative to /proc
set_proc() {
	echo "$2" >"/proc/${1}"
}

# set_proc_maybe PATH VALUE: the same if the kernel has it
set_proc_maybe() {
	if [ -w "/proc/${1}" ]; then
		set_proc "$1" "$2"
	fi
}

# get_proc PATH
get_proc() {
	cat "/proc/${1}"
}

flush_route_cache() {
	set_proc_maybe sys/net/ipv4/route/flush 1
	set_proc_maybe sys/net/ipv6/route/flush 1
}

# _iface_is_up IFACE: 1 also where the kernel's files do not tell, as for
# alternative names
_iface_is_up() {
	_iface_flags=""
	{ read -r _iface_flags <"/sys/class/net/${1}/flags"; } 2>/dev/null
	[ $((${_iface_flags:-0} & 1)) -eq 1 ]
}

# ip_addr_add PREFIX IFACE: PREFIX is ADDRESS/BITS
ip_addr_add() {
	if ! _iface_is_up "$2" && ! ip link set "$2" up; then
		echo "ERROR: cannot bring up interface: ${2}"
		return 1
	fi

	case "$1" in
	*:*)
		ip addr add "$1" dev "$2" &&
			_wait_for_ipv6_address "$2" "${1%/*}" "${1#*/}"
		;;
	*)
		ip addr add "$1" brd + dev "$2"
		;;
	esac || {
		echo "Failed to add ${1} on dev ${2}"
		return 1
	}
}

# add_ip_to_iface IFACE ADDRESS BITS
add_ip_to_iface() {
	ip_addr_add "${2}/${3}" "$1"
}

# An IPv6 address cannot be bound to before duplicate detection is over.  One
# that does not pass is removed again: left where it is, the daemon would count
# it as hosted though nobody can reach it.
_wait_for_ipv6_address() {
	_wait_left=50
	while :; do
		_wait_shown=$(ip -6 -o addr show dev "$1" to "${2}/128")
		case "$_wait_shown" in
		"")
			echo "ERROR: address has vanished: ${2}"
			return 1
			;;
		*dadfailed*)
			echo "ERROR: another host has this address: ${2}"
			break
			;;
		*tentative*) ;;
		*) return 0 ;;
		esac

		if [ "$_wait_left" -eq 0 ]; then
			echo "ERROR: duplicate detection does not end: ${2}"
			break
		fi
		_wait_left=$((_wait_left - 1))
		sleep 0.1
	done
	ip addr del "${2}/${3}" dev "$1"
	return 1
}

# wait_for_ipv6_addresses ADDRESS...: until duplicate detection of all is over, by
# one "ip" a look; written as the kernel does it.  Sets ipv6_failed to those that
# did not pass, with blanks around them.
wait_for_ipv6_addresses() {
	ipv6_failed=" "
	_waits_for=" $* "
	_waits_left=50
	while :; do
		_waits_pending=" "
		_waits_shown=$(ip -6 -o addr show tentative)
		# Number, interface, family, prefix.
		while read -r _ _ _ _waits_prefix _waits_flags; do
			_waits_address="${_waits_prefix%/*}"
			case "$_waits_for" in
			*" ${_waits_address:-none} "*) ;;
			*) continue ;;
			esac
			case "$_waits_flags" in
			*dadfailed*)
				case "$ipv6_failed" in
				*" ${_waits_address} "*) continue ;;
				esac
				echo "ERROR: another host has this address: ${_waits_address}"
				ipv6_failed="${ipv6_failed}${_waits_address} "
				;;
			*) _waits_pending="${_waits_pending}${_waits_address} " ;;
			esac
		done <<-END
			${_waits_shown}
		END
		[ "$_waits_pending" != " " ] || return 0
		[ "$_waits_left" -gt 0 ] || break
		_waits_left=$((_waits_left - 1))
		sleep 0.1
	done
	echo "ERROR: duplicate detection does not end:${_waits_pending% }"
	ipv6_failed="${ipv6_failed}${_waits_pending# }"
}

# ip_addr_drop PREFIX IFACE: the same as ip_addr_del for an address that may be
# elsewhere, or have another mask: 1, in silence
ip_addr_drop() {
	# Without this the kernel drops all secondary addresses together with
	# their primary one.
	set_proc_maybe "sys/net/ipv4/conf/${2}/promote_secondaries" 1
	ip addr del "$1" dev "$2" 2>/dev/null
}

# ip_batch COMMANDS: run lines of "ip" by one process; 1 if one failed.  Sets
# ip_batch_failed to the numbers of those lines, with blanks around them.
ip_batch() {
	ip_batch_failed=" "
	_batch_said=$(
		ip -force -batch - <<-END 2>&1
			${1}
		END
	) && return 0
	while read -r _batch_line; do
		case "$_batch_line" in
		"Command failed -:"*) ip_batch_failed="${ip_batch_failed}${_batch_line#*-:} " ;;
		"") ;;
		*) echo "$_batch_line" >&2 ;;
		esac
	done <<-END
		${_batch_said}
	END
	return 1
}

# ip_addr_del PREFIX IFACE
ip_addr_del() {
	set_proc_maybe "sys/net/ipv4/conf/${2}/promote_secondaries" 1
	if ! ip addr del "$1" dev "$2"; then
		echo "Failed to del ${1} on dev ${2}"
		return 1
	fi
}

# delete_ip_from_iface IFACE ADDRESS BITS
delete_ip_from_iface() {
	ip_addr_del "${2}/${3}" "$1"
}

# ip_prefix_iface ADDRESS [IFACE]: print "PREFIX IFACE" for each interface of this
# host that has the address, nothing if none has; with IFACE, only for that one.
ip_prefix_iface() {
	case "$1" in
	*:*) _found_all=128 ;;
	*) _found_all=32 ;;
	esac

	# shellcheck disable=SC2086 # two words, or none
	ip -o addr show ${2:+dev "$2"} to "${1}/${_found_all}" 2>/dev/null |
		awk -v all="$_found_all" '{
			# A mask of all bits may be left out.
			prefix = $4
			if (index(prefix, "/") == 0) prefix = prefix "/" all
			sub(/@.*/, "", $2)
			print prefix, $2
		}'
}

# first_prefix_iface ADDRESS [IFACE]: set _found to what ip_prefix_iface prints
# first, by one process
first_prefix_iface() {
	case "$1" in
	*:*) _found_all=128 ;;
	*) _found_all=32 ;;
	esac
	# shellcheck disable=SC2086 # two words, or none
	_found=$(ip -o addr show ${2:+dev "$2"} to "${1}/${_found_all}" 2>/dev/null)
	[ -n "$_found" ] || return 0
	# Number, interface, family, prefix.
	# shellcheck disable=SC2086 # the words of the first line
	set -- $_found
	case "$4" in
	*/*) _found="${4} ${2%%@*}" ;;
	*) _found="${4}/${_found_all} ${2%%@*}" ;;
	esac
}

# ip_maskbits_iface ADDRESS: print "BITS IFACE" of an address that this host
# has, nothing if it has not.
ip_maskbits_iface() {
	ip_prefix_iface "$1" | sed -n -e '1s,^[^ ]*/,,p'
}

# drop_ip ADDRESS[/BITS]: remove it from wherever it is
drop_ip() {
	ip_prefix_iface "${1%/*}" | while read -r _drop_prefix _drop_iface; do
		echo "Removing public address ${_drop_prefix} from device ${_drop_iface}"
		ip_addr_del "$_drop_prefix" "$_drop_iface" >/dev/null 2>&1
	done
}

# drop_all_public_ips: remove every address of the file.  The kernel is asked
# once: to ask for each of a thousand takes longer than a start may.
drop_all_public_ips() {
	have_public_addresses || return 0
	_hosted_public_addresses | while read -r _drop_prefix _drop_iface; do
		echo "Removing public address ${_drop_prefix} from device ${_drop_iface}"
		ip_addr_del "$_drop_prefix" "$_drop_iface" >/dev/null 2>&1
	done
}

# Print "PREFIX IFACE" for each address of the file that an interface has, in the
# order of the file.
_hosted_public_addresses() {
	{
		public_addresses_file
		ip -o addr show 2>/dev/null | sed -e 's/^/kernel /'
	} | awk '
		$1 != "kernel" {
			if (!($1 in wanted)) order[++count] = $1
			wanted[$1] = ""
			next
		}
		{
			prefix = $5
			address = prefix
			sub(/\/.*/, "", address)
			if (!(address in wanted)) next
			# A mask of all bits may be left out.
			if (address == prefix) prefix = prefix "/" (prefix ~ /:/ ? 128 : 32)
			sub(/@.*/, "", $3)
			wanted[address] = wanted[address] prefix " " $3 "\n"
		}
		END { for (i = 1; i <= count; i++) printf "%s", wanted[order[i]] }'
}
