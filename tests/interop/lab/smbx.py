#!/usr/bin/python3
# Small SMB client for the checks.  HOSTS are addresses, the share is "data".
import hashlib, os, sys, time
import samba.credentials, samba.ntstatus as nt
from samba import NTSTATUSError
from samba.samba3 import libsmb_samba_internal as libsmb
from samba.samba3 import param as s3param

CONF = sys.argv[1]
USER, PASSWORD = sys.argv[2].split("%", 1)
lp = s3param.get_context()
lp.load(CONF)
R, W, DEL = 0x1, 0x2, 0x10000
NONE, ALL = 0, 7
OPEN, OPEN_IF = 1, 3

def conn(host, share="data", **kw):
    c = samba.credentials.Credentials()
    c.guess(lp)
    c.set_username(USER)
    c.set_password(PASSWORD)
    c.set_domain("LABGROUP")
    c.set_kerberos_state(samba.credentials.DONT_USE_KERBEROS)
    return libsmb.Conn(host, share, lp=lp, creds=c, **kw)

def opn(c, name, access=R | W, share=ALL, disp=OPEN_IF, options=0):
    return c.create(name, DesiredAccess=access, ShareAccess=share,
                    CreateDisposition=disp, CreateOptions=options)

def code(f, *a, **kw):
    try:
        r = f(*a, **kw)
        return 0, r
    except NTSTATUSError as e:
        return e.args[0] & 0xffffffff, None

def want(what, got, expect):
    ok = got == expect
    print("%s: 0x%08x%s" % (what, got, "" if ok else " (expected 0x%08x)" % expect))
    if not ok:
        sys.exit(1)

def quiet_unlink(c, name):
    try:
        c.unlink(name)
    except NTSTATUSError:
        pass

def sharemode(a, b):
    """deny-all open through A refuses B; a share-all open does not"""
    ca, cb = conn(a), conn(b)
    f = opn(ca, "sm.dat", share=NONE)
    want("second open while denied", code(opn, cb, "sm.dat")[0],
         nt.NT_STATUS_SHARING_VIOLATION)
    ca.close(f)
    e, g = code(opn, cb, "sm.dat")
    want("open after close", e, 0)
    e, h = code(opn, ca, "sm.dat")
    want("shared open", e, 0)
    want("exclusive open while shared", code(opn, ca, "sm.dat", share=NONE)[0],
         nt.NT_STATUS_SHARING_VIOLATION)
    cb.close(g); ca.close(h)
    quiet_unlink(ca, "sm.dat")

def delpending(a, b):
    """delete-on-close set through A is seen by B; last close on B deletes"""
    ca, cb = conn(a), conn(b)
    f = opn(ca, "dp.dat", access=R | W | DEL)
    g = opn(cb, "dp.dat", access=R | W | DEL)
    ca.delete_on_close(f, 1)
    want("open with delete pending", code(opn, cb, "dp.dat")[0],
         nt.NT_STATUS_DELETE_PENDING)
    ca.close(f)
    want("still pending", code(opn, ca, "dp.dat")[0], nt.NT_STATUS_DELETE_PENDING)
    cb.close(g)
    want("gone", code(opn, ca, "dp.dat", disp=OPEN)[0],
         nt.NT_STATUS_OBJECT_NAME_NOT_FOUND)

def notify(a, b):
    """a change made through B wakes a directory watch on A"""
    ca, cb = conn(a, multi_threaded=False), conn(b)
    if code(ca.mkdir, "nd")[0] not in (0, nt.NT_STATUS_OBJECT_NAME_COLLISION):
        sys.exit("mkdir failed")
    d = ca.create("nd", DesiredAccess=0x81, ShareAccess=ALL,
                  CreateDisposition=OPEN, CreateOptions=1)
    req = ca.notify(d, buffer_size=4096, completion_filter=0xfff, recursive=True)
    time.sleep(2)     # notifyd spreads its tree once a second
    t = time.time()
    f = opn(cb, "nd\\x%d.dat" % int(t)); cb.close(f)
    got = req.get_changes(wait=True)
    print("changes after %.3f s: %s" % (time.time() - t, got))
    quiet_unlink(cb, "nd\\x%d.dat" % int(t))
    sys.exit(0 if got else 1)

def hold(stop, name, share, *hosts):
    """open NAME through every host, say READY, keep it open until STOP exists"""
    cs = [conn(h) for h in hosts]
    fs = [opn(c, name, share=int(share)) for c in cs]
    print("READY", flush=True)
    while not os.path.exists(stop):
        time.sleep(0.1)
    for c, f in zip(cs, fs):
        code(c.close, f)

def tryopen(host, name):
    """open NAME exclusively; print the status"""
    c = conn(host)
    e, f = code(opn, c, name, share=NONE)
    print("0x%08x" % e)
    sys.exit(0 if e == 0 else 1)

def retryopen(host, name, secs):
    """until an exclusive open of NAME works; print how long it took"""
    t = time.time()
    last = None
    while time.time() - t < float(secs):
        try:
            c = conn(host)
            e, f = code(opn, c, name, share=NONE)
            if e == 0:
                c.close(f)
                print("%.2f" % (time.time() - t))
                return
            last = "0x%08x" % e
        except NTSTATUSError as x:
            last = x
        time.sleep(0.2)
    sys.exit("still refused after %s s: %s" % (secs, last))

