/** Exit statuses of the daemon (`cluster.md` 1.10). */
export const ExitStatus = { CONFIG: 1, SOCKET: 10, PID_FILE: 11, STDIN_CLOSED: 32 } as const;
