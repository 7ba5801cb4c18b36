import { type Check, finding } from "../finding.ts";

/** Bits that let others than the owner connect. */
const OTHERS = 0o077;

/** Who may use the daemon's socket: who can is master of the cluster. */
export const socket: Check = {
  name: "socket",
  examine({ machine: { socket: { path, found }, testMode, uid }, daemon }) {
    if (found === undefined) {
      return daemon.kind === "answers" ? [] : `there is nothing at ${path}`;
    }
    if (!found.isSocket) {
      return [finding(
        "error",
        "There is something else where the daemon's socket should be",
        [path],
        "Remove it and restart the daemon.",
      )];
    }
    // A node for tests belongs to who tests with it.
    const owner = testMode ? uid : 0;
    if ((found.mode & OTHERS) === 0 && found.uid === owner) return [];
    const mode = (found.mode & 0o777).toString(8).padStart(4, "0");
    return [finding(
      (found.mode & OTHERS) === 0 ? "warning" : "error",
      `Others than ${owner === 0 ? "root" : "you"} may use the daemon's socket`,
      [`${path} belongs to user ${found.uid} and has mode ${mode}`],
      `Run \`${
        remedy(path, found.uid, owner)
      }\`: whoever can connect can change every database and ` +
        "stop the cluster.",
    )];
  },
};

function remedy(path: string, uid: number, owner: number): string {
  const mode = `chmod 0700 ${path}`;
  return uid === owner ? mode : `chown ${owner === 0 ? "root" : owner} ${path}; ${mode}`;
}
