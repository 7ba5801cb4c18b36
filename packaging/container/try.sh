#!/bin/bash
# try.sh ROOT PACKAGE: what the Containerfile makes, and whether it works with the capabilities that
# docs/containers.md names and no others. No container engine is needed: ROOT is a bookworm root of
# debootstrap (it stays as it is), in namespaces of its own. Says PASS or FAIL of each step.
#
#   debootstrap --variant=minbase bookworm /var/tmp/bookworm
#   packaging/container/try.sh /var/tmp/bookworm dist/ctdb-deno_*.deb

# The steps are called by name.
# shellcheck disable=SC2317
set -u
root=$1 package=$2
here=$(dirname "$(readlink -f "$0")")
net=ctdbcon$$
work=$(mktemp -d "${TMPDIR:-/tmp}/ctdb-container.XXXXXX")
failed=0

# What engines give to every container (podman gives no more), and what a node needs besides.
usual="chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service sys_chroot setfcap"
needed="net_admin net_raw sys_nice"

bounding() { printf -- '-all'; printf ',+%s' "$@"; }

step() {   # step NAME COMMAND...
	local name=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		echo "PASS $name"
	else
		echo "FAIL $name"
		tail -n 8 "$work/said" | sed 's/^/     | /'
		failed=1
	fi
}

make_root() {   # the overlay, and in it what the RUN line does
	local line
	mkdir "$work/upper" "$work/work" "$work/root"
	mount -t overlay overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work" "$work/root" || return 1
	mount -t proc proc "$work/root/proc"
	mount --rbind /dev "$work/root/dev"
	mount -t tmpfs tmpfs "$work/root/run"
	cp "$package" "$work/root/tmp/"
	[ -e "$work/root/etc/resolv.conf" ] || cp /etc/resolv.conf "$work/root/etc/"
	printf '#!/bin/sh\nexit 101\n' >"$work/root/usr/sbin/policy-rc.d"
	chmod 755 "$work/root/usr/sbin/policy-rc.d"
	line=$(sed -n 's/^RUN //p' "$here/Containerfile")
	DEBIAN_FRONTEND=noninteractive chroot "$work/root" sh -c "$line"
}

configure() {
	local etc=$work/root/etc
	printf '10.77.0.11\n' >"$etc/ctdb/nodes"
	printf '10.77.0.101/24 eth0\n' >"$etc/ctdb/public_addresses"
	printf '[cluster]\n\tcluster lock = /var/lib/ctdb/cluster.lock\n' >"$etc/ctdb/ctdb.conf"
	echo 'CTDB_SAMBA_SKIP_SHARE_CHECK=yes' >>"$etc/ctdb/script.options"
	ln -s /usr/share/ctdb/events/legacy/50.samba.script "$etc/ctdb/events/legacy/"
	printf '[global]\n\tclustering = yes\n\tnetbios name = CON\n\tdisable netbios = yes\n[data]\n\tpath = /srv\n\tread only = no\n' \
		>"$etc/samba/smb.conf"
	chmod 777 "$work/root/srv"
	chroot "$work/root" useradd -M tester
}

make_network() {
	ip netns add "$net-n" && ip netns add "$net-c" || return 1
	ip -n "$net-n" link add eth0 type veth peer name eth0 netns "$net-c"
	ip -n "$net-n" addr add 10.77.0.11/24 dev eth0
	ip -n "$net-c" addr add 10.77.0.50/24 dev eth0
	for end in n c; do ip -n "$net-$end" link set lo up; ip -n "$net-$end" link set eth0 up; done
}

# start CAPABILITY...: the ENTRYPOINT, below an init as engines have it (--init)
start() {
	rm -f "$work/log"
	rm -rf "$work/root/run"/*
	# shellcheck disable=SC2016 # for the shell inside
	ip netns exec "$net-n" unshare --pid --uts --ipc --mount --fork --kill-child \
		chroot "$work/root" /bin/bash -c 'mount -t proc proc /proc
			setpriv --inh-caps=-all --bounding-set "$1" /usr/sbin/ctdbd --interactive &
			trap "kill $!" TERM; trap : CHLD
			while kill -0 $! 2>/dev/null; do wait; done' init "$(bounding "$@")" \
		>"$work/log" 2>&1 </dev/null &
	engine=$!
}

stop() {
	local init
	init=$(awk '{ print $1 }' "/proc/$engine/task/$engine/children")
	kill -TERM "$init"
	wait "$engine"
}

# What an engine does for "exec".
inside() {
	local init
	init=$(awk '{ print $1 }' "/proc/$engine/task/$engine/children")
	nsenter -t "$init" --net --pid --uts --ipc --mount --root -- "$@"
}

until_true() {   # until_true COMMAND...: for a minute
	for _ in $(seq 120); do
		"$@" && return 0
		sleep 0.5
	done
	"$@"
	echo "exit $?"
	tail -n 4 "$work/log"
	return 1
}

daemon_pid() { inside cat /run/ctdb/ctdbd.pid; }
has_address() { ip -n "$net-n" addr show eth0 | grep -q 10.77.0.101/; }
no_address() { ! has_address; }
realtime() { inside chrt -a -p "$(daemon_pid)" | grep -q SCHED_FIFO; }
logged() { grep -q "$1" "$work/log"; }
announced() { until_true grep -q 10.77.0.101 "$work/arp"; }
make_user() { printf 'pw\npw\n' | inside smbpasswd -s -a tester; }
login() {
	ip netns exec "$net-c" smbclient //10.77.0.101/data -U tester%pw -c 'mkdir made; ls' | grep -q made
}
exactly() {   # exactly CAPABILITY...: those and no others
	local bits
	bits=$(inside sed -n 's/^CapBnd:[[:space:]]*//p' "/proc/$(daemon_pid)/status")
	diff <(capsh --decode="$bits" | tr '=' ',' | tr ',' '\n' | sed -n 's/^cap_//p' | sort) <(printf '%s\n' "$@" | sort)
}

clean() {
	[ -z "${engine:-}" ] || kill -9 "$engine" 2>/dev/null
	[ -z "${sniffer:-}" ] || kill "$sniffer" 2>/dev/null
	ip netns del "$net-n"
	ip netns del "$net-c"
	umount -R "$work/root"
	rm -rf "$work"
}
trap clean EXIT

step "the RUN line makes the image" make_root
step "configuration" configure
step "network" make_network
ip netns exec "$net-c" tcpdump -lni eth0 arp >"$work/arp" 2>/dev/null &
sniffer=$!
# shellcheck disable=SC2086 # lists of words
{
	start $usual $needed
	step "the node becomes healthy" until_true inside ctdb nodestatus
	step "with exactly these capabilities" exactly $usual $needed
	step "NET_ADMIN: it takes its public address" until_true has_address
	step "NET_RAW: it announces the address" announced
	step "SYS_NICE: it has realtime priority" realtime
	step "a user is added" make_user
	step "a client logs in through the public address and writes" login
	step "SIGTERM shuts it down" stop
	step "and its address is gone" no_address

	start $usual net_admin net_raw
	step "without SYS_NICE it runs too" until_true inside ctdb nodestatus
	step "and says so" logged "Realtime scheduling is not permitted"
	step "and stops" stop
	start $usual net_admin sys_nice
	step "without NET_RAW it has its address" until_true has_address
	step "but says that it cannot announce it" until_true logged "CAP_NET_RAW is missing"
	step "and stops then" stop
}
exit $failed
