/**
 * What a new detection may take away. A probe that did not answer in time says nothing: a card, a model
 * server or an editor that was there stays until a probe says that it is gone, so that one hang neither
 * changes the tier nor sends work elsewhere. The silence of sensors is judged by their own stale limits.
 * Rejected: an empty list for an unanswered question; "no models" would move vision to the cloud.
 */
import type { DaVinci, Gpu, Host, Ollama } from "./host.ts";
import type { Note, NoteCode, ProbeName } from "./note.ts";
import { isSameData } from "./same-data.ts";

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

/** Which cards each probe speaks of. */
const CARDS: readonly (readonly [ProbeName, (gpu: Gpu) => boolean])[] = [
  ["nvidia", ({ vendor, unified }) => vendor === "nvidia" && !unified],
  ["jetson", ({ vendor, unified }) => vendor === "nvidia" && unified],
  ["amd", ({ vendor }) => vendor === "amd"],
  ["intel", ({ vendor }) => vendor === "intel"],
  ["apple", ({ vendor }) => vendor === "apple"],
];

/** A card that sleeps was not asked; one whose program did not answer has not gone. */
const SILENT: readonly NoteCode[] = ["timeout", "asleep"];

function gpusOf(previous: Host, { gpus, notes }: Host): Host["gpus"] {
  const isSilent = (name: ProbeName): boolean =>
    notes.some(({ probe, code }) => probe === name && SILENT.includes(code));
  const kept = CARDS.filter(([name, isIts]) => isSilent(name) && !gpus.some(isIts)).flatMap(
    ([, isIts]) => previous.gpus.filter(isIts),
  );
  if (!isSilent("windows") || gpus.length > 0) return [...gpus, ...kept];
  return previous.gpus;
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

/**
 * True when a new detection says nothing new: the same host but for what moves by itself and is told by
 * the sensors (available memory, models, what runs) and for the moments of the looks.
 */
export function isSameHost(one: Host, other: Host): boolean {
  return isSameData(lastingOf(one), lastingOf(other));
}

function lastingOf(host: Host): unknown {
  const { origins: _origins, conditions: _conditions, ...rest } = host;
  return {
    ...rest,
    memory: { ...host.memory, available_mib: null },
    ollama: { ...host.ollama, running: null, models: [], loaded: [] },
    davinci: { ...host.davinci, running: null, scriptable: null },
    servers: host.servers?.map((server) => ({ ...server, models: [] })),
    editors: host.editors?.map((editor) => ({ ...editor, running: null, memory_mib: null })),
  };
}
