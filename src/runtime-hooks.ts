/**
 * The hooks of a running runtime: webhook and command are told of each step down and up.
 *
 * What the callbacks hear, they hear. How they fare goes into the log as `effect.failed` when an outage
 * begins and `effect.finished` when it ends; no such input moves the ladder, so a hook never causes its
 * own next event. The log gets reasons and numbers only: what a program printed is a notice.
 */
import type { FullConfiguration, Language } from "./domain/configuration.ts";
import { createCommandHook } from "./effects/command-hook.ts";
import type { Hook, HookListener, HookTrouble } from "./effects/hook.ts";
import { hookEventOf } from "./effects/hook-event.ts";
import { createWebhook } from "./effects/webhook.ts";
import type { RuntimeActor } from "./runtime-actor-types.ts";
import { changesIn } from "./runtime-changes.ts";
import { addNotice, failureNotice, type Notices } from "./runtime-notices.ts";

/** What the hooks hang on. */
export interface HookParts {
  readonly actor: RuntimeActor;
  readonly notices: Notices;
  readonly configuration: FullConfiguration;
  readonly hostId: string;
  readonly language: Language;
}

/** The hooks of one runtime. */
export interface Hooks {
  /** Resolves when all is told, or after two seconds; how it went is in the log by then. */
  stop(): Promise<void>;
  /** As `stop`, without a word: the log is closed. */
  abandon(): void;
}

/** Begins to tell them; `null` when none is configured. */
export function openHooks(parts: HookParts): Hooks | null {
  const { webhook, webhook_secret, command, deadline_ms } = parts.configuration.hooks;
  const hooks: Hook[] = [];
  let isSilent = false;
  const listenerOf = (effect: "webhook" | "command"): HookListener => {
    const { onTrouble, onRelief } = listenerFor(effect, parts);
    // Nobody stands behind a hook: what fails in here would end the process.
    const guarded = (tell: () => void): void => {
      try {
        if (!isSilent) tell();
      } catch (error) {
        addNotice(parts.notices, failureNotice("LISTENER_FAILED", "A listener failed", error));
      }
    };
    return {
      onTrouble: (trouble) => guarded(() => onTrouble(trouble)),
      onRelief: (relief) => guarded(() => onRelief(relief)),
    };
  };
  if (webhook !== null) {
    const target = { url: webhook, secret: webhook_secret, deadlineMs: deadline_ms };
    hooks.push(createWebhook(target, listenerOf("webhook")));
  }
  if (command.length > 0) {
    const target = { command, env: process.env, deadlineMs: deadline_ms };
    hooks.push(createCommandHook(target, listenerOf("command")));
  }
  if (hooks.length === 0) return null;
  const { actor, hostId, language } = parts;
  const end = actor.watch((happening) => {
    for (const { change, isUp } of changesIn(happening, language)) {
      const event = hookEventOf({ ...change, hostId, isUp });
      for (const hook of hooks) hook.send(event);
    }
  });
  const stop = async (): Promise<void> => {
    end();
    await Promise.all(hooks.map((hook) => hook.stop()));
  };
  return {
    stop,
    abandon() {
      isSilent = true;
      void stop();
    },
  };
}

function listenerFor(effect: "webhook" | "command", { actor, notices }: HookParts): HookListener {
  return {
    onTrouble(trouble) {
      const { seq, reason, attempts, status } = trouble;
      const detail = { seq, reason, attempts, ...(status === null ? {} : { status }) };
      actor.submit({ type: "effect.failed", effect, detail }, "effect");
      addNotice(notices, { code: "HOOK_FAILED", message: troubleText(effect, trouble) });
    },
    onRelief({ seq, attempts, lost }) {
      const detail = { seq, attempts, lost };
      actor.submit({ type: "effect.finished", effect, detail }, "effect");
      const missed = lost === 0 ? "" : `; ${lost} steps were not told`;
      addNotice(notices, {
        code: "HOOK_WORKS_AGAIN",
        message: `The ${effect} of the configuration works again${missed}.`,
      });
    },
  };
}

function troubleText(effect: string, { reason, attempts, status, said }: HookTrouble): string {
  const number = status === null ? "" : ` ${status}`;
  const tries = attempts > 1 ? ` after ${attempts} attempts` : "";
  const words = said === "" ? "" : `: ${said}`;
  return `A step was not told: hooks.${effect} is "${reason}"${number}${tries}${words}`;
}
