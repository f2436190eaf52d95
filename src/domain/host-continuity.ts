/**
 * What a new detection may take away. A probe that did not answer in time says nothing: a card, a model
 * server or an editor that was there stays until a probe says that it is gone, so that one hang neither
 * changes the tier nor sends work elsewhere. The silence of sensors is judged by their own stale limits.
 * Rejected: an empty list for an unanswered question; "no models" would move vision to the cloud.
 */
import type { DaVinci, Gpu, Host, Ollama } from "./host.ts";
import type { Note, NoteCode, ProbeName } from "./note.ts";
import type { FactOrigin } from "./origin.ts";
import { isSameData } from "./same-data.ts";

/** The new host, with what the previous one knew where the new probe could not tell. */
export function withKnownFacts(previous: Host | null, host: Host): Host {
  if (previous === null) return host;
  const { notes } = host;
  const kept = keptCards(previous, host);
  const isCudaUntold = isSilent(notes, "nvidia") && host.cuda_available === null;
  return {
    ...host,
    ...withKnownComputer(previous, host),
    gpus: withCards(kept, previous, host),
    cuda_available: isCudaUntold ? previous.cuda_available : host.cuda_available,
    ...(host.origins === undefined ? {} : { origins: originsOf(kept, previous, host.origins) }),
    ollama: ollamaOf(previous.ollama, host.ollama, notes),
    davinci: davinciOf(previous.davinci, host.davinci, notes),
  };
}

/** A stalled host reads its own files late; that takes neither its memory nor its processors away. */
function withKnownComputer(previous: Host, host: Host): Partial<Host> {
  const { notes } = host;
  const surrounding = host.surrounding ?? previous.surrounding;
  const conditions = host.conditions ?? previous.conditions;
  return {
    ...(isSilent(notes, "cpu") ? { cpu: previous.cpu } : {}),
    ...(isSilent(notes, "memory") ? { memory: previous.memory } : {}),
    ...(isSilent(notes, "static") && host.os_version === null
      ? { os_version: previous.os_version }
      : {}),
    ...(surrounding === undefined ? {} : { surrounding }),
    ...(conditions === undefined ? {} : { conditions }),
  };
}

/** Which cards each probe speaks of. */
const CARDS: readonly (readonly [ProbeName, (gpu: Gpu) => boolean])[] = [
  // A GB10 shares the system's memory as well, but it is nvidia-smi that tells of it, with its uuid.
  ["nvidia", ({ vendor, unified, uuid }) => vendor === "nvidia" && (!unified || uuid !== null)],
  ["jetson", ({ vendor, unified, uuid }) => vendor === "nvidia" && unified && uuid === null],
  ["amd", ({ vendor }) => vendor === "amd"],
  ["intel", ({ vendor }) => vendor === "intel"],
  ["apple", ({ vendor }) => vendor === "apple"],
];

/** A card that sleeps was not asked; one whose program did not answer has not gone. */
const SILENT: readonly NoteCode[] = ["timeout", "asleep"];

function isSilent(notes: readonly Note[], name: ProbeName): boolean {
  return notes.some(({ probe, code }) => probe === name && SILENT.includes(code));
}

/** The cards that were known and that their probe said nothing about. */
function keptCards(previous: Host, { gpus, notes }: Host): Host["gpus"] {
  // Windows and macOS tell of the cards of all makers.
  const isAllSilent = isSilent(notes, "windows") || isSilent(notes, "apple");
  if (isAllSilent && gpus.length === 0) return previous.gpus;
  return CARDS.filter(([name, isIts]) => isSilent(notes, name) && !gpus.some(isIts)).flatMap(
    ([, isIts]) => previous.gpus.filter(isIts),
  );
}

/**
 * In the order of before, because a choice may name a place in it. A choice that was judged without the
 * kept cards may have named the wrong one or none, so what was said of the others before stays.
 */
function withCards(kept: Host["gpus"], previous: Host, { gpus }: Host): Host["gpus"] {
  if (kept.length === 0) return gpus;
  const placeOf = (gpu: Gpu): number => previous.gpus.findIndex((one) => isSameCard(one, gpu));
  const found = gpus.map((gpu) => {
    const excluded_by = previous.gpus[placeOf(gpu)]?.excluded_by;
    return excluded_by === undefined ? gpu : { ...gpu, excluded_by };
  });
  const orderOf = (gpu: Gpu): number => {
    const place = placeOf(gpu);
    return place === -1 ? previous.gpus.length : place;
  };
  return [...found, ...kept].sort((one, other) => orderOf(one) - orderOf(other));
}

function isSameCard(one: Gpu, other: Gpu): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf({ uuid, bus_id = null, luid = null, vendor, name }: Gpu): string {
  return uuid ?? bus_id ?? luid ?? `${vendor} ${name}`;
}

/** Where the figures of a kept card came from stays known: it decides which meter the card gets. */
function originsOf(kept: Host["gpus"], previous: Host, found: readonly FactOrigin[]) {
  if (kept.length === 0) return found;
  const names = kept.map(({ uuid, bus_id, vendor }) => `gpus.${uuid ?? bus_id ?? `${vendor}-`}`);
  const known = new Set(found.map(({ fact }) => fact));
  const ofKept = (previous.origins ?? []).filter(
    ({ fact }) => !known.has(fact) && names.some((name) => fact.startsWith(name)),
  );
  return [...found, ...ofKept];
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
  const silent = other.notes.filter(({ code }) => SILENT.includes(code)).map(({ probe }) => probe);
  return isSameData(lastingOf(one, silent), lastingOf(other, silent));
}

/** Remarks on the choice of a card: judged without the cards of a silent probe, they may be wrong. */
const OF_CHOICE: readonly NoteCode[] = ["hidden-by-choice", "no-such-card"];

/** A probe that now says nothing takes back nothing, its earlier remarks neither. */
function lastingOf(host: Host, silent: readonly ProbeName[]): unknown {
  const { origins: _origins, conditions: _conditions, ...rest } = host;
  return {
    ...rest,
    notes: host.notes.filter(
      ({ probe, code }) =>
        !silent.includes(probe) && !(silent.length > 0 && OF_CHOICE.includes(code)),
    ),
    memory: { ...host.memory, available_mib: null },
    ollama: { ...host.ollama, running: null, models: [], loaded: [] },
    davinci: { ...host.davinci, running: null, scriptable: null },
    servers: host.servers?.map((server) => ({ ...server, models: [] })),
    editors: host.editors?.map((editor) => ({ ...editor, running: null, memory_mib: null })),
  };
}
