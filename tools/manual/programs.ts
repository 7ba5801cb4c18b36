/** What the manual says about a program beyond its own help. */
export interface ProgramDescription {
  /** In one line. */
  readonly about: string;
  /** The arguments with which it prints its help, of programs that people call. */
  readonly usage?: readonly string[];
  /** Paragraphs. */
  readonly text: readonly string[];
  readonly seeAlso: readonly string[];
}

/** Every program that is installed; `tests/tools` holds it against the list of those. */
export const DESCRIPTIONS: Readonly<Record<string, ProgramDescription>> = {
  "ctdbd": {
    about: "the clustered database daemon",
    usage: ["--help"],
    text: [
      "One runs on each node. Without options it goes on in the background and logs to where " +
      "ctdb.conf says.",
      "Configuration is in /etc/ctdb: ctdb.conf, nodes, public_addresses, ctdb.tunables, " +
      "script.options and the scripts in events/legacy. SIGTERM and SIGINT shut the node down as " +
      "ctdb shutdown does. SIGHUP opens the log anew.",
      "It ends with 0 after a shutdown, 1 when configuration is wrong, 10 when its socket cannot be " +
      "bound, 11 when the pid file is held by another daemon.",
    ],
    seeAlso: ["ctdb(1)", "ctdb.conf(5)", "onnode(1)"],
  },
  "ctdb": {
    about: "looks at a CTDB cluster and changes it",
    usage: ["help"],
    text: ["Talks to the daemon of this node through its socket, and through it to all others."],
    seeAlso: ["ctdbd(1)", "ctdb.conf(5)", "onnode(1)"],
  },
  "ctdb_diagnostics": {
    about: "collects what a report of a problem needs",
    usage: ["--help"],
    text: ["Prints configuration, states and logs of the nodes, and where the nodes differ."],
    seeAlso: ["ctdb(1)", "onnode(1)"],
  },
  "onnode": {
    about: "runs a command on nodes of a CTDB cluster",
    usage: ["--help"],
    text: ["Uses ssh, or what ONNODE_SSH names, to the addresses in /etc/ctdb/nodes."],
    seeAlso: ["ctdb(1)"],
  },
  "ltdbtool": {
    about: "dumps and converts database files of CTDB nodes",
    usage: ["-h"],
    text: ["Reads and writes the header that CTDB keeps before each value."],
    seeAlso: ["ctdb(1)"],
  },
  "ping_pong": {
    about: "measures record locks of a cluster file system",
    usage: [],
    text: [
      "Start it on several nodes at once with the same FILE and one LOCK more than there are nodes. " +
      "The rate falls when a second one starts, if the file system locks at all between nodes; with " +
      "-rw the data increment is the number of running copies, if it is coherent.",
    ],
    seeAlso: ["ctdb(1)"],
  },
  "ctdb-config": {
    about: "prints and checks the configuration of CTDB",
    usage: ["--help"],
    text: ["Commands: dump, get SECTION KEY, validate."],
    seeAlso: ["ctdb.conf(5)"],
  },
  "ctdb-event": {
    about: "runs event scripts and shows what they said",
    usage: ["--help"],
    text: ["The same as ctdb event."],
    seeAlso: ["ctdb(1)"],
  },
  "ctdb-path": {
    about: "prints the paths of an installation of CTDB",
    usage: ["--help"],
    text: ["For scripts, which need not know where CTDB is installed."],
    seeAlso: ["ctdbd(1)"],
  },
  "ctdb_killtcp": {
    about: "resets TCP connections",
    usage: [],
    text: ["Without a connection reads them from standard input, one on each line."],
    seeAlso: ["ctdb(1)"],
  },
  "ctdb_mutex_fcntl_helper": {
    about: "holds the cluster lock on a file",
    usage: [],
    text: [
      "Prints 0 when it holds the lock, 1 when another node does, 3 on an error. The lock is held " +
      "until the program ends, which it does when its parent has gone.",
    ],
    seeAlso: ["ctdb.conf(5)", "ctdb_mutex_etcd_helper(1)"],
  },
  "ctdb_mutex_etcd_helper": {
    about: "holds the cluster lock in etcd",
    usage: ["--help"],
    text: [
      "Prints 0 when it holds the lock, 1 when another node does, 2 on a timeout, 3 on an error.",
    ],
    seeAlso: ["ctdb.conf(5)", "ctdb_mutex_fcntl_helper(1)"],
  },
  "ctdb_lock_helper": {
    about: "waits for record locks for ctdbd",
    text: ["Started by ctdbd, not for people."],
    seeAlso: ["ctdbd(1)"],
  },
  "ctdb_records_helper": {
    about: "works on database files for ctdbd",
    text: ["Started by ctdbd, not for people."],
    seeAlso: ["ctdbd(1)"],
  },
};
