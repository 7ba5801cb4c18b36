/** Holds a write lock on one byte of a file until it is ended: `hold-record-lock.ts FILE BYTE`. */
import { FlockBuffer, LockCommand, LockType } from "../../lib/cluster-lock/mod.ts";

const [path, byte] = Deno.args;
const O_RDWR_CREAT = 0o102;
const libc = Deno.dlopen("libc.so.6", {
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "buffer"], result: "i32" },
}).symbols;
const fd = libc.open(new TextEncoder().encode(`${path}\0`), O_RDWR_CREAT, 0o600);
const record = new FlockBuffer();
record.set(LockType.WRITE, Number(byte), 1);
if (libc.fcntl(fd, LockCommand.SET_WAIT, record.bytes) !== 0) Deno.exit(1);
Deno.stdout.writeSync(new TextEncoder().encode("held\n"));
for await (const _ of Deno.stdin.readable);
