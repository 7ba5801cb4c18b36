/** IP addresses as texts, without the packets that they stand in. @module */
export { parseIp } from "./ip-text.ts";
