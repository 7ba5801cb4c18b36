/** What two configurations are compared by. */
import assert from "node:assert/strict";
import { comparable } from "../../../lib/admin/facts/digest.ts";

const NODE_0 = `[cluster]
  node address = 10.0.0.1
  cluster lock = /shared/lock
[admin]
  listen = 10.0.0.1:9980, [::1]:9980
  certificate = /etc/ctdb/node0.pem
  key=/etc/ctdb/node0.key
`;
const NODE_1 = `# of node 1
[cluster]
node address = 10.0.0.2
cluster lock=/shared/lock
[admin]
listen = 10.0.0.2:9980
certificate = /etc/ctdb/node1.pem
key = /etc/ctdb/node1.key
`;

Deno.test("what is each node's own makes no difference, nor how it is written", () => {
  assert.equal(comparable(NODE_0), comparable(NODE_1));
});

Deno.test("what all nodes must have alike makes one", () => {
  const other = NODE_1.replace("/shared/lock", "/other/lock");
  assert.notEqual(comparable(NODE_0), comparable(other));
  assert.notEqual(comparable(NODE_0), comparable(`${NODE_1}history days = 5\n`));
});
