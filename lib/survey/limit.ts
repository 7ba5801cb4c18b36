/** What `work` comes to; `undefined` when that takes longer than `limit_ms`. */
export async function withinLimit<T>(work: Promise<T>, limit_ms: number): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), limit_ms);
  // Work that is given up may still fail; nobody wants to know.
  work.catch(() => {});
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
