/** Why an answer about the past is not to the bit what was answered then; closed. */
export const INEXACT_CODES = ["READINGS_PRUNED", "MACHINE_DIFFERS"] as const;
export type InexactCode = (typeof INEXACT_CODES)[number];
