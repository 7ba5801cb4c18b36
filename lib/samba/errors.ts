import { CtdbError } from "../base/mod.ts";

/** A record of Samba's that is not in a layout that this program knows. */
export class SambaFormatError extends CtdbError {}
