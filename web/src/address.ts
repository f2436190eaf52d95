/**
 * The address as the page's memory: which view, which moment, which filters.
 *
 * What a person sees can be sent to another person: everything that matters stands behind the `#`.
 * `#/replay?at=1042` is a view and its questions. Rejected: paths, which the server would have to know.
 */
import { useEffect, useState } from "preact/hooks";

export const VIEWS = ["now", "log", "replay", "what-if"] as const;
export type View = (typeof VIEWS)[number];

export interface Address {
  readonly view: View;
  readonly query: URLSearchParams;
}

/** Reads what stands behind the `#`; whatever is not known leads to Now. */
export function addressOf(hash: string): Address {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const view = VIEWS.find((each) => each === path) ?? "now";
  return { view, query: new URLSearchParams(query) };
}

/** The text behind the `#` of a view; entries without a value are left out. */
export function hashOf(view: View, query: Readonly<Record<string, string | null>> = {}): string {
  const kept = Object.entries(query).filter(([, value]) => value !== null && value !== "");
  const text = new URLSearchParams(kept as [string, string][]).toString();
  return `#/${view}${text === "" ? "" : `?${text}`}`;
}

/** Goes to a view; `replace` leaves no trace in the history, as for every step of a playing replay. */
export function goTo(hash: string, how: "push" | "replace" = "push"): void {
  if (how === "push") location.hash = hash;
  else {
    history.replaceState(null, "", hash);
    dispatchEvent(new HashChangeEvent("hashchange"));
  }
}

/** The present address; the component is drawn again when it changes. */
export function useAddress(): Address {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return addressOf(hash);
}
