/**
 * The live events of one service: every entry that comes to disk goes to every client that wants it.
 *
 * The idea: a tape that everybody reads. The runtime is listened to before any client is looked after;
 * a client that was away reads the log, a page at a time, until it has reached the end, and from that
 * very moment it hears what comes. What it was told last is one number, so nothing comes twice and
 * nothing is left out. Whoever does not read is let go: it can come again, and the log has everything.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Entry } from "../log/entry.ts";
import type { Runtime } from "../runtime-types.ts";
import { LiveClient, UNSENT_MAX_BYTES, type Wish } from "./live-client.ts";
import { beatFrame, entryFrame, helloFrame, type ResetReason, resetFrame } from "./live-frames.ts";
import type { Redact } from "./redaction.ts";

/** Most clients at once. */
export const LIVE_CLIENTS_MAX = 1024;

/** A sign of life so often, in ms. */
export const BEAT_MS = 15_000;

/** Entries of one page from the log, the numbers it may look through for them, and its bytes. */
const PAGE_ENTRIES = 128;
const PAGE_SPAN = 4096;
const PAGE_BYTES = 64 * 1024;

/** The live streams of one service. */
export interface Live {
  /** True when no further client can be taken. */
  readonly isFull: boolean;
  readonly clientsMax: number;
  /** How many there are. */
  readonly count: number;
  /** Takes a client whose headers are sent. */
  add(response: ServerResponse, socket: Socket, wish: Wish): void;
  /** Ends all streams; later ones end at once. */
  close(): void;
}

/** What the streams are fed from. */
export interface LiveParts {
  readonly runtime: Runtime;
  readonly redact: Redact;
  readonly clientsMax?: number | undefined;
}

/** A service begins without clients, and listens to the runtime from the first one on. */
export function createLive(parts: LiveParts): Live {
  return new Tape(parts);
}

class Tape implements Live {
  readonly clientsMax: number;
  readonly #runtime: Runtime;
  readonly #redact: Redact;
  readonly #clients = new Set<LiveClient>();
  /** Clients that the next page may be read for, in the order in which they became ready. */
  readonly #behind = new Set<LiveClient>();
  /** The newest entry that was told. */
  #head = 0;
  /** Numbers that were given twice, because the log was begun anew. */
  #doubtful: { readonly from: number; readonly to: number } | null = null;
  #isReading = false;
  #isClosed = false;
  #unsubscribe: (() => void) | null = null;
  #beat: ReturnType<typeof setInterval> | null = null;

  constructor({ runtime, redact, clientsMax = LIVE_CLIENTS_MAX }: LiveParts) {
    this.#runtime = runtime;
    this.#redact = redact;
    this.clientsMax = clientsMax;
  }

  get count(): number {
    return this.#clients.size;
  }

  get isFull(): boolean {
    return this.#clients.size >= this.clientsMax;
  }

