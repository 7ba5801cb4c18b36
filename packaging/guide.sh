#!/bin/bash
# guide.sh ROOT PACKAGE PAGE: runs the shell blocks of a guide in docs/ as they are written, on three
# hosts and a client in namespaces, each with systemd as its PID 1. A block says where it is for: "all",
# a node, or "client"; blocks without such a word are not run. ROOT is a bookworm root of debootstrap, or
# "/", a bookworm machine that has the packages of the page already: it stays as it is, and its own
# services are not started. Must run in a mount namespace of its own:
#
#   debootstrap --variant=minbase bookworm /var/tmp/bookworm
#   unshare --mount --propagation private packaging/guide.sh /var/tmp/bookworm \
#     dist/ctdb-deno_*.deb docs/samba-cluster.md

# Texts for shells inside; steps that are called by name.
# shellcheck disable=SC2016,SC2317
set -u
here=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$1") package=$(readlink -f "$2") page=$(readlink -f "$3")
cd /
net=ctdbguide$$
work=$(mktemp -d "${TMPDIR:-/tmp}/ctdb-guide.XXXXXX")
target=multi-user.target
if [ "$root" = / ]; then   # what is written may not lie below what is only looked at
	mount -t tmpfs tmpfs "$work"
	target=basic.target
fi
chmod 755 "$work"
pids=()

# The packages that the page installs are there already: the hosts have no way out.
named_packages() {
	sed -nE 's/^apt-get install (.*)$/\1/p' "$page" | tr ' ' '\n' | grep '^[a-z0-9]' | sort -u
}

prepare() {
	mkdir -p "$work/image.upper" "$work/image.work" "$work/image" "$work/clusterfs"
	mount -t overlay overlay -o \
		"lowerdir=$root,upperdir=$work/image.upper,workdir=$work/image.work" "$work/image" || return 1
	mount -t proc proc "$work/image/proc"
	mount --rbind /dev "$work/image/dev"
	printf '#!/bin/sh\nexit 101\n' >"$work/image/usr/sbin/policy-rc.d"
	chmod 755 "$work/image/usr/sbin/policy-rc.d"
	[ -e "$work/image/etc/resolv.conf" ] || cp /etc/resolv.conf "$work/image/etc/"
	local packages
	packages="netbase systemd dbus iproute2 libtdb1 procps psmisc tdb-tools ethtool $(named_packages)"
	# shellcheck disable=SC2086 # they are words
	DEBIAN_FRONTEND=noninteractive chroot "$work/image" sh -c '
		dpkg --status "$@" >/dev/null 2>&1 ||
			{ apt-get update -qq && apt-get install -yqq --no-install-recommends "$@"; }' sh \
		$packages >"$work/prepare.log" 2>&1 || return 1
	cp "$package" "$here/nfs-locks.py" "$work/image/root/"
	rm "$work/image/usr/sbin/policy-rc.d"
	umount -R "$work/image/dev" "$work/image/proc" "$work/image"
}

make_network() {
	local n
	ip netns add "$net-sw"
	ip -n "$net-sw" link add br0 type bridge
	ip -n "$net-sw" link set br0 up
	for n in 0 1 2 client; do
		ip netns add "$net-$n"
		ip -n "$net-$n" link add eth0 type veth peer name "p$n" netns "$net-sw"
		ip -n "$net-sw" link set "p$n" master br0 up
		ip -n "$net-$n" link set eth0 up
		ip -n "$net-$n" addr add "10.78.0.$([ "$n" = client ] && echo 50 || echo $((11 + n)))/24" dev eth0
	done
}

boot() {   # boot HOST
	mkdir -p "$work/$1"
	"$here/systemd-host.sh" "$work/$1" "$work/image.upper:$root" "host-$1" "$net-$1" \
		"$target" "$work/clusterfs" &
	pids+=($!)
	for _ in $(seq 600); do
		[ -s "$work/$1/init" ] && break
		sleep 0.1
	done
	[ -s "$work/$1/init" ] || return 1
	for _ in $(seq 600); do   # "degraded" is as much as can be: there is a unit for hardware somewhere
		case $(execute "$1" 'systemctl is-system-running' 2>/dev/null) in running | degraded) return 0 ;; esac
		sleep 0.2
	done
	return 1
}

# patient SAID COMMAND...: a cluster needs some seconds, and what only looks may be asked again; what it
# said first is kept in SAID.first
patient() {
	local said=$1 start=$SECONDS
	shift
	"$@" >"$said" 2>&1 && return 0
	cp "$said" "$said.first"
	while [ $((SECONDS - start)) -lt 180 ]; do
		sleep 2
		"$@" >"$said" 2>&1 && return 0
	done
	return 1
}

clean() {
	local p n
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done
	wait 2>/dev/null
	for n in 0 1 2 client sw; do ip netns del "$net-$n" 2>/dev/null; done
	umount -R "$work"/* "$work" 2>/dev/null
	rm -rf --one-file-system "$work"
}
trap clean EXIT

execute() {   # execute HOST TEXT
	timeout 400 nsenter --target "$(cat "$work/$1/init")" --all --root --wdns=/root -- \
		env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
		DEBIAN_FRONTEND=noninteractive bash -ec 'set -o pipefail; eval "$1"' block "$2" </dev/null
}

prepare || { tail -n 5 "$work/prepare.log"; exit 2; }
make_network
for host in 0 1 2 client; do
	boot "$host" || { cat "$work/$host/console"; exit 2; }
done

failed=0
while IFS= read -r -d '' block; do
	where=${block%%$'\n'*} text=${block#*$'\n'}
	case $where in
	all) hosts="0 1 2" ;;
	client) hosts=client ;;
	*) hosts=$where ;;
	esac
	for host in $hosts; do
		echo "== $where, host $host: ${text%%$'\n'*} ..."
		if patient "$work/said" execute "$host" "$text"; then
			tail -n 12 "$work/said" | sed 's/^/   /'
			echo "PASS"
		else
			sed 's/^/   first: /' "$work/said.first" | tail -n 12
			sed 's/^/   last: /' "$work/said" | tail -n 12
			echo "FAIL"
			execute "$host" 'systemctl --failed --no-pager; tail -n 25 /var/log/ctdb/log.ctdb' |
				sed 's/^/   log: /'
			failed=1
			break 2
		fi
	done
done < <(awk '/^```sh (all|client|[0-2])$/ { inside = 1; printf "%s\n", $2; next }
	/^```$/ && inside { inside = 0; printf "%c", 0; next }
	inside { print }' "$page")
[ "$failed" = 0 ] && echo "PASS $page"
exit $failed
