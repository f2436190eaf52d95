/** The bytes of the live stream (`text/event-stream`); each is made once, whoever gets it. */
import type { Entry } from "../log/entry.ts";
import type { SnapshotView } from "../replay/views.ts";
import type { Redact } from "./redaction.ts";

/** The media type of a stream of events. */
export const STREAM_TYPE = "text/event-stream";

/** How long a client waits before it comes again, in ms. */
const RETRY_MS = 2_000;

/** Why a stream cannot go on from where its client was. */
export type ResetReason = "pruned" | "unknown_id" | "unreadable";

/** What a client is told when it must begin anew: the state now, and the entry behind which it goes on. */
export interface Reset {
  readonly why: ResetReason;
  readonly seq: number;
  readonly host_id: string;
  readonly snapshot: SnapshotView;
}

/** The first words; they already say where the client is, so that one that hears nothing can resume. */
export function helloFrame(seq: number | null): Buffer {
  return Buffer.from(`retry: ${RETRY_MS}\n${idLine(seq)}: live events of runtime-profile\n\n`);
}

/** An entry, without a name, so that `onmessage` gets it. */
export function entryFrame(entry: Entry, redact: Redact): Buffer {
  return Buffer.from(`id: ${entry.seq}\ndata: ${redact(entry)}\n\n`);
}

/** A sign of life; a filtered stream moves on with it, and does not fall behind what is kept. */
export function beatFrame(seq: number | null): Buffer {
  return Buffer.from(`: still here\n${idLine(seq)}\n`);
}

/** The state now, for a client that cannot go on from where it was. */
export function resetFrame(reset: Reset, redact: Redact): Buffer {
  return Buffer.from(`event: reset\nid: ${reset.seq}\ndata: ${redact(reset)}\n\n`);
}

function idLine(seq: number | null): string {
  return seq === null ? "" : `id: ${seq}\n`;
}
