import { Errno, errnoText } from "../../base/mod.ts";
import { type Check, finding } from "../finding.ts";

/** Lines of a script's output that are shown. */
const OUTPUT_LINES = 8;

/** Event scripts that failed when they ran last, with the end of what they wrote. */
export const scripts: Check = {
  name: "event scripts",
  examine({ scripts: { failure, runs } }) {
    if (failure !== undefined) return failure;
    return runs.flatMap(({ event, record }) =>
      record.scripts.filter(({ result }) => isFailure(result)).map(({ name, result, output }) => {
        const lines = output.trimEnd().split("\n").filter((line) => line !== "");
        const shown = lines.slice(-OUTPUT_LINES).map((line) => `| ${line}`);
        return finding(
          "error",
          `Script ${name} failed in event ${event}: ${resultText(result)}`,
          shown.length === 0 ? ["it wrote nothing"] : shown,
          event === "monitor"
            ? "The node is unhealthy until the script succeeds: correct what it complains about. " +
              "It runs again by itself."
            : `Correct what it complains about; \`ctdb scriptstatus ${event}\` shows the last run.`,
        );
      })
    );
  },
};

/** A script that is not executable is one that is disabled. */
function isFailure(result: number): boolean {
  return result !== 0 && result !== -Errno.ENOEXEC;
}

function resultText(result: number): string {
  return result > 0 ? `exit status ${result}` : errnoText(-result);
}
