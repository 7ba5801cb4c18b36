/**
 * The admin API, its page and its history.
 *
 * @module
 */

/**
 * A ban that is asked for through the API: a day.
 *
 * Beyond it: status 400.
 */
export const MAX_API_BAN_S = 86_400;

/**
 * How long an action may take; waiting for addresses has limits of its own below this.
 *
 * Beyond it: the program that does it is ended, and the answer says so.
 */
export const ACTION_LIMIT_MS = 60_000;

/**
 * Actions at a time: operators are few, more is a mistake.
 *
 * Beyond it: status 429.
 */
export const MAX_RUNNING_ACTIONS = 4;

/**
 * Output of an action that is handed on.
 *
 * Beyond it: the beginning is left out.
 */
export const MAX_ACTION_OUTPUT_CHARACTERS = 4000;

/**
 * Events in one answer, in the page's list and in `ctdb events`.
 *
 * Beyond it: the newest are given.
 */
export const MAX_ANSWER_EVENTS = 2000;

/**
 * Time before and after a moment that `/v1/history` shows: a week.
 *
 * Beyond it: status 400.
 */
export const MAX_SHOWN_HISTORY_MINUTES = 7 * 24 * 60;

/**
 * Life of a token: ten years. Longer is for ever, which is said otherwise.
 *
 * Beyond it: status 400.
 */
export const MAX_TOKEN_LIFE_S = 10 * 365 * 24 * 3600;

/**
 * Age of the counters that rates are made from.
 *
 * Beyond it: they are read anew, and the rates begin again.
 */
export const LONGEST_RATE_INTERVAL_MS = 60_000;

/**
 * Records that are called hot, of all databases together.
 *
 * Beyond it: the others are left out.
 */
export const MAX_HOT_RECORDS = 50;

/**
 * Between two look-ups of the same fact, however much happens and whoever asks.
 *
 * Beyond it: who asks waits for the next one.
 */
export const LEAST_LOOK_INTERVAL_MS = 100;

/**
 * How long the dashboard waits for an answer of which it says nothing else.
 *
 * Beyond it: what it shows is shown as old, with the time when it was seen.
 */
export const PAGE_ANSWER_LIMIT_MS = 10_000;

/**
 * How long an open stream of events may be silent for the dashboard; there is a heartbeat every 15 s.
 *
 * Beyond it: it is ended and opened anew.
 */
export const STREAM_SILENCE_LIMIT_MS = 35_000;

/**
 * How long the core may take for a ping.
 *
 * Beyond it: it counts as hung.
 */
export const PING_LIMIT_MS = 1000;

/**
 * How long a node is waited for that has not answered what it was asked before.
 *
 * Beyond it: documents are made without it, and say so.
 */
export const SILENT_NODE_LIMIT_MS = 400;

/**
 * How long `ctdb doctor` waits for the admin API of its node.
 *
 * Beyond it: it says nothing of what only that knows.
 */
export const DOCTOR_ADMIN_LIMIT_MS = 3000;

/**
 * Locks that are shown.
 *
 * Beyond it: the others are left out.
 */
export const MAX_SHOWN_LOCKS = 500;

/**
 * Rows of the history that wait to be written.
 *
 * Beyond it: the oldest is lost.
 */
export const MAX_UNWRITTEN_ROWS = 4096;

/**
 * Rows in one commit to the history: Deno KV takes so many changes at once.
 *
 * Beyond it: the rest goes with the next commit.
 */
export const MAX_HISTORY_BATCH_ROWS = 400;

/**
 * The same in bytes; one row may have an eighth of it.
 *
 * Beyond it: the rest goes with the next commit; a row that is larger is not kept.
 */
export const MAX_HISTORY_BATCH_BYTES = 400_000;

/**
 * Rows that one question to the history is answered with: what one document can show.
 *
 * Beyond it: the newest are given.
 */
export const MAX_HISTORY_ROWS = 5000;

/**
 * Body of a request; nothing that anybody sends is longer.
 *
 * Beyond it: status 413.
 */
export const MAX_BODY_BYTES = 4096;

/**
 * Open connections at each door: fifty streams, scrapers, and some to spare.
 *
 * Beyond it: more are closed at once.
 */
export const MAX_DOOR_CONNECTIONS = 200;

/**
 * Requests on one connection.
 *
 * Beyond it: it is closed after the answer.
 */
export const MAX_CONNECTION_REQUESTS = 10_000;

