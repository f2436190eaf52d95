/** Writing a text to an open file, all of it: the system may take less at once than it was given. */
import { writeSync } from "node:fs";

/** Writes all of a text, from a place in the file or where it stands; throws what the system says. */
export function writeWhole(descriptor: number, text: string, position: number | null = null): void {
  const bytes = Buffer.from(text);
  let done = 0;
  while (done < bytes.length) {
    const place = position === null ? null : position + done;
    done += writeSync(descriptor, bytes, done, bytes.length - done, place);
  }
}
