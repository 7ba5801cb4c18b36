#!/usr/bin/python3
"""nfs-locks.py ADDRESS EXPORT NAME: a client of NFSv3 that holds a lock while its server moves.

Locks a file, waits until a server tells it by SM_NOTIFY that it has taken over, reclaims the lock, and
looks whether another client is kept away by it. Prints what happens, and ends with 0 only if the lock was
never lost. It speaks MOUNT, NFS, NLM and NSM itself: the client of the kernel is not to be had in a
namespace, and libnfs has no locks. Needs rpcbind here, and root.
"""
import socket
import struct
import sys
import time

PMAP, NFS, MOUNT, NLM, NSM = 100000, 100003, 100005, 100021, 100024
GRANTED, GRACE = 0, 4
NLM_STATUS = ["GRANTED", "DENIED", "DENIED_NOLOCKS", "BLOCKED", "DENIED_GRACE", "DEADLCK", "ROFS",
              "STALE_FH", "FBIG", "FAILED"]
PATIENCE_S = 150


def u32(*numbers):
    return struct.pack(">%dI" % len(numbers), *numbers)


def opaque(data):
    return u32(len(data)) + data + bytes(-len(data) % 4)


def opaque_at(data, offset):
    (length,) = struct.unpack_from(">I", data, offset)
    return data[offset + 4:offset + 4 + length]


def credentials(uid):
    return u32(1) + opaque(u32(0) + opaque(b"client") + u32(uid, uid, 0))


def call(address, port, program, version, procedure, arguments, source_port=0):
    """One call by TCP on a connection of its own: its results."""
    header = u32(1, 0, 2, program, version, procedure) + credentials(1000) + u32(0, 0)
    message = header + arguments
    with socket.create_connection((address, port), 5, ("", source_port)) as connection:
        connection.sendall(u32(0x80000000 | len(message)) + message)
        reply, last = b"", False
        while not last:
            (mark,) = struct.unpack(">I", exactly(connection, 4))
            reply += exactly(connection, mark & 0x7FFFFFFF)
            last = bool(mark & 0x80000000)
    verifier = opaque_at(reply, 16)
    body = 20 + len(verifier) + -len(verifier) % 4
    if struct.unpack_from(">I", reply, 8) != (0,) or struct.unpack_from(">I", reply, body) != (0,):
        raise OSError("call %d of program %d: refused" % (procedure, program))
    return reply[body + 4:]


def exactly(connection, length):
    data = b""
    while len(data) < length:
        piece = connection.recv(length - len(data))
        if not piece:
            raise OSError("the server has closed the connection")
        data += piece
    return data


def patiently(what, done):
    """Until it can be done: an address that moves does not answer for a while."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            result = done()
            if result is not None:
                return result
        except OSError as error:
            if time.monotonic() > end:
                sys.exit("%s: %s" % (what, error))
        if time.monotonic() > end:
            sys.exit("%s: not within %d s" % (what, PATIENCE_S))
        time.sleep(0.5)


def file_handle(address, export, name):
    mounted = call(address, 4002, MOUNT, 3, 1, opaque(export.encode()))
    status = struct.unpack_from(">I", mounted)[0]
    if status != 0:
        raise OSError("mount of %s: status %d" % (export, status))
    # UNCHECKED, with a mode and nothing else set
    how = u32(0, 1, 0o666, 0, 0, 0, 0, 0)
    made = call(address, 2049, NFS, 3, 8, opaque(opaque_at(mounted, 4)) + opaque(name.encode()) + how)
    status, follows = struct.unpack_from(">II", made)
    if status != 0 or follows != 1:
        raise OSError("create of %s: status %d" % (name, status))
    return opaque_at(made, 8)


class Locker:
    """An owner of locks of the first 100 bytes of a file."""

    def __init__(self, address, handle, process):
        self.address = address
        self.lock_of = (opaque(b"client") + opaque(handle) + opaque(b"%d@client" % process) +
                        u32(process) + struct.pack(">QQ", 0, 100))

    def ask(self, procedure, arguments):
        reply = call(self.address, 4001, NLM, 4, procedure, opaque(b"ck") + arguments)
        return struct.unpack_from(">I", reply, 4 + 4)[0]

    def lock(self, reclaim=False):
        return self.ask(2, u32(0, 1) + self.lock_of + u32(int(reclaim), 1))

    def lock_when_no_grace(self):
        """What it hears once no grace period holds it off."""
        status = self.lock()
        return None if status == GRACE else status

    def unlock(self):
        return self.ask(4, self.lock_of)


def listen_for_servers():
    """The place of rpc.statd, which rpcbind tells who asks for it."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("", 0))
    port = server.getsockname()[1]
    mapping = u32(NSM, 1, 17, port)
    # rpcbind takes this from ports of root only.
    call("127.0.0.1", 111, PMAP, 2, 2, mapping, 1001)
    done = call("127.0.0.1", 111, PMAP, 2, 1, mapping, 1002)
    if done != u32(1):
        sys.exit("rpcbind does not take NSM at port %d" % port)
    return server


def await_notice(server):
    """The name under which a server tells that it has started again."""
    server.settimeout(PATIENCE_S)
    while True:
        try:
            message, sender = server.recvfrom(4096)
        except TimeoutError:
            sys.exit("told by a server: not within %d s" % PATIENCE_S)
        call_id, _, _, program, _, procedure = struct.unpack_from(">6I", message)
        server.sendto(u32(call_id, 1, 0, 0, 0, 0), sender)
        if (program, procedure) != (NSM, 6):
            continue
        offset = 24
        for _ in range(2):   # credentials and verifier
            length = len(opaque_at(message, offset + 4))
            offset += 8 + length + -length % 4
        return opaque_at(message, offset).decode(), sender[0]


def say(text, status=None):
    print(text if status is None else "%s: %s" % (text, NLM_STATUS[status]), flush=True)
    return status


def main(address, export, name):
    server = listen_for_servers()
    handle = patiently("open", lambda: file_handle(address, export, name))
    mine, other = Locker(address, handle, 1), Locker(address, handle, 2)
    lost = say("locked", patiently("lock", mine.lock_when_no_grace)) != GRANTED
    lost |= say("another", other.lock()) == GRANTED
    told, sender = await_notice(server)
    say("told by %s, from %s" % (told, sender))
    lost |= say("reclaimed", patiently("reclaim", lambda: mine.lock(reclaim=True))) != GRANTED
    lost |= say("another", patiently("lock of another", other.lock_when_no_grace)) == GRANTED
    lost |= say("unlocked", patiently("unlock", mine.unlock)) != GRANTED
    lost |= say("another then", patiently("lock of another", other.lock_when_no_grace)) != GRANTED
    other.unlock()
    say("lost" if lost else "kept")
    return int(lost)


sys.exit(main(*sys.argv[1:4]))
