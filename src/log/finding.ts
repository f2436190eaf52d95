/**
 * What a walk along the chain can find, and the link that is kept elsewhere to compare with.
 *
 * The list is closed and each code means one thing, so that a person knows where to look and a
 * program can tell an edit from a cut.
 */

/** The last link of the chain; kept elsewhere, it shows whether the tail was cut off. */
export interface ChainHead {
  readonly seq: number;
  /** Hex SHA-256. */
  readonly hash: string;
}

/** Most findings of one walk; after that many the log is beyond doubt not as it was. */
export const MAX_FINDINGS = 100;

/** What can be wrong with a chain; closed. */
export const CHAIN_FINDINGS = [
  "ENTRY_ALTERED",
  "CHAIN_BROKEN",
  "GAP",
  "READINGS_ALTERED",
  "BLOCK_ALTERED",
  "BLOCK_MISSING",
  "UNKNOWN_TYPE",
  "UNKNOWN_VERSION",
  "DATA_UNREADABLE",
  "HEAD_DIFFERS",
  "START_DIFFERS",
  "FILE_DAMAGED",
] as const;
export type ChainFindingCode = (typeof CHAIN_FINDINGS)[number];

/** One difference: where, what the rest of the log demands there, what stands there. */
export interface ChainFinding {
  readonly code: ChainFindingCode;
  readonly seq: number;
  readonly expected: string | number | null;
  readonly got: string | number | null;
}
