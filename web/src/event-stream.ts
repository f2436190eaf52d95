/**
 * The events of a streamed answer, from its text as it comes in pieces.
 *
 * `EventSource` only asks with GET and without a body, so a streamed answer to a POST is read by hand:
 * frames end with an empty line, and a piece may end anywhere.
 */

/** One frame: its name and its data, as they were sent. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

const FRAME_END = "\n\n";

/** A reader that takes pieces of text and answers the events that are complete with them. */
export function createEventReader(): (piece: string) => StreamEvent[] {
  let rest = "";
  return (piece) => {
    // The end of a frame may stand astride two pieces.
    const from = Math.max(0, rest.length - 1);
    rest += piece;
    if (!rest.includes(FRAME_END, from)) return [];
    const frames = rest.split(FRAME_END);
    rest = frames.pop() ?? "";
    return frames.flatMap(eventIn);
  };
}

/** Comments and frames without data say nothing. */
function eventIn(frame: string): StreamEvent[] {
  const valuesOf = (name: string) =>
    frame
      .split("\n")
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ""));
  const data = valuesOf("data");
  return data.length === 0
    ? []
    : [{ event: valuesOf("event").at(-1) ?? "message", data: data.join("\n") }];
}
