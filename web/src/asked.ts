/** A question that belongs to a component: asked when it appears or changes, dropped when it goes. */
import { useEffect, useState } from "preact/hooks";
import { messageOf } from "./api.ts";

/** `isWaiting` is true while a newer answer is on its way; the older one stays until it comes. */
export interface Asked<Answer> {
  readonly answer: Answer | null;
  readonly problem: string | null;
  readonly isWaiting: boolean;
}

/** Asks again whenever one of `reasons` changes. */
export function useAsked<Answer>(
  question: (signal: AbortSignal) => Promise<Answer>,
  reasons: readonly unknown[],
): Asked<Answer> {
  const [asked, setAsked] = useState<Asked<Answer>>({
    answer: null,
    problem: null,
    isWaiting: true,
  });
  useEffect(() => {
    const ending = new AbortController();
    setAsked((before) => ({ ...before, isWaiting: true }));
    question(ending.signal).then(
      (answer) => {
        if (!ending.signal.aborted) setAsked({ answer, problem: null, isWaiting: false });
      },
      (error: unknown) => {
        if (ending.signal.aborted) return;
        setAsked((before) => ({ ...before, problem: messageOf(error), isWaiting: false }));
      },
    );
    return () => ending.abort();
  }, reasons);
  return asked;
}
