#!/bin/bash
# systemd-host.sh DIRECTORY LOWER HOSTNAME [NETNS [TARGET [SHARED]]]: a host whose PID 1 is systemd, in namespaces
# of its own, without a container engine. LOWER is what it has as its root, one directory or several with
# ":" between; it stays as it is: what the host writes is in DIRECTORY/upper. NETNS is a name of
# `ip netns`; without one the host has a loopback interface and no more. SHARED is a directory out here
# that the host has as /clusterfs.
#
# DIRECTORY must be empty, or what an earlier host of this kind has left there: then that host comes back
# with its disk. The host ends with this program; DIRECTORY/init has the number of its PID 1, for
#
#   nsenter --target "$(cat DIRECTORY/init)" --all --root --wdns=/ COMMAND
#
# Needs root and a kernel with cgroup2; no controller of it.

set -u
directory=$(readlink -f "$1") lower=$2 name=$3 netns=${4:-} target=${5:-multi-user.target} shared=${6:-}

# Run inside of the namespaces; ends as systemd.
# shellcheck disable=SC2016
inside='
set -e
directory=$0 lower=$1 name=$2 target=$3 shared=$4
root=$directory/root
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$directory/upper,workdir=$directory/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys" -o ro
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs tmpfs "$root/dev" -o mode=755
for device in null zero full random urandom tty; do
	: >"$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for number in 0:stdin 1:stdout 2:stderr; do ln -s "fd/${number%:*}" "$root/dev/${number#*:}"; done
mount -t tmpfs tmpfs "$root/run" -o mode=755
mount -t tmpfs tmpfs "$root/tmp"
if [ -n "$shared" ]; then
	mkdir -p "$root/clusterfs"
	mount --bind "$shared" "$root/clusterfs"
fi
echo "$name" >"$root/etc/hostname"
ip link set lo up
cd "$root"
mkdir -p run/outside
pivot_root . run/outside
umount -l /run/outside
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	/lib/systemd/systemd --system --log-target=console --show-status=no "--unit=$target"
'

# The host sees the groups below its own one only.
join_group() {
	mkdir -p "$directory/cgroup"
	mount -t cgroup2 cgroup2 "$directory/cgroup" || return 1
	group=$directory/cgroup/ctdb-host-$$
	mkdir "$group" && sh -c 'echo "$PPID" >"$0/cgroup.procs"' "$group"
}

leave_group() {
	echo $$ >"$directory/cgroup/cgroup.procs"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && break
		sleep 0.1
	done
	umount "$directory/cgroup"
}

rm -f "$directory/init"
mkdir -p "$directory/upper" "$directory/work" "$directory/root"
join_group || exit 2
new=(unshare --mount --propagation private --pid --fork --kill-child --uts --ipc --cgroup)
if [ -n "$netns" ]; then new=(ip netns exec "$netns" "${new[@]}"); else new+=(--net); fi
"${new[@]}" bash -c "$inside" "$directory" "$lower" "$name" "$target" "$shared" \
	</dev/null >"$directory/console" 2>&1 &
engine=$!
trap 'kill -9 "$engine"' TERM INT
until [ -s "$directory/init" ] || ! kill -0 "$engine" 2>/dev/null; do
	sleep 0.05
	init=$(awk '{ print $1 }' "/proc/$engine/task/$engine/children" 2>/dev/null)
	[ -z "$init" ] || [ "$(cat "/proc/$init/comm" 2>/dev/null)" != systemd ] || echo "$init" >"$directory/init"
done
while kill -0 "$engine" 2>/dev/null; do wait "$engine" 2>/dev/null; done
leave_group
