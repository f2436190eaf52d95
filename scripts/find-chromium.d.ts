/** The path of an installed Chromium, or null; RUNTIME_PROFILE_CHROMIUM names another one. */
export function findChromium(): string | null;
