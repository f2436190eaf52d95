/** Comes with its own commit. */
export function WhatIfView() {
  return <p class="empty">…</p>;
}
