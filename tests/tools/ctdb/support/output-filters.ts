/** What standard output goes through where it may differ in more than its numbers (`cli.md` 15). */
export const outputFilters: Readonly<Record<string, (text: string) => string>> = {
  /** Counters stand as `#`. */
  counters: (text) =>
    text
      .replace(/Count:\d+ Key:[0-9a-f]*/g, "Count Key")
      .replace(/\d+\.\d+/g, "#")
      .replace(/ +\d+$/gm, " #")
      .replace(/\d+(?= )/g, "#"),

  /** Dumped records stand in an order, and without what depends on how they got there. */
  records: (text) => {
    const blocks = text
      .replace(/^dmaster: \d+$/gm, "dmaster")
      .replace(/^rsn: \d+$/gm, "rsn")
      .replace(/^flags: 0x.*$/gm, "flags")
      .split(/\n(?=\n|key\(|Dumped|Dumping)/);
    const keep = (block: string) => /^Dumping|^Dumped|^\n/.test(block);
    return [...blocks.filter(keep), ...blocks.filter((block) => !keep(block)).sort()].join("\n");
  },
};
