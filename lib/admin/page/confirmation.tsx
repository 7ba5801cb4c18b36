import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./api.ts";

interface Progress {
  readonly busy: boolean;
  readonly failure?: string;
}

/** What is to be confirmed, and what is done then. */
export interface ConfirmationParts {
  readonly title: string;
  readonly consequence: string;
  readonly confirm: string;
  /** Rejects with the reason when it could not be done. */
  readonly run: () => Promise<void>;
  readonly close: (done: boolean) => void;
  readonly children?: ComponentChildren;
}

/** A dialog that says what a change leads to; it stays until that is done or has failed. */
export function Confirmation(
  { title, consequence, confirm, run, close, children }: ConfirmationParts,
) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [{ busy, failure }, setProgress] = useState<Progress>({ busy: false });
  useEffect(() => dialog.current?.showModal(), []);
  const confirmed = async () => {
    setProgress({ busy: true });
    try {
      await run();
      close(true);
    } catch (error) {
      setProgress({ busy: false, failure: failureText(error) });
    }
  };
  return (
    <dialog
      ref={dialog}
      onCancel={(event) => {
        // What is under way cannot be taken back.
        if (busy) event.preventDefault();
      }}
      onClose={() => close(false)}
      aria-labelledby="question"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void confirmed();
        }}
      >
        <h2 id="question">{title}</h2>
        <p>{consequence}</p>
        {children}
        {failure !== undefined && <p class="failure" role="alert">{failure}</p>}
        <div class="buttons">
          <button type="button" onClick={() => dialog.current?.close()} disabled={busy}>
            Leave it
          </button>
          <button type="submit" class="primary" disabled={busy}>
            {busy ? "Working …" : confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** Whoever got no answer does not know whether it was done. */
function failureText(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  const reason = error instanceof Error ? error.message : String(error);
  return `No answer (${reason}): look at the events for whether it was done.`;
}
