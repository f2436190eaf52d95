/** Which of two program versions is older. */

/** Compares `major.minor.patch`; a suffix is left out, and `0.0.0` (a server built at home) is never old. */
export function isOlder(version: string, wanted: string): boolean {
  const have = numbersOf(version);
  const need = numbersOf(wanted);
  if (have === null || need === null || have.every((part) => part === 0)) return false;
  for (const [index, part] of need.entries()) {
    const own = have[index] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}

function numbersOf(version: string): readonly number[] | null {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  return match === null ? null : match.slice(1).map(Number);
}
