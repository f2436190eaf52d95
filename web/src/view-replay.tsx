/** Comes with its own commit. */
export function ReplayView() {
  return <p class="empty">…</p>;
}
