import assert from "node:assert/strict";
import { realServiceTest } from "./support/real-services.ts";

// Scripts with the services that they are for, as Debian packages them, in a network of their own.

/** The lines that tell events' results, in order. */
function results(output: string): string[] {
  return output.split("\n").filter((line) =>
    /^(\d\d\.\S+ \S+: \d+|never: .*|seen: .*)$/.test(line)
  );
}

const fetch = `python3 -c 'import urllib.request
print("seen:", urllib.request.urlopen("http://127.0.0.1/").status)'`;

await realServiceTest("41.httpd with Apache", ["/usr/sbin/apache2", "/etc/init.d/apache2"], {
  setup: "mkdir -p /var/log/apache2",
}, async (drive) => {
  const run = await drive(
    ["41.httpd"],
    `
event 41.httpd startup
wait_until listening 80
event 41.httpd monitor
${fetch}
killall -9 apache2
wait_until silent 80
event 41.httpd monitor
event 41.httpd monitor
wait_until listening 80
event 41.httpd monitor
event 41.httpd shutdown
wait_until gone apache2
wait_until silent 80`,
  );
  assert.deepEqual(results(run.output), [
    "41.httpd startup: 0",
    "41.httpd monitor: 0",
    "seen: 200",
    "41.httpd monitor: 0",
    "41.httpd monitor: 0",
    "41.httpd monitor: 0",
    "41.httpd shutdown: 0",
  ], run.output);
  assert.match(run.output, /Restarting apache2: not listening, count 2/);
});

await realServiceTest("40.vsftpd with vsftpd", ["/usr/sbin/vsftpd", "/etc/init.d/vsftpd"], {
  setup: "mkdir -p /run/vsftpd/empty",
}, async (drive) => {
  const run = await drive(
    ["40.vsftpd"],
    `
event 40.vsftpd startup
wait_until listening 21
event 40.vsftpd monitor
first=$(pidof vsftpd)
event 40.vsftpd takeip e0 10.0.0.9 24
event 40.vsftpd ipreallocated
wait_until listening 21
event 40.vsftpd monitor
[ "$first" = "$(pidof vsftpd)" ] || echo "seen: restarted"
event 40.vsftpd shutdown
wait_until silent 21
event 40.vsftpd monitor
event 40.vsftpd monitor`,
  );
  assert.deepEqual(results(run.output), [
    "40.vsftpd startup: 0",
    "40.vsftpd monitor: 0",
    "40.vsftpd takeip: 0",
    "40.vsftpd ipreallocated: 0",
    "40.vsftpd monitor: 0",
    "seen: restarted",
    "40.vsftpd shutdown: 0",
    "40.vsftpd monitor: 0",
    "40.vsftpd monitor: 1",
  ], run.output);
});

const smbConf = `[global]
	workgroup = LAB
	server role = standalone server
	smb ports = 445
	disable netbios = yes
	load printers = no
	disable spoolss = yes
[data]
	path = /run/share
`;

const samba = ["/usr/sbin/smbd", "/usr/sbin/winbindd", "/usr/bin/testparm", "/etc/init.d/smbd"];

await realServiceTest("50.samba and 49.winbind with Samba", samba, {
  setup: `
for directory in /var/lib/samba /var/cache/samba; do
	mount -t tmpfs none $directory || exit 1
done
mkdir -p /var/lib/samba/private /var/log/samba /run/samba /run/share
cat >/run/smb.conf <<'END'
${smbConf}END
mount --bind /run/smb.conf /etc/samba/smb.conf`,
}, async (drive) => {
  const run = await drive(
    ["49.winbind", "50.samba"],
    `
event 49.winbind startup
event 50.samba startup
wait_until listening 445
wait_until wbinfo -p
event 49.winbind monitor
event 50.samba monitor
rmdir /run/share
event 50.samba monitor
mkdir /run/share
event 50.samba monitor
event 50.samba shutdown
event 49.winbind shutdown
wait_until silent 445
wait_until gone winbindd
event 50.samba monitor
event 49.winbind monitor`,
  );
  assert.deepEqual(results(run.output), [
    "49.winbind startup: 0",
    "50.samba startup: 0",
    "49.winbind monitor: 0",
    "50.samba monitor: 0",
    "50.samba monitor: 1",
    "50.samba monitor: 0",
    "50.samba shutdown: 0",
    "49.winbind shutdown: 0",
    "50.samba monitor: 1",
    "49.winbind monitor: 1",
  ], run.output);
  assert.match(run.output, /directory is not available: \/run\/share/);
  assert.match(run.output, /nothing listens on TCP port: 445/);
});

