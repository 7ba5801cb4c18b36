import { type Logger, LogLevel, messageOf } from "../../base/mod.ts";
import { ConfigError, type ConfigMessage } from "../../config/mod.ts";

/** A message about a file, with the place that it is about. */
export function placedText({ file, line, text }: ConfigMessage): string {
  return line > 0 ? `${file}:${line}: ${text}` : `${file}: ${text}`;
}

/** What an error says, with the file and line if it is about one. */
export function textOf(error: unknown): string {
  return error instanceof ConfigError ? error.placed : messageOf(error);
}

/** Logs what is to be said about files. */
export function sayMessages(log: Logger, messages: readonly ConfigMessage[]): void {
  for (const message of messages) {
    const text = placedText(message);
    if (message.level <= LogLevel.ERROR) log.error(text);
    else if (message.level <= LogLevel.WARNING) log.warning(text);
    else log.notice(text);
  }
}
