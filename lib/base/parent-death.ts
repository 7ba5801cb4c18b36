import { libcFunctions } from "./libc.ts";

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

const libc = libcFunctions({
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  getppid: { parameters: [], result: "i32" },
});

/**
 * Has the kernel kill this process when its parent dies: for helpers that cannot look, because they
 * wait in a system call, or whose lock must not outlive their daemon by a second.
 *
 * @returns false when the parent has died already; the caller then ends
 */
export function dieWithParent(parentPid: number): boolean {
  libc().prctl(PR_SET_PDEATHSIG, BigInt(SIGKILL), 0n, 0n, 0n);
  return libc().getppid() === parentPid;
}
