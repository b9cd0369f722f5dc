// The first thing a page does that keeps anything on this browser: it hears of sign-outs from here on. A visitor's page keeps nothing and is without it.

import { arrives } from "../courier/whose.js";

/** Nothing can be read here from now on. Before the session is over the sign-in would only lead back. @param {Promise<unknown>} over */
async function leaveToo(over) {
  // rule: PEOPLE-7
  document.documentElement.hidden = true;
  await over;
  location.replace("/signin");
}

arrives(leaveToo);
