import { messageOf } from "../../base/mod.ts";
import { MAX_SET_ASIDE_FILES } from "../../limits/mod.ts";
import { RecordsError } from "../errors.ts";

/**
 * Renames a damaged file as `95.database` does, `NAME.YYYYMMDD.HHMMSS.corrupt` in local time, and
 * over nothing that is there already. Returns the new name.
 *
 * @throws {RecordsError} it cannot be renamed
 */
export function setAside(path: string, now: Date = new Date()): string {
  const base = `${path}.${timeText(now)}`;
  for (let i = 0; i < MAX_SET_ASIDE_FILES; i++) {
    const aside = i === 0 ? `${base}.corrupt` : `${base}.${i}.corrupt`;
    if (exists(aside)) continue;
    try {
      Deno.renameSync(path, aside);
    } catch (error) {
      throw new RecordsError(`set aside damaged file ${path}: ${messageOf(error)}`);
    }
    return aside;
  }
  throw new RecordsError(`set aside damaged file, too many are there: ${base}`);
}

function timeText(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  return `${date}.${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
