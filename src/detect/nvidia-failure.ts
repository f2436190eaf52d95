/**
 * Why nvidia-smi has no rows: its texts and exit codes, each turned into one note code.
 *
 * The program writes its errors to standard output, exits differently from version to version and
 * leaves standard error empty. So the text decides first, wherever it stands, and the exit code only
 * when the text says nothing known. Rejected: trusting the code alone (a host without a card was
 * seen with both 0 and 255). Sources: detection facts §2.5.
 */
import type { NoteCode } from "../domain/note.ts";

/** What a run without rows left behind. */
export interface NvidiaFailure {
  readonly exit_code: number | null;
  /** Standard output and standard error together. */
  readonly text: string;
}

const TEXTS: readonly (readonly [RegExp, NoteCode])[] = [
  [
    /driver\/library version mismatch|mismatch in versions|are you sure you are/i,
    "version-mismatch",
  ],
  [/blocked by the operating system/i, "blocked-by-os"],
  [/couldn't communicate with the NVIDIA driver|driver not loaded/i, "driver-not-loaded"],
  [/couldn't find libnvidia-ml|shared library not found/i, "library-missing"],
  [/is lost|requires reset|fallen off the bus/i, "gpu-lost"],
  [/readable by current user|insufficient permissions/i, "permission"],
  [/no devices were found|no supported gpus were found|no devices found/i, "no-devices"],
  [/is not a valid field/i, "unsupported-field"],
  [/unknown error/i, "nvml-unknown"],
];

const EXIT_CODES: ReadonlyMap<number, NoteCode> = new Map([
  [2, "unsupported-field"],
  [3, "unsupported-field"],
  [4, "permission"],
  [6, "no-devices"],
  [9, "driver-not-loaded"],
  [12, "library-missing"],
  [15, "gpu-lost"],
  [18, "version-mismatch"],
  [126, "not-executable"],
  [127, "not-installed"],
]);

const CELLS: readonly (readonly [RegExp, NoteCode])[] = [
  ...TEXTS,
  [/timeout/i, "timeout"],
  [/n\/a|not supported|no data|function not found|deprecated/i, "memory-not-reported"],
  [/^\[.*\]$/, "failed"],
];

/** The reason of a run that printed no row; never throws. */
export function nvidiaFailureCode(failure: NvidiaFailure): NoteCode {
  const byText = codeIn(TEXTS, failure.text);
  if (byText !== null) return byText;
  if (failure.exit_code === 0) return "unparsable";
  return EXIT_CODES.get(failure.exit_code ?? -1) ?? "failed";
}

/** The reason of a line that stands beside good rows; `unparsable` when it says nothing known. */
export function nvidiaLineCode(line: string): NoteCode {
  return codeIn(TEXTS, line) ?? "unparsable";
}

/** The reason of a memory cell that is not a number, such as `[N/A]` or `[GPU is lost]`. */
export function nvidiaCellCode(cell: string): NoteCode {
  return codeIn(CELLS, cell) ?? "unparsable";
}

/** True when the failure proves that this host has no working CUDA driver. */
export function isProofOfNoCuda(code: NoteCode): boolean {
  return (
    code === "not-installed" ||
    code === "driver-not-loaded" ||
    code === "library-missing" ||
    code === "no-devices"
  );
}

function codeIn(table: readonly (readonly [RegExp, NoteCode])[], text: string): NoteCode | null {
  return table.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
