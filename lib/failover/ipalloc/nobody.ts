/** "Nobody", where the wire has 0xFFFFFFFF for a pnn. */
export const NOBODY = 0xffffffff;
