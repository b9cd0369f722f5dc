// Marks which of the phones is this one; when this one is removed, nothing stays on it.

import { phone, refreshed } from "./phone.js";

async function mark() {
  const mine = await (await phone()).wallet.phone();
  if (mine === null) return;
  const row = document.querySelector(`[data-phone="${mine.id}"]`);
  const word = /** @type {HTMLElement | null | undefined} */ (row?.querySelector('[data-part="this"]'));
  if (word) word.hidden = false;
  else if (!row) await refreshed();
}

mark();
