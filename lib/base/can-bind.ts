/** Whether a TCP socket can be bound to the address. Wrong where non-local binds are allowed. */
export function canBind(address: string): boolean {
  try {
    Deno.listen({ hostname: address, port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}
