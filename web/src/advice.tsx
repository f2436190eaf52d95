/** What would improve it: one sentence each, and the command to copy where there is one. */
import { useState } from "preact/hooks";
import type { RecommendationView } from "../../src/replay/views.ts";
import { type Both, useSay } from "./settings.ts";

const WORDS = {
  title: { zh: "怎样可以更好", en: "What would improve it" },
  none: { zh: "目前没有建议。", en: "Nothing to suggest at present." },
  copy: { zh: "复制", en: "Copy" },
  copied: { zh: "已复制", en: "Copied" },
  notCopied: { zh: "无法复制，请手动选择", en: "Could not copy; select it by hand" },
} as const satisfies Record<string, Both>;

export function Advice({ details }: { readonly details: readonly RecommendationView[] }) {
  const say = useSay();
  return (
    <section class="wide" aria-labelledby="advice">
      <h2 id="advice">{say(WORDS.title)}</h2>
      {details.length === 0 && <p class="quiet">{say(WORDS.none)}</p>}
      <ul class="advice">
        {details.map(({ code, sentence, command }) => (
          <li key={code + (command ?? "")}>
            <span>{sentence}</span>
            {command !== null && <Command command={command} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Command({ command }: { readonly command: string }) {
  const say = useSay();
  const [told, setTold] = useState<keyof typeof WORDS>("copy");
  const copy = async (): Promise<void> => {
    // Without a secure context a browser has no clipboard for pages; loopback counts as secure.
    const done = await navigator.clipboard?.writeText(command).then(
      () => true,
      () => false,
    );
    setTold(done === true ? "copied" : "notCopied");
  };
  return (
    <span class="command">
      <code>{command}</code>
      <button
        type="button"
        onClick={() => void copy()}
        aria-label={`${say(WORDS.copy)}: ${command}`}
      >
        {say(WORDS[told])}
      </button>
      <span class="hidden" role="status">
        {told === "copy" ? "" : say(WORDS[told])}
      </span>
    </span>
  );
}
