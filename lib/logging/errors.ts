import { CtdbError } from "../base/mod_basics.ts";

/** A log location that means nothing, or a log that cannot be opened. */
export class LogError extends CtdbError {}
