# Configuration of hosts and client.
# shellcheck shell=bash

need() {
	local c missing=
	for c in ip unshare nsenter ethtool killall awk smbd winbindd smbclient \
		smbtorture net smbstatus smbcontrol smbpasswd wbinfo tdbdump \
		ping_pong; do
		type "$c" >/dev/null 2>&1 || missing="$missing $c"
	done
	"$PYTHON" -c 'import samba.samba3.libsmb_samba_internal' 2>/dev/null ||
		missing="$missing python3-samba"
	[ -z "$missing" ] ||
		die "missing:$missing (Debian: samba winbind smbclient samba-testsuite python3-samba tdb-tools ctdb iproute2 ethtool psmisc)"
	[ "$(id -u)" = 0 ] || die "must be root"
	smbd -b | grep -q CLUSTER_SUPPORT || die "smbd has no cluster support"
}

# --------------------------------------------------------------------------
# setup

write_ctdb_config() {   # write_ctdb_config N: for the kind of the host
	local n=$1 d=$BASE/n$1/etc-ctdb m s kind
	kind=$(kind_of "$n")
	rm -rf "$d"
	mkdir -p "$d/events/legacy" "$d/events/notification"
	cp -aL "$(etc_of "$kind")/." "$d/" 2>"$BASE/n$n/copy.log"
	rm -f "$d"/events/legacy/*.script
	set -- 00.ctdb 10.interface
	[ "$MANAGE" = script ] || set -- "$@" 49.winbind 50.samba
	for s; do
		[ -f "$(data_of "$kind")/events/legacy/$s.script" ] || die "no event script $s for $kind"
		ln -s "/usr/share/ctdb/events/legacy/$s.script" "$d/events/legacy/"
	done
	cat >"$d/ctdb.conf" <<-END
	[logging]
		location = file:/var/log/ctdb/log.ctdb
		log level = NOTICE
	[cluster]
		cluster lock = $SHARED/.ctdb/cluster.lock
	[legacy]
		realtime scheduling = $REALTIME
	$(tr ';' '\n' <<<"$CTDBCONF")
	END
	for m in $NODES; do ip_of "$m"; done >"$d/nodes"
	for m in $NODES; do
		echo "$(pub_of "$m")/$(mask) eth0"
	done >"$d/public_addresses"
	: >"$d/ctdb.tunables"
	[ -z "$TUNABLES" ] || tr ' ' '\n' <<<"$TUNABLES" >"$d/ctdb.tunables"
	cat >"$d/script.options" <<-END
	CTDB_SAMBA_SKIP_SHARE_CHECK=yes
	CTDB_SERVICE_SMB=smbd
	CTDB_SERVICE_WINBIND=winbind
	CTDB_INIT_STYLE=debian
	END
}

# Without "kernel change notify" changes are told through CTDB, as between real machines: the hosts share
# a kernel, which would tell each what the others change. Moreover smbd does not wait until its notifyd
# has asked the kernel for a watch, and on a busy machine what is changed next is lost: raw.notify.basedir
# fails so on one smbd without clustering, too.
write_smb_conf() {
	local n=$1
	cat >"$BASE/n$n/etc-samba/smb.conf" <<-END
	[global]
		clustering = yes
		ctdbd socket = /run/ctdb/ctdbd.socket
		netbios name = SMBLAB
		workgroup = LABGROUP
		server role = standalone server
		security = user
		passdb backend = tdbsam
		server min protocol = NT1
		server string = lab node
		map to guest = never
		private dir = /var/lib/samba/private
		state directory = /var/lib/samba
		lock directory = /run/samba
		cache directory = /var/cache/samba
		pid directory = /run/samba
		log file = /var/log/samba/log.smbd
		logging = file
		log level = 1
		max log size = 0
		disable spoolss = yes
		load printers = no
		printcap name = /dev/null
		disable netbios = yes
		smb ports = 445
		kernel oplocks = no
		kernel share modes = no
		kernel change notify = no
		registry shares = yes
		idmap config * : backend = tdb2
		idmap config * : range = 1000000-1999999
		winbind use default domain = yes
	$(tr ';' '\n' <<<"$SMBCONF")
	[data]
		path = $SHARED/data
		read only = no
		create mask = 0777
		force create mode = 0777
		directory mask = 0777
		force directory mode = 0777
	[reference]
		copy = data
		path = $SHARED/reference
	END
}

write_client() {
	mkdir -p "$BASE/client/private" "$BASE/client/run"
	cat >"$BASE/client/smb.conf" <<-END
	[global]
		workgroup = LABGROUP
		netbios name = CLIENT
		client min protocol = NT1
		private dir = $BASE/client/private
		lock directory = $BASE/client/run
		state directory = $BASE/client/run
		cache directory = $BASE/client/run
		pid directory = $BASE/client/run
		log file = $BASE/client/log
		client use kerberos = off
		name resolve order = host
		disable netbios = yes
		smb ports = 445
	END
	for n in $NODES; do echo "//$(ip_of "$n")/data"; done >"$BASE/client/unc3"
	for n in 0 1; do echo "//$(ip_of "$n")/data"; done >"$BASE/client/unc2"
	echo "//$(ip_of 0)/data" >"$BASE/client/unc1"
}

do_setup() {
	local n kind kinds
	need
	stop_hosts
	del_net
	case $BASE in
	/?*) ;;
	*) die "BASE must be an absolute path" ;;
	esac
	for n in $NODES; do rm -rf "$BASE/n$n"; done
	rm -rf "${BASE:?}/shared" "${BASE:?}/client"
	mkdir -p "$SHARED/.ctdb" "$SHARED/data" "$SHARED/reference"
	chmod 1777 "$SHARED/data" "$SHARED/reference"
	# shellcheck disable=SC2153 # of smb-lab
	read -ra kinds <<<"$KINDS"
	for n in $NODES; do
		kind=${kinds[n]:-}
		make_tree "$kind"
		mkdir -p "$BASE/n$n"/{etc-ctdb,etc-samba,lib-ctdb,log-ctdb,lib-samba/private,cache-samba,log-samba}
		mkdir -p "$BASE/n$n/lib-ctdb"/{volatile,persistent,state}
		echo "$kind" >"$BASE/n$n/kind"
		write_etc "$n"
		write_ctdb_config "$n"
		write_smb_conf "$n"
	done
	write_client
	write_fake_ssh
	make_net
	say "setup: network $NET.0/24, base $BASE, hosts: $KINDS"
}

# A host has a copy of /etc: a package manager outside that renames a new file over an old one would
# take away what is mounted on that.
write_etc() {
	local d=$BASE/n$1
	cp -a /etc "$d/etc"
	mkdir -p "$d/etc/ctdb" "$d/etc/samba"
	echo "$SMBUSER:x:20001:20001::/:/bin/false" >>"$d/etc/passwd"
	echo "$SMBUSER:x:20001:" >>"$d/etc/group"
	{
		echo "127.0.0.1 localhost"
		for m in $NODES; do echo "$(ip_of "$m") $PREFIX-n$m"; done
	} >"$d/etc/hosts"
}

# onnode uses this in place of ssh: fake-ssh [options] ADDRESS COMMAND
write_fake_ssh() {
	mkdir -p "$BASE/bin"
	cat >"$BASE/bin/fake-ssh" <<-END
	#!/bin/bash
	while [ "\${1#-}" != "\$1" ]; do shift; done
	host=\$1; shift
	n=\$((\${host##*.} - 11))
	p=\$(cat $BASE/n\$n/init.pid)
	exec nsenter -t "\$p" -m -u -i -n -p -- /bin/sh -c "\$*"
	END
	chmod 755 "$BASE/bin/fake-ssh"
}
