/**
 * What a new detection may take away. A probe that did not answer in time says nothing: a card, a model
 * server or an editor that was there stays until a probe says that it is gone, so that one hang neither
 * changes the tier nor sends work elsewhere. The silence of sensors is judged by their own stale limits.
 * Rejected: an empty list for an unanswered question; "no models" would move vision to the cloud.
 */
import type { DaVinci, Host, Ollama } from "./host.ts";
import type { Note } from "./note.ts";

/** The new host, with what the previous one knew where the new probe could not tell. */
export function withKnownFacts(previous: Host | null, host: Host): Host {
  if (previous === null) return host;
  const { notes } = host;
  return {
    ...host,
    gpus: gpusOf(previous, host),
    ollama: ollamaOf(previous.ollama, host.ollama, notes),
    davinci: davinciOf(previous.davinci, host.davinci, notes),
  };
}

function gpusOf(previous: Host, { gpus, notes }: Host): Host["gpus"] {
  const hasCards = gpus.some(({ vendor }) => vendor === "nvidia");
  if (!hasTimedOut(notes, "nvidia") || hasCards) return gpus;
  return [...gpus, ...previous.gpus.filter(({ vendor }) => vendor === "nvidia")];
}

/** Another address is another server: nothing is known about that one. */
function ollamaOf(previous: Ollama, found: Ollama, notes: readonly Note[]): Ollama {
  if (found.address !== previous.address) return found;
  if (found.running === null) return previous;
  const isUnanswered = (path: string) =>
    found.running === true &&
    notes.some(({ probe, detail }) => probe === "ollama" && detail === path);
  return {
    ...found,
    models: isUnanswered("/api/tags") ? previous.models : found.models,
    loaded: isUnanswered("/api/ps") ? previous.loaded : found.loaded,
  };
}

/** An unknown version or scripting is also a finding; only a timeout leaves the previous one. */
function davinciOf(previous: DaVinci, found: DaVinci, notes: readonly Note[]): DaVinci {
  const isSilent = hasTimedOut(notes, "davinci");
  return {
    installed: found.installed ?? previous.installed,
    version: found.version ?? (isSilent ? previous.version : null),
    running: found.running ?? previous.running,
    scriptable: found.scriptable ?? (isSilent ? previous.scriptable : null),
  };
}

function hasTimedOut(notes: readonly Note[], name: Note["probe"]): boolean {
  return notes.some(({ probe, code }) => probe === name && code === "timeout");
}
