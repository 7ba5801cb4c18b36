#!/bin/sh
# For cron: if the daemon is gone without having cleaned up, take the public
# addresses off this node, so that they do not stand in the way of the nodes
# that have taken them over.

[ -n "$CTDB_BASE" ] || CTDB_BASE=$(cd "$(dirname "$0")" && pwd)
. "${CTDB_BASE}/functions"
load_script_options "failover" "11.natgw"

# Between two starts of the daemon that is a service manager's business.
if service ctdb status >/dev/null 2>&1; then
	exit 0
fi

drop_all_public_ips

if [ -n "$CTDB_NATGW_PUBLIC_IP" ]; then
	drop_ip "$CTDB_NATGW_PUBLIC_IP"
fi
exit 0
