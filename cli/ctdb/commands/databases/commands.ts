/** Commands about databases and their records. @module */
import { alone, type Command, local, remote } from "../../framework/command.ts";

const databases = () => import("./databases.ts");
const dumps = () => import("./dumps.ts");
const backup = () => import("./backup.ts");
const backupFile = () => import("./backup-file-commands.ts");
const persistent = () => import("./persistent.ts");
const tdbFiles = () => import("./tdb-files.ts");
const records = () => import("./records.ts");
const statistics = () => import("../daemon/statistics.ts");

const json = true;

export const databasesCommands: readonly Command[] = [
  remote(databases, {
    name: "getdbmap",
    operands: "",
    about: "show attached databases",
    json,
    example: ["ctdb getdbmap", "List all databases."],
  }),
  remote(databases, {
    name: "getdbstatus",
    operands: "<dbname|dbid>",
    about: "show database status",
    json,
    example: ["ctdb getdbstatus locking.tdb", "Show path, kind and health of a database."],
  }),
  local(dumps, {
    name: "catdb",
    operands: "<dbname|dbid>",
    about: "dump cluster-wide ctdb database",
    json,
    example: ["ctdb catdb secrets.tdb", "Show the records of all nodes."],
  }),
  local(dumps, {
    name: "cattdb",
    operands: "<dbname|dbid>",
    about: "dump local ctdb database",
    json,
    example: ["ctdb cattdb locking.tdb", "Show the copies on this node, empty ones too."],
  }),
  local(databases, {
    name: "attach",
    operands: "<dbname> [persistent|replicated]",
    about: "attach a database",
    unlisted: ["readonly", "sticky"],
    example: ["ctdb attach test.tdb persistent", "Create a persistent database."],
  }),
  local(databases, {
    name: "detach",
    operands: "<dbname|dbid> ...",
    about: "detach database(s)",
    example: ["ctdb detach test.tdb", "Let all nodes forget a volatile database."],
  }),
  local(backup, {
    name: "backupdb",
    operands: "<dbname|dbid> <file>",
    about: "backup a database into a file",
    example: ["ctdb backupdb secrets.tdb /root/secrets.bak", "Write all records to a file."],
  }),
  local(backup, {
    name: "restoredb",
    operands: "<file> [dbname]",
    about: "restore a database from a file",
    example: ["ctdb restoredb /root/secrets.bak", "Put them back, replacing what is there."],
  }),
  alone(backupFile, {
    name: "dumpdbbackup",
    operands: "<file>",
    about: "dump database from a backup file",
    json,
    fullUsage: true,
    example: ["ctdb dumpdbbackup /root/secrets.bak", "Show the records in a backup."],
  }),
  local(backup, {
    name: "wipedb",
    operands: "<dbname|dbid>",
    about: "wipe the contents of a database.",
    example: ["ctdb wipedb test.tdb", "Remove all records on all nodes."],
  }),
  remote(databases, {
    name: "setdbreadonly",
    operands: "<dbname|dbid>",
    about: "enable readonly records",
    example: ["ctdb setdbreadonly locking.tdb", "Allow read-only copies of records."],
  }),
  remote(databases, {
    name: "setdbsticky",
    operands: "<dbname|dbid>",
    about: "enable sticky records",
    example: ["ctdb setdbsticky locking.tdb", "Let contended records stay a while."],
  }),
  local(persistent, {
    name: "pfetch",
    operands: "<dbname|dbid> <key>",
    about: "fetch record from persistent database",
    json,
    example: ["ctdb pfetch test.tdb colour", "Show the value of a key."],
  }),
  local(persistent, {
    name: "pstore",
    operands: "<dbname|dbid> <key> <value>",
    about: "write record to persistent database",
    example: ["ctdb pstore test.tdb 0x01 green", "Set a value; 0x starts hex digits."],
  }),
  local(persistent, {
    name: "pdelete",
    operands: "<dbname|dbid> <key>",
    about: "delete record from persistent database",
    example: ["ctdb pdelete test.tdb colour", "Remove a key."],
  }),
  local(persistent, {
    name: "ptrans",
    operands: "<dbname|dbid> [<file>]",
    about: "update a persistent database (from file or stdin)",
    example: [`echo '"colour" "red"' | ctdb ptrans test.tdb`, "Make many changes, or none."],
  }),
  remote(tdbFiles, {
    name: "tfetch",
    operands: "<tdb-file> <key> [<file>]",
    about: "fetch a record",
    json,
    example: ["ctdb tfetch /tmp/copy.tdb key", "Read a record of a TDB file."],
  }),
  remote(tdbFiles, {
    name: "tstore",
    operands: "<tdb-file> <key> <data> [<rsn> <dmaster> <flags>]",
    about: "store a record",
    count: [3, 5],
    example: ["ctdb tstore /tmp/copy.tdb key value 7", "Write one, with its sequence number."],
  }),
  local(records, {
    name: "readkey",
    operands: "<dbname|dbid> <key> [readonly]",
    about: "read value of a database key",
    json,
    example: ["ctdb readkey test.tdb key", "Fetch a record to this node and show it."],
  }),
  local(records, {
    name: "writekey",
    operands: "<dbname|dbid> <key> <value>",
    about: "write value for a database key",
    example: ["ctdb writekey test.tdb key value", "Fetch a record to this node and set it."],
  }),
  local(records, {
    name: "deletekey",
    operands: "<dbname|dbid> <key>",
    about: "delete a database key",
    example: ["ctdb deletekey test.tdb key", "Fetch a record to this node and empty it."],
  }),
  local(records, {
    name: "pushrecord",
    operands: "<dbname|dbid> <key> <value>",
    about: "push a record to all nodes",
    more: `Of a volatile database. All active nodes put the record on their disks, so that it
survives the loss of the node that owns it.`,
    example: ["ctdb pushrecord state.tdb key value", "Write a record, and have it on all nodes."],
  }),
  local(databases, {
    name: "getdbseqnum",
    operands: "<dbname|dbid>",
    about: "get database sequence number",
    json,
    example: ["ctdb getdbseqnum secrets.tdb", "Show how often a database was changed."],
  }),
  remote(statistics, {
    name: "dbstatistics",
    operands: "<dbname|dbid>",
    about: "show database statistics",
    json,
    example: ["ctdb dbstatistics locking.tdb", "Show counters and hot keys of a database."],
  }),
];
