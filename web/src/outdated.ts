/** Whether the service has a newer page than the one that is open: a tab may stand open for weeks. */

/** The script that this page runs, as its address ends: named by what is in it. */
function ownScript(): string | null {
  const script = document.querySelector<HTMLScriptElement>('script[type="module"][src]');
  return script === null ? null : (new URL(script.src).pathname.split("/").at(-1) ?? null);
}

/** True when the page at `/` names another script; false also when nobody answers. */
export async function isOutdated(): Promise<boolean> {
  const own = ownScript();
  if (own === null) return false;
  const answer = await fetch("./", { cache: "no-cache" }).catch(() => null);
  if (answer === null || !answer.ok) return false;
  return !(await answer.text()).includes(own);
}
