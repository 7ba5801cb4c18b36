/** Printed to standard error on any mistake (`cli.md` 6). */
export function ltdbtoolUsage(program: string): string {
  return `Usage: ${program} dump [-e] [-p] [-s{0|32|64}] <idb>
       ${program} convert [-e] [-s{0|32|64}] [-o{0|32|64}] <idb> <odb>
       ${program} {help|-h}
`;
}

const sizes = (database: string) =>
  `specify how to determine the ctdb record header size
                   for the ${database} database`;

const sizeTable = `                   0: no ctdb header
                   32: ctdb header size of a 32 bit system (20 bytes)
                   64: ctdb header size of a 64 bit system (24 bytes)
                   default: 32 or 64 depending on the system architecture
`;

/** The long help. */
export function helpText(program: string): string {
  return `Usage: ${program} [options] <command>

Options:
   -s {0|32|64}    ${sizes("input")}:
${sizeTable}
   -S <num>        the number of bytes to interpret as ctdb record header
                   for the input database (beware!)

   -o {0|32|64}    ${sizes("output")}
${sizeTable}
   -O <num>        the number of bytes to interpret as ctdb record header
                   for the output database (beware!)

   -e              Include empty records, defaults to off

   -p              print header (for the dump command), defaults to off

   -h              print this help

Commands:
  help                         print this help
  dump <db>                    dump the db to stdout
  convert <in_db> <out_db>     convert the db

`;
}