/** What statd needs, with its state and this machine's names replaced. */
const statdSetup = `
mount -t tmpfs none /var/lib/nfs || exit 1
mkdir -p /var/lib/nfs/sm /var/lib/nfs/sm.bak /var/lib/nfs/ganesha /run/rpcbind /run/dbus
chown -R statd /var/lib/nfs
chmod 755 /var/lib/nfs
printf '127.0.0.1 localhost\\n10.0.0.9 nfs.example\\n' >/run/hosts
mount --bind /run/hosts /etc/hosts
ip addr add 10.0.0.9/32 dev lo
rpcbind -w
`;

const ganeshaConf = `
NFS_CORE_PARAM { Protocols = 3, 4; Enable_NLM = true; Enable_RQUOTA = true; }
NFSv4 { Grace_Period = 10; Lease_Lifetime = 5; }
EXPORT {
	Export_Id = 1; Path = /run/share; Pseudo = /share; Access_Type = RW;
	FSAL { Name = VFS; }
}
`;

/** Ganesha has no script for \`service\` but its systemd unit. */
const ganeshaService = `
case "$*" in
"nfs-ganesha start")
	ganesha.nfsd -f "$CASE/ganesha.conf" -L "$CASE/ganesha.log" -p /run/ganesha.pid
	exit $? ;;
"nfs-ganesha stop")
	[ ! -f /run/ganesha.pid ] || kill "$(cat /run/ganesha.pid)" 2>/dev/null ;;
esac`;

const ganesha = ["/usr/bin/ganesha.nfsd", "/usr/sbin/rpcbind", "/usr/sbin/rpc.statd"];

await realServiceTest("60.nfs with NFS-Ganesha", [...ganesha, "/usr/bin/dbus-daemon"], {
  setup: `${statdSetup}
mkdir /run/share /run/ganesha
cat >"$CASE/ganesha.conf" <<'END'
${ganeshaConf}END
dbus-daemon --system --fork
rpc.statd`,
  options: ['CTDB_NFS_CALLOUT="$CTDB_BASE/nfs-ganesha-callout"'],
  answers: { service: ganeshaService },
}, async (drive) => {
  const run = await drive(
    ["60.nfs"],
    `
event 60.nfs startup
for check in "nfs 3" "nlockmgr 4" "mountd 1" "rquotad 1" "status 1"; do
	wait_until rpcinfo -T tcp 127.0.0.1 $check
done
event 60.nfs monitor
event 60.nfs takeip lo 10.0.0.9 32
wait_until grep -q "recovery event 5 .*10.0.0.9" "$CASE/ganesha.log" && echo "seen: grace"
killall -9 ganesha.nfsd
wait_until gone ganesha.nfsd
event 60.nfs monitor
event 60.nfs monitor
event 60.nfs shutdown`,
  );
  assert.deepEqual(results(run.output), [
    "60.nfs startup: 0",
    "60.nfs monitor: 0",
    "60.nfs takeip: 0",
    "seen: grace",
    "60.nfs monitor: 0",
    "60.nfs monitor: 1",
    "60.nfs shutdown: 0",
  ], run.output);
  assert.match(run.output, /ERROR: nfs failed its check, count 2/);
});

/** SM_MON, the call by which a lock manager asks statd to watch a client (XDR, by hand). */
const monitorCall = `
import socket, struct, subprocess
def string(text):
    data = text.encode()
    return struct.pack(">I", len(data)) + data + b"\\0" * (-len(data) % 4)
listing = subprocess.run(["rpcinfo", "-p"], capture_output=True, text=True).stdout
port = next(int(line.split()[3]) for line in listing.splitlines()
            if line.split()[:3] == ["100024", "1", "udp"])
call = struct.pack(">10I", 7, 0, 2, 100024, 1, 2, 0, 0, 0, 0)
call += string("127.0.0.1") + string("server") + struct.pack(">3I", 100021, 4, 16) + bytes(16)
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.settimeout(5)
link.bind(("127.0.0.1", 700))
link.sendto(call, ("127.0.0.1", port))
reply = link.recv(400)
print("seen: statd answered", struct.unpack(">I", reply[24:28])[0])
`;

const callouts = new URL("../../events.d/callouts/", import.meta.url).pathname;
const statd = ["/usr/sbin/rpcbind", "/usr/sbin/rpc.statd", "/usr/sbin/sm-notify"];

