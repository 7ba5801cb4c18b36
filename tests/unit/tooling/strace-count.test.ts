import assert from "node:assert/strict";
import { readSummary } from "../../../bench/syscalls/strace-count.ts";

Deno.test("the table of strace -c: calls by name, with and without errors, the sum left out", () => {
  const text = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 61.44    0.734022          73     10012           epoll_wait
 20.11    0.240270          24      9987      1203 recvmsg
  0.00    0.000000           0         1           statx
------ ----------- ----------- --------- --------- ----------------
100.00    1.194689          59     20000      1203 total
`;
  assert.deepEqual([...readSummary(text)], [["epoll_wait", 10012], ["recvmsg", 9987], [
    "statx",
    1,
  ]]);
});
