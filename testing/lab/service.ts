/**
 * The service of a host: answers every line with the number of the host. Like an SSH session, a
 * connection stays as long as somebody is there.
 *
 * @module
 */
const [host, port] = Deno.args;
const listener = Deno.listen({ hostname: "::", port: Number(port) });
for await (const connection of listener) serve(connection);

async function serve(connection: Deno.TcpConn): Promise<void> {
  try {
    const buffer = new Uint8Array(1024);
    while (await connection.read(buffer) !== null) {
      await connection.write(new TextEncoder().encode(`${host}\n`));
    }
  } catch {
    // Reset: the address has moved.
  } finally {
    try {
      connection.close();
    } catch {
      // Closed by the read.
    }
  }
}