  add(response: ServerResponse, socket: Socket, wish: Wish): void {
    if (socket.destroyed) return;
    this.#listen();
    const client = new LiveClient(response, socket, wish);
    if (this.#isClosed) {
      client.end();
      return;
    }
    this.#clients.add(client);
    client.onLeave(() => {
      this.#clients.delete(client);
      this.#behind.delete(client);
    });
    client.onDrain(() => {
      if (!client.isLive) this.#readFor(client);
    });
    if (wish.after === null) {
      client.sent = this.#head;
      client.isLive = true;
    } else if (this.#isDoubtful(wish.after)) client.sent = Number.POSITIVE_INFINITY;
    client.put(helloFrame(Number.isFinite(client.sent) ? client.sent : null));
    if (!client.isLive) this.#readFor(client);
  }

  close(): void {
    this.#isClosed = true;
    this.#unsubscribe?.();
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#endAll();
  }

  #endAll(): void {
    for (const client of this.#clients) client.end();
  }

  /** Before the first client reads, so that nothing comes between its reading and its hearing. */
  #listen(): void {
    if (this.#isClosed || this.#unsubscribe !== null) return;
    this.#head = this.#runtime.seq() ?? 0;
    this.#unsubscribe = this.#runtime.subscribe((entries) => this.#tell(entries));
    this.#beat = setInterval(() => this.#signOfLife(), BEAT_MS);
    this.#beat.unref();
  }

  #tell(entries: readonly Entry[]): void {
    const first = entries[0]?.seq ?? 0;
    if (first <= this.#head) this.#beginAnew(first);
    for (const entry of entries) {
      this.#head = entry.seq;
      let frame: Buffer | null = null;
      for (const client of this.#clients) {
        if (!client.isLive || entry.seq <= client.sent) continue;
        client.sent = entry.seq;
        if (!client.wants(entry)) continue;
        if (client.unsent > UNSENT_MAX_BYTES) {
          client.drop();
          continue;
        }
        frame ??= entryFrame(entry, this.#redact);
        client.put(frame);
      }
      if (entry.type === "runtime.stopped") setImmediate(() => this.#endAll());
    }
  }

  /** The log lost its end and counts from there again: what clients know beyond it is another log. */
  #beginAnew(first: number): void {
    const { from, to } = this.#doubtful ?? { from: first, to: this.#head };
    this.#doubtful = { from: Math.min(from, first), to: Math.max(to, this.#head) };
    this.#head = first - 1;
    for (const client of this.#clients) {
      if (client.sent >= first) this.#reset(client, "unknown_id");
    }
  }

  #isDoubtful(seq: number): boolean {
    return this.#doubtful !== null && seq >= this.#doubtful.from && seq <= this.#doubtful.to;
  }

  #readFor(client: LiveClient): void {
    this.#behind.add(client);
    if (this.#isReading) return;
    this.#isReading = true;
    setImmediate(() => this.#readNext());
  }

  /** One page for one client; then everybody else has a turn. */
  #readNext(): void {
    this.#isReading = false;
    const [client] = this.#behind;
    if (client === undefined) return;
    this.#behind.delete(client);
    try {
      this.#readPage(client);
    } catch {
      // The log cannot be read there; after a stop there is none at all.
      if (this.#runtime.monitor().running) this.#reset(client, "unreadable");
      else client.end();
    }
    const [next] = this.#behind;
    if (next !== undefined) this.#readFor(next);
  }

  #readPage(client: LiveClient): void {
    const head = this.#runtime.seq() ?? 0;
    const missing = this.#missingFor(client, head);
    if (missing !== null) {
      this.#reset(client, missing);
      return;
    }
    const { filter } = client.wish;
    const after = client.sent;
    const before = Math.min(head, after + PAGE_SPAN) + 1;
    const page = this.#runtime.events({ ...filter, after, before, limit: PAGE_ENTRIES });
    const frames: Buffer[] = [];
    let bytes = 0;
    client.sent = page.next ?? before - 1;
    for (const entry of page.events) {
      if (bytes >= PAGE_BYTES) break;
      const frame = entryFrame(entry, this.#redact);
      frames.push(frame);
      bytes += frame.length;
    }
    // What did not fit is read again.
    const last = page.events[frames.length - 1];
    if (last !== undefined && frames.length < page.events.length) client.sent = last.seq;
    if (frames.length > 0) client.put(Buffer.concat(frames));
    client.isLive = client.sent >= head;
    if (!client.isLive && !client.isBlocked) this.#readFor(client);
  }

  /** Why the log cannot go on from where this client is; `null` = it can. */
  #missingFor({ wish, sent: after }: LiveClient, head: number): ResetReason | null {
    if (after > head) return "unknown_id";
    return this.#runtime.isPruned({ ...wish.filter, after }) ? "pruned" : null;
  }

  /** The state now; from here on it is told what comes. */
  #reset(client: LiveClient, why: ResetReason): void {
    const seq = this.#runtime.seq() ?? 0;
    const snapshot = this.#runtime.snapshot(client.wish.language);
    const reset = { why, seq, host_id: this.#runtime.hostId, snapshot };
    client.sent = seq;
    client.isLive = true;
    this.#behind.delete(client);
    client.put(resetFrame(reset, this.#redact));
  }

  #signOfLife(): void {
    if (!this.#runtime.monitor().running) this.#endAll();
    const live = beatFrame(this.#head);
    const behind = beatFrame(null);
    for (const client of this.#clients) {
      if (client.hasStood()) client.drop();
      else if (client.unsent === 0) client.put(client.isLive ? live : behind);
    }
  }
}
