/** Comes with its own commit. */
export function LogView() {
  return <p class="empty">…</p>;
}
