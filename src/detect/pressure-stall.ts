/**
 * Pressure stall information: how much of the last seconds tasks waited for memory, processors or disks.
 *
 * `some` = at least one task waited, `full` = all of them. An optional signal: kernels without it, and
 * containers that hide it, have no file. Only the mean over ten seconds is taken; the sensor looks more
 * often than the longer ones move. Source: kernel document accounting/psi.rst.
 */

/** Shares of the last ten seconds, 0..100; `null` = the line is not there (`full` of processors). */
export interface StallShares {
  readonly some_percent: number | null;
  readonly full_percent: number | null;
}

/** Reads the text of a pressure file; `null` when it is none. */
export function parsePressureStall(text: string | null): StallShares | null {
  const some_percent = shareOf(text, "some");
  const full_percent = shareOf(text, "full");
  return some_percent === null && full_percent === null ? null : { some_percent, full_percent };
}

function shareOf(text: string | null, word: "some" | "full"): number | null {
  const digits = new RegExp(`^${word} avg10=(\\d{1,3}\\.\\d{2}) `, "m").exec(text ?? "")?.[1];
  const value = digits === undefined ? null : Number(digits);
  return value !== null && value <= 100 ? value : null;
}
