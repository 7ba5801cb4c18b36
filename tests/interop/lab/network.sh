# The network: a switch, three hosts, a client, each in a network namespace.
# shellcheck shell=bash

make_net() {
	local n ns
	ip netns add "$PREFIX-sw"
	ip -n "$PREFIX-sw" link add br0 type bridge
	ip -n "$PREFIX-sw" link set br0 up
	for n in $NODES cl; do
		ns=$PREFIX-n$n
		[ "$n" = cl ] && ns=$PREFIX-cl
		ip netns add "$ns"
		ip -n "$ns" link add eth0 type veth peer name "p$n" netns "$PREFIX-sw"
		ip -n "$PREFIX-sw" link set "p$n" master br0 up
		# A new address must be usable at once; nobody else has it here.
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.all.accept_dad=0
		ip -n "$ns" link set lo up
		ip -n "$ns" link set eth0 up
	done
	for n in $NODES; do
		private_addresses "$n"
	done
	ip -n "$PREFIX-cl" addr add "$NET.50/24" dev eth0
	ip -n "$PREFIX-cl" addr add "$NET6::50/64" dev eth0
}

del_net() {
	local ns
	for ns in "$PREFIX-n0" "$PREFIX-n1" "$PREFIX-n2" "$PREFIX-cl" "$PREFIX-sw"; do
		if ip netns list | grep -qw -- "$ns"; then
			ip netns del "$ns"
		fi
	done
}

private_addresses() {   # private_addresses N: those and no others
	ip -n "$PREFIX-n$1" addr flush dev eth0
	ip -n "$PREFIX-n$1" addr add "$(ip_of "$1")/24" dev eth0
	ip -n "$PREFIX-n$1" addr add "$NET6::$((11 + $1))/64" dev eth0
}

drop_arp() {
	ip -n "$PREFIX-cl" neigh flush all
	ip -n "$PREFIX-cl" -6 neigh flush all
}
