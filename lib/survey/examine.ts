import { addresses } from "./checks/addresses.ts";
import { clocks } from "./checks/clocks.ts";
import { clusterLock } from "./checks/cluster-lock.ts";
import { configuration } from "./checks/configuration.ts";
import { daemon } from "./checks/daemon.ts";
import { databases } from "./checks/databases.ts";
import { disks } from "./checks/disks.ts";
import { hotRecords } from "./checks/hot-records.ts";
import { lockHolders } from "./checks/lock-holders.ts";
import { nodeStatesCheck } from "./checks/node-states.ts";
import { nodesFile } from "./checks/nodes-file.ts";
import { peers } from "./checks/peers.ts";
import { scripts } from "./checks/scripts.ts";
import { socket } from "./checks/socket.ts";
import { tunablesCheck } from "./checks/tunables.ts";
import { versions } from "./checks/versions.ts";
import type { Facts } from "./facts.ts";
import { type Check, type Finding, SEVERITIES, type Severity } from "./finding.ts";

/** All checks: what others hang on comes first. */
export const checks: readonly Check[] = [
  daemon,
  configuration,
  disks,
  nodesFile,
  socket,
  peers,
  nodeStatesCheck,
  clusterLock,
  scripts,
  addresses,
  databases,
  lockHolders,
  clocks,
  versions,
  tunablesCheck,
  hotRecords,
];

/** A finding with the name of the check that made it. */
export interface NamedFinding extends Finding {
  readonly check: string;
}

/** What all checks together came to. */
export interface Diagnosis {
  /** The worst first; among equals in the order of the checks. */
  readonly findings: readonly NamedFinding[];
  /** Every check; `skipped` says why it could not look. */
  readonly checks: readonly { readonly name: string; readonly skipped?: string }[];
  /** `undefined`: there is nothing to say. */
  readonly worst: Severity | undefined;
}

/** A diagnosis as documents show it: what `ctdb doctor --json` prints, and `GET /v1/findings`. */
export function diagnosisDocument({ findings, checks, worst }: Diagnosis): {
  readonly worst: Severity | null;
  readonly findings: readonly NamedFinding[];
  readonly checks: readonly { readonly name: string; readonly skipped: string | null }[];
} {
  return {
    worst: worst ?? null,
    findings: findings.map(({ check, severity, title, detail, advice }) => ({
      check,
      severity,
      title,
      detail,
      advice,
    })),
    checks: checks.map(({ name, skipped }) => ({ name, skipped: skipped ?? null })),
  };
}

/** Runs all checks over what was gathered. */
export function examine(facts: Facts): Diagnosis {
  const findings: NamedFinding[] = [];
  const done = checks.map(({ name, examine }) => {
    const result = examine(facts);
    if (typeof result === "string") return { name, skipped: result };
    findings.push(...result.map((finding) => ({ check: name, ...finding })));
    return { name };
  });
  findings.sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
  return { findings, checks: done, worst: findings[0]?.severity };
}
