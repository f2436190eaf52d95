/** A log that leaves its folder and stands by itself. */
import { openSqlite } from "./sqlite-file.ts";

/**
 * Takes the file out of the journal mode of a running log, which would have every reader leave two more
 * files beside it. The log must be closed.
 */
export function makeStandAlone(path: string): void {
  const file = openSqlite(path, { readonly: false });
  try {
    file.pragma("journal_mode = DELETE");
  } finally {
    file.close();
  }
}
