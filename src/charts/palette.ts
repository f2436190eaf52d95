/**
 * The colours of the pictures, light and dark, and how wide text is.
 *
 * Text is measured by counting, not by asking a font: the same picture must come out on every machine,
 * and whoever looks at it has other fonts anyway. The widths are those of wide faces (DejaVu Sans), so
 * that a box is rather too large than too small.
 */

/** The look of a state; one class of a Mermaid picture each. */
export const TONES = ["good", "worse", "bad", "open", "note", "active"] as const;
export type Tone = (typeof TONES)[number];

export const THEMES = ["light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** Fill, border and text of one look. */
export interface Paint {
  readonly fill: string;
  readonly stroke: string;
  readonly text: string;
}

export interface Palette {
  readonly page: string;
  readonly frame: Paint;
  /** Words beside the boxes. */
  readonly text: string;
  readonly faint: string;
  /** Arrows that a reason demands, and arrows that sensing permits. */
  readonly demanded: string;
  readonly permitted: string;
  /** The arrow of the last step. */
  readonly last: string;
  readonly tone: Readonly<Record<Tone, Paint>>;
}

/** Text reaches a contrast of 4.5 on what it stands on. */
export const PALETTES: Readonly<Record<Theme, Palette>> = {
  light: {
    page: "#ffffff",
    frame: { fill: "#f6f8fa", stroke: "#c5ccd5", text: "#1f2430" },
    text: "#1f2430",
    faint: "#59636e",
    demanded: "#59636e",
    permitted: "#1a7f37",
    last: "#1f4fbf",
    tone: {
      good: { fill: "#d7f0df", stroke: "#2f7d4f", text: "#10261a" },
      worse: { fill: "#fdeecb", stroke: "#a8700f", text: "#2b1d02" },
      bad: { fill: "#f9d6d2", stroke: "#b3261e", text: "#2d0a07" },
      open: { fill: "#e9ecf1", stroke: "#6b7280", text: "#1f2430" },
      note: { fill: "none", stroke: "none", text: "#59636e" },
      active: { fill: "#1f4fbf", stroke: "#0b2a72", text: "#ffffff" },
    },
  },
  dark: {
    page: "#0d1117",
    frame: { fill: "#151b23", stroke: "#3d444d", text: "#e6edf3" },
    text: "#e6edf3",
    faint: "#9da7b3",
    demanded: "#9da7b3",
    permitted: "#56d364",
    last: "#79b8ff",
    tone: {
      good: { fill: "#12351f", stroke: "#3fb950", text: "#d8f5e0" },
      worse: { fill: "#3d2c05", stroke: "#d29922", text: "#f8e6c0" },
      bad: { fill: "#4a1512", stroke: "#f85149", text: "#ffdcd7" },
      open: { fill: "#262c36", stroke: "#8b949e", text: "#e6edf3" },
      note: { fill: "none", stroke: "none", text: "#9da7b3" },
      active: { fill: "#1f5fd0", stroke: "#a5d0ff", text: "#ffffff" },
    },
  },
};

/** Em per character: Latin small letters and figures, capitals, and everything from the far East. */
const SMALL_EM = 0.58;
const LARGE_EM = 0.72;
const WIDE_EM = 1;
const BOLD = 1.12;
const WIDE_FROM = 0x2e80;

/** Width of a line of text, in px; never less than it is in a wide sans-serif face. */
export function textWidth(text: string, size: number): number {
  return Math.ceil(emsOf(text) * size);
}

/** The same in bold letters. */
export function boldWidth(text: string, size: number): number {
  return Math.ceil(emsOf(text) * size * BOLD);
}

function emsOf(text: string): number {
  const ems = [...text].map((character) => {
    if ((character.codePointAt(0) ?? 0) >= WIDE_FROM) return WIDE_EM;
    return /[A-Z_→…·@%mw]/.test(character) ? LARGE_EM : SMALL_EM;
  });
  return ems.reduce((sum, em) => sum + em, 0);
}
