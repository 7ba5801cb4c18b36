import { LogLevel } from "../../base/mod.ts";
import { type Check, count, type Finding, finding } from "../finding.ts";

/** `ctdb.conf`, tunables files, and the directories that they name. */
export const configuration: Check = {
  name: "configuration",
  examine({ machine: { configuration, missingDirectories } }) {
    const found: Finding[] = [];
    const { file, failure, messages } = configuration;
    const lines = messages.filter(({ level }) => level <= LogLevel.WARNING)
      .map(({ file, line, text }) => line === 0 ? `${file}: ${text}` : `${file}:${line}: ${text}`);
    if (failure !== undefined) {
      found.push(finding(
        "error",
        "The configuration is wrong: a daemon will not start with it",
        [...lines, failure],
        `Correct ${file}; \`ctdb-config validate\` tells when it is right.`,
      ));
    } else if (lines.length > 0) {
      found.push(finding(
        "warning",
        `The configuration has ${count(lines.length, "line")} that are not understood or ignored`,
        lines,
        "Correct or remove them: what they were meant to do does not happen.",
      ));
    }
    if (missingDirectories.length > 0) {
      found.push(finding(
        "error",
        "A directory for databases is missing: a daemon will not start",
        missingDirectories,
        "Create it, owned by root with mode 0700, or name another one in the section [database].",
      ));
    }
    return found;
  },
};
