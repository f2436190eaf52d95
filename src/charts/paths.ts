/** Paths of states: `profile.LOCAL_GPU_MID.degraded.cpu`, the region first. */

/** True when a path is that state or lies inside it. */
export function isWithin(path: string, around: string): boolean {
  return path === around || path.startsWith(`${around}.`);
}

/** The region of a path. */
export function regionOfPath(path: string): string {
  return path.split(".")[0] as string;
}
