/** Chunks as lines of server-sent events. */

const HEAD = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m" };

/** A chunk as a server writes it: `space` after each colon, `end` after the line. */
export function lineOf(delta: object, { space = " ", end = "" } = {}): string {
  const chunk = { ...HEAD, choices: [{ index: 0, delta, finish_reason: null }] };
  return `data:${space}${JSON.stringify(chunk)}${end}`;
}
