/**
 * The one catalogue of words: every code that people may see, in Chinese and English.
 *
 * Each list of codes has its own file beside this one; here they stand together, so that the
 * documents and the tests can walk over all of them.
 */
import { INTERFACE_WORDS } from "./words-interface.ts";
import { MISSING_WORDS } from "./words-missing.ts";
import { NOTE_WORDS, PROBE_NAMES } from "./words-notes.ts";
import { REASON_TITLES, REASON_WORDS, REFUSAL_WORDS } from "./words-reasons.ts";
import { RECOMMENDATION_WORDS } from "./words-recommendations.ts";
import { RETURN_WORDS } from "./words-return.ts";
import * as states from "./words-states.ts";

/** All words, by kind, code and language. */
export const WORDS = {
  reason: REASON_WORDS,
  title: REASON_TITLES,
  refusal: REFUSAL_WORDS,
  comeback: RETURN_WORDS,
  missing: MISSING_WORDS,
  recommendation: RECOMMENDATION_WORDS,
  note: NOTE_WORDS,
  probe: PROBE_NAMES,
  tier: states.TIER_WORDS,
  tierReason: states.TIER_REASONS,
  rung: states.RUNG_WORDS,
  region: states.REGION_NAMES,
  vram: states.VRAM_WORDS,
  memory: states.MEMORY_WORDS,
  tasks: states.TASKS_WORDS,
  cloud: states.CLOUD_WORDS,
  editor: states.EDITOR_WORDS,
  hold: states.HOLD_WORDS,
  interface: INTERFACE_WORDS,
} as const;