await realServiceTest("statd call-out and helper with rpc.statd and sm-notify", statd, {
  setup: statdSetup,
  options: [
    "CTDB_STATD_CALLOUT_SHARED_STORAGE=shared_dir:/run/shared",
    "CTDB_NFS_CALLOUT=/bin/true",
  ],
}, async (drive) => {
  const run = await drive(
    [],
    `
cat >"$CASE/monitor.py" <<'END'
${monitorCall}END
export CTDB_STATD_CALLOUT_CONFIG_FILE="$CTDB_SCRIPT_VARDIR/statd_callout.conf"
echo 10.0.0.9 >"$CTDB_SCRIPT_VARDIR/my-public-ip-addresses"
${callouts}statd_callout_helper startup
# statd runs it as its own user, who may not enter the directories above a checkout.
install -m 755 ${callouts}statd_callout /run/statd_callout
rpc.statd -d -F -H /run/statd_callout 2>"$CASE/statd.log" &
wait_until rpcinfo -T udp 127.0.0.1 status 1
python3 "$CASE/monitor.py"
wait_until test -e /run/shared/statd-state@10.0.0.9@127.0.0.1 && echo "seen: recorded"
${callouts}statd_callout_helper takeip 10.0.0.9
${callouts}statd_callout_helper notify >"$CASE/notify.log" 2>&1
wait_until grep -q "Received SM_NOTIFY from nfs" "$CASE/statd.log" && echo "seen: notified"
[ -e /run/shared/statd-state@10.0.0.9@127.0.0.1 ] || echo "seen: forgotten"
cat "$CASE/notify.log" "$CASE/statd.log"
kill $!`,
  );
  assert.deepEqual(results(run.output), [
    "seen: statd answered 0",
    "seen: recorded",
    "seen: notified",
    "seen: forgotten",
  ], run.output);
});

/** A connection between two networks: node and client, each end told when it is reset. */
const connection = `
import ctypes, os, socket, subprocess, sys
port = int(sys.argv[1])
server = socket.create_server(("10.0.0.9", port))
here = os.open("/proc/self/ns/net", os.O_RDONLY)
there = os.open("/run/netns/client", os.O_RDONLY)
libc = ctypes.CDLL(None)
libc.setns(there, 0)
client = socket.create_connection(("10.0.0.9", port))
libc.setns(here, 0)
accepted, _ = server.accept()
subprocess.call(["sh", sys.argv[2]])
for name, end in (("server", accepted), ("client", client)):
    end.settimeout(0.2)
    try:
        end.recv(1)
        print("seen:", name, "closed")
    except ConnectionError:
        print("seen:", name, "reset")
    except TimeoutError:
        print("seen:", name, "untouched")
`;

const twoNetworks = `
ip netns add client
ip link add e0 type veth peer name e0p
ip link set e0p netns client
ip addr add 10.0.0.9/24 dev e0
ip link set e0 up
ip -n client addr add 10.0.0.50/24 dev e0p
ip -n client link set e0p up`;

const killtcp = "/usr/libexec/ctdb/ctdb_killtcp";

for (
  const [how, port, ends] of [
    ["no", 2049, ["server reset", "client reset"]],
    // An SMB client finds out by itself, from the node that has the address next.
    ["no", 445, ["server reset", "client untouched"]],
    ["yes", 2049, ["server reset", "client reset"]],
  ] as const
) {
  const name = `10.interface resets port ${port} with Debian's ctdb_killtcp, ss -K: ${how}`;
  await realServiceTest(name, [killtcp], {
    setup: twoNetworks,
    etc: { public_addresses: "10.0.0.9/24 e0\n" },
    options: [`CTDB_KILLTCP_USE_SS_KILL=${how}`],
    env: { CTDB_HELPER_BINDIR: "/usr/libexec/ctdb" },
  }, async (drive) => {
    const run = await drive(
      ["10.interface"],
      `
cat >"$CASE/connection.py" <<'END'
${connection}END
cat >"$CASE/release" <<'END'
"$CASE/etc/events/legacy/10.interface.script" releaseip e0 10.0.0.9 24
echo "10.interface releaseip: $?"
END
python3 "$CASE/connection.py" ${port} "$CASE/release"`,
    );
    assert.deepEqual(
      results(run.output),
      ["10.interface releaseip: 0", ...ends.map((end) => `seen: ${end}`)],
      run.output,
    );
    assert.match(run.output, /Killed 1\/1 TCP connections to released IP 10\.0\.0\.9/);
  });
}