def survive(host, name, secs):
    """write every 0.1 s; on a lost connection reconnect; report the gap

    Ends after the given time; if it is cut off then, as soon as it comes back, within 35 s more: a busy
    machine may take its time, but what it was cut off from must come back.
    """
    end = time.time() + float(secs)
    c, gap, breaks, n = None, 0.0, 0, 0
    last = time.time()
    print("READY", flush=True)
    while time.time() < end or (last < time.time() - 5 and time.time() < end + 35):
        try:
            if c is None:
                c = conn(host)
                c.settimeout(5000)
            f = opn(c, name)
            c.write(f, b"%010d" % n, 0)
            c.close(f)
            gap = max(gap, time.time() - last)
            last = time.time()
            n += 1
            time.sleep(0.1)
        except Exception as x:
            if c is not None:
                breaks += 1
            c = None
            time.sleep(0.2)
    gap = max(gap, time.time() - last)
    print("writes=%d breaks=%d longest_gap=%.2f" % (n, breaks, gap))
    sys.exit(0 if n > 0 and last > time.time() - 5 else 1)

# As long as clients of SMB wait for an answer: a recovery beside a busy machine is no break.
PATIENCE = 60

class Patient:
    """a connection that is made again when it is lost; counts how often that was"""
    def __init__(self, host):
        self.host, self.c, self.breaks, self.late, self.gap, self.last = host, None, 0, 0, 0.0, time.time()

    def get(self):
        while self.c is None:
            try:
                self.c = conn(self.host)
                self.c.settimeout(PATIENCE * 1000)
            except NTSTATUSError:
                time.sleep(0.2)
        return self.c

    def lost(self, error):
        print("break of %s at %s after %.2f s without an answer: %s" % (
            self.host, time.strftime("%H:%M:%S"), time.time() - self.last, error.args[1]), flush=True)
        self.c = None
        self.breaks += 1
        self.late += error.args[0] & 0xffffffff == nt.NT_STATUS_IO_TIMEOUT

    def alive(self):
        self.gap = max(self.gap, time.time() - self.last)
        self.last = time.time()

REFUSED = (nt.NT_STATUS_SHARING_VIOLATION, nt.NT_STATUS_ACCESS_DENIED,
           nt.NT_STATUS_DELETE_PENDING, nt.NT_STATUS_OBJECT_NAME_NOT_FOUND)

def copy(stop, host, directory, sums):
    """copy files of 1 MiB in 16 pieces; a piece that was acknowledged is not sent again"""
    p = Patient(host)
    code(p.get().mkdir, directory)
    print("READY", flush=True)
    n = 0
    with open(sums, "w") as out:
        while not os.path.exists(stop):
            name = "f%06d" % n
            data = os.urandom(1 << 20)
            piece, done, f = 65536, 0, None
            while done < len(data):
                try:
                    if f is None:
                        f = opn(p.get(), directory + "\\" + name)
                    p.get().write(f, data[done:done + piece], done)
                    p.alive()
                    done += piece
                    if done == len(data):
                        p.get().close(f)
                except NTSTATUSError as e:
                    if e.args[0] & 0xffffffff in REFUSED:
                        sys.exit("copy %s: 0x%08x" % (name, e.args[0] & 0xffffffff))
                    p.lost(e)
                    f = None
            out.write("%s  %s\n" % (hashlib.sha256(data).hexdigest(), name))
            n += 1
            time.sleep(0.05)
    print("files=%d breaks=%d longest_gap=%.2f" % (n, p.breaks, p.gap))
    sys.exit(1 if p.late else 0)

def locks(stop, holder, contender, name):
    """hold NAME open for nobody else; an open elsewhere must fail as long as it is held"""
    h, c, f, tried, wrong = Patient(holder), Patient(contender), None, 0, 0
    print("READY", flush=True)
    while not os.path.exists(stop):
        try:
            if f is None:
                e, f = code(opn, h.get(), name, share=NONE)
                if e == nt.NT_STATUS_SHARING_VIOLATION:
                    time.sleep(0.2)   # our own open of before the break is still there
                    continue
                if e != 0:
                    raise NTSTATUSError(e, "open")
            h.get().write(f, b"held", 0)
        except NTSTATUSError as x:
            h.lost(x)
            f = None
            continue
        e, g = code(opn, c.get(), name, share=NONE)
        if e == 0:
            code(c.get().close, g)
        elif e != nt.NT_STATUS_SHARING_VIOLATION:
            c.lost(NTSTATUSError(e, "contender's open: 0x%08x" % e))
            continue
        c.alive()
        try:
            h.get().write(f, b"held", 0)
            h.alive()
        except NTSTATUSError as x:
            h.lost(x)
            f = None
            continue
        tried += 1
        wrong += e == 0
        time.sleep(0.1)
    print("tries=%d lost_locks=%d breaks=%d longest_gap=%.2f" % (tried, wrong, h.breaks + c.breaks, h.gap))
    sys.exit(0 if tried > 0 and wrong == 0 and h.late + c.late == 0 else 1)

def pingpong(secs, *hosts):
    """open+close one file through each host in turn: record migration rate"""
    cs = [conn(h) for h in hosts]
    end = time.time() + float(secs)
    n = 0
    t = time.time()
    while time.time() < end:
        c = cs[n % len(cs)]
        c.close(opn(c, "pp.dat"))
        n += 1
    print("%.1f" % (n / (time.time() - t)))

globals()[sys.argv[3]](*sys.argv[4:])
