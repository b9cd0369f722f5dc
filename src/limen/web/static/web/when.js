// Times as the service says them (limen.web.when): in the building's zone, never relative.

/** @param {number} at_ms @param {Intl.DateTimeFormatOptions} how */
function said(at_ms, how) {
  const zone = document.documentElement.dataset.zone;
  const spanish = document.documentElement.lang.startsWith("es");
  return new Date(at_ms).toLocaleString(spanish ? "es" : "en-US", { ...how, ...(zone ? { timeZone: zone } : {}) });
}

/** "14:02" on the building's wall. @param {number} at_ms */
export function clock(at_ms) {
  return said(at_ms, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** "Sat 21 Nov". @param {number} at_ms @param {number} now_ms */
export function day(at_ms, now_ms) {
  const words = `${said(at_ms, { weekday: "short" })} ${said(at_ms, { day: "numeric" })} ${said(at_ms, { month: "short" })}`;
  const year = said(at_ms, { year: "numeric" });
  return year === said(now_ms, { year: "numeric" }) ? words : `${words} ${year}`;
}

/** "today 14:02", "Sun 22 Nov 08:50"; Spanish puts "a las" before the hour. @param {number} at_ms @param {number} now_ms */
export function when(at_ms, now_ms) {
  const spanish = document.documentElement.lang.startsWith("es");
  const date = day(at_ms, now_ms) === day(now_ms, now_ms) ? (spanish ? "hoy" : "today") : day(at_ms, now_ms);
  return spanish ? `${date} a las ${clock(at_ms)}` : `${date} ${clock(at_ms)}`;
}

/** The same as the end of "until …": Spanish says "hasta el dom 22 nov", but "hasta hoy". @param {number} at_ms @param {number} now_ms */
export function until(at_ms, now_ms) {
  const said = when(at_ms, now_ms);
  return document.documentElement.lang.startsWith("es") && !said.startsWith("hoy") ? `el ${said}` : said;
}
