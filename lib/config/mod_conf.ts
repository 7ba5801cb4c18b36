/** Reading `ctdb.conf`, without the other files. @module */
export { readConf } from "./conf-read.ts";
export { confSchema } from "./conf-schema.ts";
export { statFile } from "./file-facts.ts";
