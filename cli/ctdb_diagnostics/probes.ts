/** A part of the report: shell commands that are run on all nodes. */
export interface ProbeSection {
  title: string;
  commands: readonly string[];
}

/** What depends on the site. */
export interface ProbeSettings {
  activeDirectory: boolean;
  etcdir: string;
  vardir: string;
  logFile: string;
}

const databaseStatistics =
  "ctdb -X getdbmap | awk -F'|' 'NR > 1 {print $3}' | sort | xargs -n 1 ctdb dbstatistics";

/** The sections behind the comparison of files and clocks, in order (`cli.md` 13). */
export function probeSections(settings: ProbeSettings): ProbeSection[] {
  return [versions, ctdbStatus(settings), systemStatus, sambaStatus(settings)];
}

const packageVersion = (name: string) =>
  `dpkg-query --show '${name}' 2>/dev/null || rpm -q '${name}'`;

const versions: ProbeSection = {
  title: "Showing software versions",
  commands: ["uname -a", packageVersion("ctdb"), packageVersion("samba")],
};

function ctdbStatus({ etcdir, vardir, logFile }: ProbeSettings): ProbeSection {
  return {
    title: "Showing ctdb status and recent log entries",
    commands: [
      "ctdb status; ctdb ip",
      "ctdb statistics",
      "ctdb uptime",
      "ctdb listvars",
      "ctdb getdbmap",
      databaseStatistics,
      `test -f ${logFile} && tail -100 ${logFile}`,
      "tail -200 /var/log/messages",
      `ls -lRs ${vardir}`,
      `ls -lRs ${etcdir}`,
    ],
  };
}

const systemStatus: ProbeSection = {
  title: "Showing system and process status",
  commands: [
    "df",
    "df -i",
    "mount",
    "w",
    "ps axfwu",
    "dmesg",
    "lspci",
    "dmidecode",
    "cat /proc/partitions",
    "cat /proc/cpuinfo",
    "cat /proc/scsi/scsi",
    "cat /proc/net/dev",
    "ip addr list",
    "ip -s link",
    "ip route list",
    "ss -s",
    "free",
    "crontab -l",
    "sysctl -a",
    "iptables -L -n",
    "iptables -L -n -t nat",
    "rpcinfo -p",
    "showmount -a",
    "showmount -e",
    "nfsstat -v",
  ],
};

function sambaStatus({ activeDirectory }: ProbeSettings): ProbeSection {
  const ofDomain = (command: string) => activeDirectory ? [command] : [];
  return {
    title: "Showing Samba status",
    commands: [
      "smbstatus -n -B",
      ...ofDomain("net ads testjoin"),
      "net conf list",
      "lsof -n | grep smbd",
      "lsof -n | grep ctdbd",
      "netstat -tan",
      ...ofDomain("net ads info"),
      "date",
      "smbclient -U% -L 127.0.0.1",
      "id",
      "wbinfo -p",
      "wbinfo --online-status",
      "smbd -b",
    ],
  };
}
