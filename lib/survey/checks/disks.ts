import { LEAST_DISK_BYTES, LEAST_GOOD_DISK_BYTES } from "../../limits/mod.ts";
import type { DiskFacts } from "../facts.ts";
import { type Check, type Finding, finding } from "../finding.ts";

/** Whether what the daemon writes still finds room. */
export const disks: Check = {
  name: "disks",
  examine: ({ machine }) => diskFindings(machine.disks),
};

/** What is wrong with file systems, one finding for each. */
export function diskFindings(disks: readonly DiskFacts[]): readonly Finding[] {
  return disks.flatMap((disk) => {
    const { mountedOn, uses, free_bytes, total_bytes, freeFiles } = disk;
    const detail = [...uses, `${sizeText(free_bytes)} of ${sizeText(total_bytes)} are free`];
    if (freeFiles === 0) {
      return [finding(
        "error",
        `The file system at ${mountedOn} has no room for another file`,
        [...uses, "no inodes are free"],
        ADVICE,
      )];
    }
    // A file system smaller than the bound is meant to be so.
    if (free_bytes < LEAST_DISK_BYTES) {
      return [finding("error", `The disk at ${mountedOn} is full`, detail, ADVICE)];
    }
    if (free_bytes < LEAST_GOOD_DISK_BYTES && free_bytes < total_bytes / 20) {
      return [finding("warning", `The disk at ${mountedOn} is nearly full`, detail, ADVICE)];
    }
    return [];
  });
}

const ADVICE = "Make room, or move what fills it. Until then recoveries and changes of databases " +
  "there fail, and the node is banned for it again and again.";

function sizeText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Math.floor(bytes / 1024 ** unit)} ${units[unit]}`;
}
