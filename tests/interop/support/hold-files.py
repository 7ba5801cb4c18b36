"""Opens files of a share through several nodes in many ways, and holds them.

Arguments: smb.conf, user%password, directory of smbx.py (which reads those two), file whose appearance
ends it, hosts.
Prints READY once everything is held.
"""
import os
import pty
import subprocess
import sys
import time

_, auth, tools, stop, *hosts = sys.argv[1:]
# The module's last line runs what its own arguments say.
with open(tools + "/smbx.py", encoding="utf8") as source:
    exec(source.read().rsplit("globals()[", 1)[0])

connections = [conn(host) for host in hosts]
held = []


def keep(node, name, **how):
    held.append((connections[node], opn(connections[node], name, **how)))


try:
    connections[0].mkdir("of-dir")
except NTSTATUSError:
    pass
keep(0, "of-dir\\shared file.txt")
keep(1, "of-dir\\shared file.txt", access=R)
keep(2, "of-dir\\shared file.txt", access=W)
keep(0, "of-deny-all.dat", share=NONE)
keep(1, "of-deny-write.dat", share=1)
keep(2, "of-deny-read.dat", share=2 | 4)
keep(1, "of-delete.dat", access=R | DEL, options=0x1000)
keep(0, "of-uml\u00e4ut.txt")
keep(0, "of-dir", access=R, disp=OPEN, options=1)

# Byte range locks: only the command line client has a way to ask for them.
master, slave = pty.openpty()
locker = subprocess.Popen(
    ["smbclient", "-m", "NT1", "--configfile=" + CONF, "-U", auth, "//%s/data" % hosts[1]],
    stdin=slave, stdout=slave, stderr=slave)
output = ""


def tell(line, until):
    global output
    os.write(master, (line + "\n").encode())
    start = len(output)
    while until not in output[start:]:
        output += os.read(master, 4096).decode(errors="replace")
    return output[start:]


tell("posix", "smb:")
opened = tell("posix_open of-locked.dat 0644", "fnum")
while not opened.rstrip()[-1].isdigit() and "smb:" not in opened:
    opened += os.read(master, 4096).decode(errors="replace")
fnum = opened.split("fnum")[1].split()[0]
for kind, start, length in (("w", "10", "20"), ("r", "100", "8")):
    tell("lock %s %s %s %s" % (fnum, kind, start, length), "smb:")

# Oplocks, held by a test of Samba's own.
oplocks = subprocess.Popen(
    ["smbtorture", "--configfile=" + CONF, "//%s/data" % hosts[0], "-U", auth, "raw.hold-oplock"],
    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
for line in oplocks.stdout:
    if line.startswith("Waiting"):
        break

print("READY", flush=True)
while not os.path.exists(stop):
    time.sleep(0.1)
for program in (locker, oplocks):
    program.kill()
    program.wait()
