/** Commands that a sandbox has stand-ins for, instead of the system's own. */
export const standIns: readonly string[] = [
  // CTDB's own
  "ctdb",
  "ctdb-config",
  "ctdb_killtcp",
  "ctdb_lvs",
  "ctdb_natgw",
  "statd_callout_helper",
  // network
  "ethtool",
  "host",
  "ip",
  "ip6tables",
  "ipvsadm",
  "iptables",
  "ping",
  "ss",
  // services and processes
  "dbus-send",
  "ipcrm",
  "ipcs",
  "killall",
  "logger",
  "pidof",
  "ps",
  "service",
  "systemctl",
  "sleep",
  // what is served
  "exportfs",
  "multipath",
  "net",
  "nfsconf",
  "rpcinfo",
  "sm-notify",
  "tdbdump",
  "tdbtool",
  "testparm",
  "tgtd",
  "wbinfo",
];

const real = 'real "$@"; exit $?';

/** Node 0 hosts 10.0.0.9; node 1 hosts 10.0.0.8.  Everything works. */
export const defaultAnswers: Readonly<Record<string, string>> = {
  ip: real,
  iptables: real,
  ip6tables: real,
  ss: real,
  ethtool: 'echo "Link detected: yes"',
  multipath: `echo "\\-+- policy='service-time 0' prio=1 status=active"`,
  ctdb: `
case "$*" in
pnn | leader) echo 0 ;;
"-X ip") printf '|Public IP|Node|\\n|10.0.0.9|0|\\n|10.0.0.8|1|\\n' ;;
"ip -v -X")
	echo '|Public IP|Node|ActiveInterfaces|AvailableInterfaces|ConfiguredInterfaces|'
	printf '|10.0.0.9|0|e0|e0|e0|\\n|10.0.0.8|1||e0|e0|\\n'
	;;
"-X ifaces") printf '|Name|LinkStatus|References|\\n|e0|1|1|\\n' ;;
"-X listnodes") printf '|0|192.168.1.1|\n|1|192.168.1.2|\n|2|192.168.1.3|\n' ;;
"-X nodestatus"*)
	echo '|Node|IP|Disconnected|Unknown|Banned|Disabled|Unhealthy|Stopped|Inactive|PartiallyOnline|ThisNode|'
	echo '|0|192.168.1.1|0|0|0|0|0|0|0|0|Y|'
	;;
"-X gettickles"*) echo '|Source IP|Port|Destination IP|Port|' ;;
checktcpport*) exit 98 ;;
tickle | addtickle | deltickle | ptrans*) record_stdin ;;
esac`,
  "ctdb-config": `
[ "$1" != list ] || exit 1
case "$3" in
"volatile database directory") echo "$CASE/db/volatile" ;;
"persistent database directory") echo "$CASE/db/persistent" ;;
"state database directory") echo "$CASE/db/state" ;;
esac`,
  ctdb_killtcp: "record_stdin",
  ctdb_natgw: 'echo "0 192.168.1.1"',
  ctdb_lvs:
    'case "$1" in leader) echo 0 ;; list) printf "0 192.168.1.1\\n1 192.168.1.2\\n" ;; esac',
  // Only the long waits of scripts go through the PATH; they need not be long here.
  sleep: "real 0.05",
};

/** Interfaces e0 and e1 as public ones; e0 has 10.0.0.9 and, second, 10.0.0.8. */
export const network = `
for iface in e0 e1; do
	ip link add $iface type veth peer name \${iface}p
	ip link set \${iface}p up
	ip link set $iface up
done
ip addr add 10.0.0.9/24 dev e0
ip addr add 10.0.0.8/24 dev e0
`;

/** The file that belongs to it. */
export const publicAddresses = "10.0.0.9/24 e0\n10.0.0.8/24 e0,e1\n";

/** Shell for a setup: the system's own command is no command in the sandbox. */
export const hide = (...names: string[]) =>
  names.map((name) => `c=$(command -v ${name}) && mount --bind /dev/null "$c"\n`).join("");

/** A machine as Debian installs it: nftables only. */
export const noIptables = {
  without: ["iptables", "ip6tables"],
  setup: `${network} ${hide("iptables", "ip6tables")}`,
} as const;