/**
 * Streams that are open at a time.
 *
 * Beyond it: status 503.
 */
export const MAX_EVENT_STREAMS = 128;

/**
 * Events that wait for a slow reader of a stream.
 *
 * Beyond it: the stream ends; its reader may go on with the last id.
 */
export const MAX_STREAM_QUEUE_EVENTS = 512;

/**
 * Askers whose rate is remembered.
 *
 * Beyond it: the one that was heard longest ago is forgotten.
 */
export const MAX_REMEMBERED_ASKERS = 1024;

/**
 * A token in a request.
 *
 * Beyond it: it is none of ours, and is not hashed.
 */
export const MAX_TOKEN_CHARACTERS = 128;

/**
 * Tokens that are valid; more would be a mistake of some script.
 *
 * Beyond it: no further one is made.
 */
export const MAX_KNOWN_TOKENS = 256;

/**
 * Databases with metrics of their own.
 *
 * Beyond it: the first by name have them.
 */
export const MAX_MEASURED_DATABASES = 100;

/**
 * Pairs of event and script with metrics of their own.
 *
 * Beyond it: further ones are not counted.
 */
export const MAX_MEASURED_SCRIPTS = 64;

/**
 * How long the API waits for the history's disk when it starts.
 *
 * Beyond it: it starts without what was known.
 */
export const HISTORY_START_LIMIT_MS = 2000;

/**
 * A message with events between nodes.
 *
 * Beyond it: it is not from a node of ours, and is dropped.
 */
export const MAX_STORY_MESSAGE_BYTES = 64 * 1024;

/**
 * Events that one node tells the others in a second.
 *
 * Beyond it: others ask for them when they compare what they know.
 */
export const MAX_TOLD_EVENTS = 100;

/**
 * How far the clock of a node that tells events may be off.
 *
 * Beyond it: its events get the time at which they arrive.
 */
export const MAX_CLOCK_DIFFERENCE_MS = 24 * 3600 * 1000;

/**
 * An event that nodes tell each other.
 *
 * Beyond it: it stays with its node.
 */
export const MAX_TOLD_EVENT_BYTES = 48 * 1024;

/**
 * Events that another node is told when it asks for what it does not know.
 *
 * Beyond it: the others are told when it asks again, 15 s later.
 */
export const MAX_CAUGHT_UP_BYTES = 1024 * 1024;

/**
 * How long a node waits for what it has asked another for.
 *
 * Beyond it: it may ask the next node whose story is not the same.
 */
export const STORY_ANSWER_LIMIT_MS = 1000;

/**
 * Periods of two minutes, of those in which anything happened, that nodes compare.
 *
 * Beyond it: what was missed of older ones stays missed.
 */
export const MAX_COMPARED_PERIODS = 128;

/**
 * Events of its earlier life that a node takes from its history when it starts: what others tell
 * again is no news, and what they ask for can be told.
 *
 * Beyond it: the latest are taken.
 */
export const MAX_RECALLED_EVENTS = 1000;

/**
 * Events of all nodes that are remembered, so that none is taken twice.
 *
 * Beyond it: the oldest is forgotten.
 */
export const MAX_REMEMBERED_EVENTS = 8192;

/**
 * Nodes that events are believed to be from.
 *
 * Beyond it: the event is dropped.
 */
export const MAX_STORY_NODES = 4096;

/**
 * Public addresses whose moves are told as events.
 *
 * Beyond it: moves of others are not told.
 */
export const MAX_REMEMBERED_ADDRESSES = 4096;

/**
 * Scripts that are remembered as failing.
 *
 * Beyond it: further ones are told again each time.
 */
export const MAX_FAILING_SCRIPTS = 256;

/**
 * Events that are kept in memory: enough for a bad hour of a large cluster.
 *
 * Beyond it: the oldest is forgotten; the history on the disk has it. Nodes do not compare it any more.
 */
export const MAX_KEPT_EVENTS = 4096;

/**
 * Clients in one answer.
 *
 * Beyond it: the next page has them.
 */
export const MAX_ANSWER_CLIENTS = 500;

/**
 * Clients of a node that are looked at at one time.
 *
 * Beyond it: those that connected last are only counted.
 */
export const MAX_SEEN_CLIENTS = 4096;

/**
 * Open files of a client that are looked at for databases.
 *
 * Beyond it: the others are not seen.
 */
export const MAX_LOOKED_AT_FILES = 2048;
