/** Stepping down by hand, and clearing that again; each asks first and takes a reason for the log. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { nextRungDown, type Rung, rungsOf } from "../../src/domain/rung.ts";
import { heldRungOf } from "../../src/domain/state.ts";
import { messageOf, send } from "./api.ts";
import { useLive, usePresent } from "./present.ts";
import { lookWord } from "./rung-look.ts";
import { type Both, useSay, useSettings } from "./settings.ts";

const WORDS = {
  down: { zh: "手动降级…", en: "Step down…" },
  clear: { zh: "取消手动保持…", en: "Clear the hold…" },
  downTitle: { zh: "手动降级", en: "Step down by hand" },
  clearTitle: { zh: "取消手动保持", en: "Clear the hold" },
  downNote: {
    zh: "在你取消之前，运行时会一直保持在这一档或更低，重新启动后也一样。",
    en: "The runtime stays at this rung or below until you clear it, also after a restart.",
  },
  clearNote: {
    zh: "取消后，运行时会按平时的规则自己恢复，不会立刻跳回去。",
    en: "The runtime then comes back by its usual rules; it does not jump.",
  },
  to: { zh: "降到", en: "Down to" },
  reason: { zh: "原因（写入日志）", en: "Reason (kept in the log)" },
  example: { zh: "例如：正在渲染成片", en: "for example: rendering the final cut" },
  confirmDown: { zh: "确认降级", en: "Step down" },
  confirmClear: { zh: "确认取消", en: "Clear the hold" },
  cancel: { zh: "返回", en: "Cancel" },
  nowhere: { zh: "已经是最低一档。", en: "It is at the lowest rung already." },
} as const satisfies Record<string, Both>;

const REASON_MAX = 300;

type Kind = "down" | "clear";

export function HoldControls() {
  const say = useSay();
  const { status, explain } = usePresent();
  const [kind, setKind] = useState<Kind>("down");
  // Each opening begins with an empty form; while it is open, news may not take away what was typed.
  const [openings, setOpenings] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const controls = useRef<HTMLDivElement>(null);
  // Only once the new form stands: focus set on the one before would be lost with it.
  useLayoutEffect(() => {
    if (openings > 0) dialog.current?.showModal();
  }, [openings]);
  const tier = status?.profile.class ?? null;
  const rung = status?.profile.rung ?? null;
  if (tier === null || rung === null || explain === null) return null;
  const isHeld = heldRungOf(explain.state.hold) !== null;
  const lower = nextRungDown(tier, rung) !== null || !isHeld;
  const open = (wanted: Kind) => {
    setKind(wanted);
    setOpenings(openings + 1);
  };
  const choices = rungsOf(tier).slice(Math.max(1, rungsOf(tier).indexOf(rung)));
  return (
    <div ref={controls} class="controls" tabIndex={-1}>
      <button
        type="button"
        disabled={!lower}
        title={lower ? undefined : say(WORDS.nowhere)}
        onClick={() => open("down")}
      >
        {say(WORDS.down)}
      </button>
      {isHeld && (
        <button type="button" onClick={() => open("clear")}>
          {say(WORDS.clear)}
        </button>
      )}
      <dialog ref={dialog} aria-labelledby="hold-title">
        <HoldForm
          key={openings}
          kind={kind}
          choices={choices}
          first={nextRungDown(tier, rung) ?? "shed"}
          close={() => dialog.current?.close()}
          // What opened it may go away with what was done; the keyboard goes on beside it.
          done={() => controls.current?.focus()}
        />
      </dialog>
    </div>
  );
}

interface HoldFormProps {
  readonly kind: Kind;
  readonly choices: readonly Rung[];
  readonly first: Rung;
  readonly close: () => void;
  readonly done: () => void;
}

function HoldForm({ kind, choices, first, close, done }: HoldFormProps) {
  const say = useSay();
  const { language } = useSettings();
  const live = useLive();
  const [rung, setRung] = useState<Rung>(first);
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const isSending = useRef(false);
  const isDown = kind === "down";
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    // A second click while the first is under way would stand in the log as a second step.
    if (isSending.current) return;
    isSending.current = true;
    const said = reason.trim() === "" ? {} : { reason: reason.trim() };
    try {
      await send(isDown ? "policy/degrade" : "policy/restore", isDown ? { rung, ...said } : said);
      setReason("");
      setProblem(null);
      close();
      done();
      live.refresh();
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      isSending.current = false;
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h2 id="hold-title">{say(isDown ? WORDS.downTitle : WORDS.clearTitle)}</h2>
      <p>{say(isDown ? WORDS.downNote : WORDS.clearNote)}</p>
      {isDown && (
        <label>
          {say(WORDS.to)}
          <select value={rung} onChange={(event) => setRung(event.currentTarget.value as Rung)}>
            {choices.map((each) => (
              <option key={each} value={each}>
                {each} · {lookWord(each, language)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {say(WORDS.reason)}
        <input
          value={reason}
          maxLength={REASON_MAX}
          placeholder={say(WORDS.example)}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <p class="buttons">
        <button type="submit" class="primary">
          {say(isDown ? WORDS.confirmDown : WORDS.confirmClear)}
        </button>
        <button type="button" onClick={close}>
          {say(WORDS.cancel)}
        </button>
      </p>
    </form>
  );
}
