import { CtdbError } from "../base/mod.ts";

/** A socket could not be made, bound, or connected. */
export class TransportError extends CtdbError {}
