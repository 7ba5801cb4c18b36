#!/bin/bash
# guide.sh ROOT PACKAGE PAGE: runs the shell blocks of a guide in docs/ as they are written, on three
# hosts and a client in namespaces. A block says where it is for: "all", a node, or "client". ROOT is a
# bookworm root of debootstrap; it stays as it is. Must run in a mount namespace of its own:
#
#   unshare --mount --propagation private packaging/guide.sh ROOT PACKAGE docs/samba-cluster.md
#
# There is no init in the hosts: systemctl is a stand-in that starts and stops what it is told to.

# Texts for shells inside; steps that are called by name.
# shellcheck disable=SC2016,SC2317
set -u
root=$(readlink -f "$1") package=$(readlink -f "$2") page=$(readlink -f "$3")
cd /
net=ctdbguide$$
work=$(mktemp -d "${TMPDIR:-/tmp}/ctdb-guide.XXXXXX")
chmod 755 "$work"
pids=()

overlay() {   # overlay LOWER NAME
	mkdir -p "$work/$2.upper" "$work/$2.work" "$work/$2"
	mount -t overlay overlay -o "lowerdir=$1,upperdir=$work/$2.upper,workdir=$work/$2.work" "$work/$2"
}

# What the guide installs is there already: the hosts have no way out.
prepare() {
	overlay "$root" image
	mount -t proc proc "$work/image/proc"
	mount --rbind /dev "$work/image/dev"
	printf '#!/bin/sh\nexit 101\n' >"$work/image/usr/sbin/policy-rc.d"
	chmod 755 "$work/image/usr/sbin/policy-rc.d"
	[ -e "$work/image/etc/resolv.conf" ] || cp /etc/resolv.conf "$work/image/etc/"
	cp "$package" "$work/image/tmp/"
	DEBIAN_FRONTEND=noninteractive chroot "$work/image" sh -c 'apt-get update -qq &&
		apt-get install -yqq --no-install-recommends iproute2 libtdb1 procps psmisc tdb-tools \
			ethtool samba winbind smbclient' >"$work/prepare.log" 2>&1 || return 1
	umount -R "$work/image/dev" "$work/image/proc"
	cat >"$work/image/usr/bin/systemctl" <<-'END'
	#!/bin/sh
	case "$*" in
	"start ctdb") exec /usr/sbin/ctdbd ;;
	"stop ctdb") exec /usr/bin/ctdb shutdown ;;
	"restart ctdb") /usr/bin/ctdb shutdown; sleep 2; exec /usr/sbin/ctdbd ;;
	disable*) ;;
	*) echo "systemctl $*: this stand-in does not know it" >&2; exit 1 ;;
	esac
	END
	chmod 755 "$work/image/usr/bin/systemctl"
	mkdir "$work/clusterfs"
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
		ip -n "$net-$n" link set lo up
		ip -n "$net-$n" link set eth0 up
		ip -n "$net-$n" addr add "10.78.0.$([ "$n" = client ] && echo 50 || echo $((11 + n)))/24" dev eth0
	done
}

boot() {   # boot HOST
	overlay "$work/image.upper:$root" "$1"
	mkdir -p "$work/$1/clusterfs"
	mount --bind "$work/clusterfs" "$work/$1/clusterfs"
	mount --rbind /dev "$work/$1/dev"
	mount -t tmpfs tmpfs "$work/$1/run"
	cp "$package" "$work/$1/root/"
	ip netns exec "$net-$1" unshare --pid --uts --ipc --mount --fork --kill-child \
		chroot "$work/$1" /bin/bash -c 'mount -t proc proc /proc; hostname "$0"; trap : CHLD
			while :; do sleep 3600 & wait $!; done' "host-$1" </dev/null >/dev/null 2>&1 &
	pids+=($!)
}

with_patience() {   # a cluster needs some seconds: what only looks may be asked again
	for _ in $(seq 40); do
		"$@" && return 0
		sleep 1
	done
	return 1
}

clean() {
	local p n
	for p in "${pids[@]}"; do kill -9 "$p" 2>/dev/null; done
	for n in 0 1 2 client sw; do ip netns del "$net-$n" 2>/dev/null; done
	wait 2>/dev/null
	umount -R "$work"/* 2>/dev/null
	rm -rf --one-file-system "$work"
}
trap clean EXIT

execute() {   # execute HOST-NUMBER TEXT
	local engine=${pids[$1]} init
	init=$(awk '{ print $1 }' "/proc/$engine/task/$engine/children")
	timeout 180 nsenter -t "$init" --net --pid --uts --ipc --mount --root -- \
		env -C / HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		DEBIAN_FRONTEND=noninteractive bash -ec 'set -o pipefail; cd /root; eval "$1"' block "$2" \
		</dev/null
}

prepare || { tail -n 5 "$work/prepare.log"; exit 2; }
make_network
for host in 0 1 2 client; do boot "$host"; done
sleep 1

failed=0
while IFS= read -r -d '' block; do
	where=${block%%$'\n'*} text=${block#*$'\n'}
	case $where in
	all) hosts="0 1 2" ;;
	client) hosts=3 ;;
	*) hosts=$where ;;
	esac
	for host in $hosts; do
		echo "== $where, host $host: ${text%%$'\n'*} ..."
		if with_patience execute "$host" "$text" >"$work/said" 2>&1; then
			tail -n 12 "$work/said" | sed 's/^/   /'
			echo "PASS"
		else
			tail -n 12 "$work/said" | sed 's/^/   /'
			echo "FAIL"
			execute "$host" 'tail -n 25 /var/log/ctdb/log.ctdb' | sed 's/^/   log: /'
			failed=1
			break 2
		fi
	done
done < <(awk '/^```sh [a-z0-9]+$/ { inside = 1; printf "%s\n", $2; next }
	/^```$/ && inside { inside = 0; printf "%c", 0; next }
	inside { print }' "$page")
[ "$failed" = 0 ] && echo "PASS $page"
exit $failed
