/** The present for components: drawn again whenever it changes. */
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Live, Present } from "./live.ts";

const Connected = createContext<Live | null>(null);
export const LiveProvider = Connected.Provider;

export function useLive(): Live {
  const live = useContext(Connected);
  if (live === null) throw new Error("useLive needs a LiveProvider around it");
  return live;
}

/** The present; at most one drawing per animation frame, however many entries come. */
export function usePresent(): Present {
  const live = useLive();
  const [present, setPresent] = useState(live.present());
  useEffect(() => {
    let frame = 0;
    const follow = () => {
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        setPresent(live.present());
      });
    };
    follow();
    const end = live.subscribe(follow);
    return () => {
      end();
      cancelAnimationFrame(frame);
    };
  }, [live]);
  return present;
}
