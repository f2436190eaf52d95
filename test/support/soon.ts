/**
 * "Does not hang": so many ms after its beginning a thing is over that would else go on for a minute or
 * for ever. Wide on purpose, since other tests share the processors; how fast it is, is a bench's business.
 */
export const SOON_MS = 15_000;
