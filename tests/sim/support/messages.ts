import { CURRENT_NODE, decode, encode, SRVID_TEST, u32 } from "../../../lib/wire/mod.ts";
import type { Client } from "./client.ts";
import type { SeededRandom } from "../../../testing/seeded-random.ts";
import type { Operation, Workload } from "./workload.ts";

/**
 * Clients that send each other numbered messages. Messages may be lost with a link; what comes must
 * come in order and once.
 */
export function messages(): Workload {
  return async (client: Client, random: SeededRandom): Promise<Operation> => {
    const { scene } = client.machine;
    const life = client.pnn * 1_000_000 + client.process.pid;
    /** The last number that was sent to each node. */
    const sent = new Map<number, number>();
    const last = new Map<number, number>();
    client.onMessage = (_srvid, data) => {
      const sender = decode(u32, data.subarray(0, 4));
      const number = decode(u32, data.subarray(4));
      const before = last.get(sender) ?? 0;
      last.set(sender, number);
      if (number <= before) {
        scene.fail(`${client.process.name}: message ${number} of ${sender} after ${before}`);
      }
    };
    await client.control(CURRENT_NODE, "REGISTER_SRVID", SRVID_TEST);
    return () => {
      const pnn = random.below(scene.settings.nodes);
      const number = (sent.get(pnn) ?? 0) + 1;
      sent.set(pnn, number);
      client.message(
        pnn,
        SRVID_TEST,
        new Uint8Array([...encode(u32, life), ...encode(u32, number)]),
      );
      return Promise.resolve();
    };
  };
}
