/**
 * One client of the live stream: what it wants, how far it has been told, and its socket.
 *
 * The body has no length and no chunks: it ends with its connection. So one Buffer goes to every socket
 * as it is, and nothing of it is made for one client alone.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Language } from "../domain/configuration.ts";
import type { Entry, EntryKind } from "../log/entry.ts";

/** Most bytes that may wait for a client when another entry comes; beyond that it is dropped. */
export const UNSENT_MAX_BYTES = 1024 * 1024;

/** What a client asked for. */
export interface Wish {
  /** The last entry it knows; `null` = from now on, infinite = one that no log has. */
  readonly after: number | null;
  readonly filter: EntryFilter;
  /** Of the snapshot in a `reset`. */
  readonly language: Language;
}

/** Which entries; both absent = all. */
export interface EntryFilter {
  readonly type?: readonly string[] | undefined;
  readonly kind?: EntryKind | undefined;
}

/** A client that is connected. */
export class LiveClient {
  readonly wish: Wish;
  /** The highest number that it was told, or that its filter has passed over. */
  sent: number;
  /** False: it is still fed from the log. */
  isLive = false;
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  /** Bytes that had left when somebody last looked. */
  #left = -1;

  constructor(response: ServerResponse, socket: Socket, wish: Wish) {
    this.#response = response;
    this.#socket = socket;
    this.wish = wish;
    this.sent = wish.after ?? 0;
  }

  /** Bytes that wait for it to read. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** Waits until it has read before more is sent. */
  get isBlocked(): boolean {
    return this.#socket.writableNeedDrain;
  }

  wants({ type, kind }: Entry): boolean {
    const { filter } = this.wish;
    if (filter.kind !== undefined && filter.kind !== kind) return false;
    return filter.type === undefined || filter.type.includes(type);
  }

  put(bytes: Buffer): void {
    // Its end of the connection may be closed already; it is then forgotten at once.
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  onDrain(listener: () => void): void {
    this.#socket.on("drain", listener);
  }

  /** Told once it has said that it goes, and again when it is gone. */
  onLeave(listener: () => void): void {
    this.#socket.once("end", listener).once("close", listener);
  }

  /** True when bytes wait, and none has left since this was last asked. */
  hasStood(): boolean {
    const left = this.#socket.bytesWritten - this.unsent;
    const stood = this.unsent > 0 && left === this.#left;
    this.#left = left;
    return stood;
  }

  /** Ends the stream; one that is not read is cut off when the server closes. */
  end(): void {
    this.#response.end();
  }

  /** Cuts it off at once, and frees what the system keeps for it. */
  drop(): void {
    this.#socket.resetAndDestroy();
  }
}
