#!/bin/bash
# lifecycle.sh PACKAGE NEWER-PACKAGE: installs, upgrades, removes and purges the package in this
# root, which must be one to throw away: it says PASS or FAIL of each step. If Debian's ctdb is there
# it is replaced, else the package comes into a system without.

set -u
export DEBIAN_FRONTEND=noninteractive
package=$1 newer=$2
etc=/etc/ctdb
links=$etc/events/legacy

# shellcheck source=tests/e2e/package/steps.sh
. "$(dirname "$0")/steps.sh"

install_() { dpkg --install --no-triggers "$1"; }
is() { [ "$(cat "$1")" = "$2" ]; }
gone() { for path; do [ ! -e "$path" ] && [ ! -L "$path" ] || { echo "$path is there"; return 1; }; done; }
works() { [ "$(ctdb version)" != "" ] && ctdb-path-of etcdir; }
ctdb-path-of() { [ "$(/usr/libexec/ctdb/ctdb-path "$1")" = /etc/ctdb ]; }
state() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = "$2" ]; }
same_as_before() { list | diff /tmp/before - ; }
list() { (cd $etc && find . ! -name '*.dpkg-*' -printf '%p %l\n' | sort && sha256sum ctdb.conf ctdb.tunables nodes public_addresses script.options); }

configure() {   # what an administrator writes and changes
	printf '[logging]\n\tlog level = INFO\n' >$etc/ctdb.conf
	echo 'MonitorInterval=20' >$etc/ctdb.tunables
	printf '10.0.0.1\n10.0.0.2\n' >$etc/nodes
	echo '10.0.0.101/24 eth0' >$etc/public_addresses
	echo 'CTDB_SAMBA_SKIP_SHARE_CHECK=yes' >$etc/script.options
	rm -f $links/10.interface.script
	ln -sf /usr/share/ctdb/events/legacy/50.samba.script $links/
	mkdir -p /var/lib/ctdb/persistent
	echo data >/var/lib/ctdb/persistent/secrets.tdb.0
}

newer_is_there() { dpkg-query -W ctdb-deno | grep -q '+newer'; }

kept() { is $etc/script.options CTDB_SAMBA_SKIP_SHARE_CHECK=yes &&
	is /var/lib/ctdb/persistent/secrets.tdb.0 data && grep -q INFO $etc/ctdb.conf &&
	is $etc/ctdb.tunables MonitorInterval=20 &&
	[ -L $links/50.samba.script ] && gone $links/10.interface.script &&
	[ "$(wc -l <$etc/nodes)" = 2 ] && [ -e $etc/public_addresses ]; }

if state ctdb installed; then
	configure
	step "Debian's package is removed for ours" dpkg --remove ctdb
	step "ours takes its place and asks nothing" install_ "$package"
	step "the scripts that went with Debian's are enabled again" test -e $links/10.interface.script
	rm -f $links/10.interface.script
	step "configuration, links and databases of Debian's are kept" kept
	step "the C daemon is gone" works
	own=("$links" $etc/{nodes,public_addresses,ctdb.conf,ctdb.tunables,script.options})
	step "and is warned of a purge" bash -c "$(declare -f state); state ctdb config-files"
else
	step "comes into a system without CTDB" install_ "$package"
	step "its programs run" works
	step "the usual scripts are enabled" test -e $links/10.interface.script
	step "options of scripts are there" test -s $etc/script.options
	configure
	own=("$etc")
fi
echo '# mine' >>$etc/notify.sh
echo '# mine' >>$etc/nfs-checks.d/README
list >/tmp/before
step "is upgraded and asks nothing" install_ "$newer"
step "the newer version is there" newer_is_there
step "nothing below /etc/ctdb has changed" same_as_before
step "a changed script is kept" grep -q '# mine' $etc/notify.sh
step "is installed again" install_ "$newer"
step "nothing below /etc/ctdb has changed then" same_as_before
step "goes back to the older version" install_ "$package"
step "nothing below /etc/ctdb has changed there" same_as_before
step "is removed" dpkg --remove ctdb-deno
step "its programs are gone" gone /usr/sbin/ctdbd /usr/bin/ctdb /usr/lib/ctdb-deno
step "configuration stays" kept
step "no link is left at which Debian's daemon would not start" gone $links/95.database.script
step "comes back" install_ "$package"
step "finds its configuration" kept
step "and the link that stood aside" test -e $links/95.database.script
step "is purged" dpkg --purge ctdb-deno
step "leaves nothing" gone /usr/lib/ctdb-deno "${own[@]}" /var/lib/ctdb/persistent /run/ctdb /etc/logrotate.d/ctdb
step "comes back after a purge" install_ "$package"
step "enables the usual scripts again" test -e $links/00.ctdb.script
step "its programs run again" works
exit $failed
