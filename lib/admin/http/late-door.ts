import { type Logger, messageOf } from "../../base/mod.ts";

/** A socket that is there from the start on, whoever serves it. */
export interface LateDoor {
  close(): Promise<void>;
}

/**
 * Holds a Unix socket that only its owner may use, until somebody comes: then `open` makes the real
 * door on another path, which takes this one's place, and who came first is led through to it.
 */
export function holdDoor(
  path: string,
  open: (path: string) => Promise<unknown>,
  log: Logger,
): LateDoor {
  const listener = listenPrivately(path);
  let opened: Promise<void> | undefined;
  const openBehind = async (behind: string) => {
    await open(behind);
    await Deno.rename(behind, path);
  };
  const serve = async () => {
    for await (const visitor of listener) {
      try {
        // As long as the path itself: the length of a socket's path is limited.
        await (opened ??= openBehind(`${path.slice(0, -3)}new`));
        void leadThrough(visitor, path);
      } catch (error) {
        log.error(`Admin API: ${messageOf(error)}`);
        opened = undefined;
        visitor.close();
      }
    }
  };
  const serving = serve().catch((error) => log.error(`Admin API: ${path}: ${messageOf(error)}`));
  return {
    async close() {
      listener.close();
      await serving;
      await opened?.catch(() => {});
      await Deno.remove(path).catch(() => {});
    },
  };
}

/** From the first moment on: whoever connects is taken for root. */
function listenPrivately(path: string): Deno.UnixListener {
  removeOld(path);
  const before = Deno.umask(0o077);
  try {
    const listener = Deno.listen({ transport: "unix", path });
    Deno.chmodSync(path, 0o700);
    return listener;
  } finally {
    Deno.umask(before);
  }
}

function removeOld(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Carries what `visitor` and the door at `path` have to say to each other. */
async function leadThrough(visitor: Deno.Conn, path: string): Promise<void> {
  const door = await Deno.connect({ transport: "unix", path }).catch(() => undefined);
  if (door === undefined) return visitor.close();
  // Either side may go at any time; the streams close both connections then.
  await Promise.allSettled([
    visitor.readable.pipeTo(door.writable),
    door.readable.pipeTo(visitor.writable),
  ]);
}
