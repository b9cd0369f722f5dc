// The pages kept for when there is no signal. They go when somebody signs out, and when this phone was removed (leaving.js).

/** Asks the service worker to keep these pages. @param {string[]} pages @returns {Promise<boolean>} true when every one of them is here */
export async function keepPages(pages) {
  const { active } = await navigator.serviceWorker.ready;
  if (active === null) return false;
  const { port1: here, port2: there } = new MessageChannel();
  const told = new Promise((resolve) => {
    here.onmessage = ({ data }) => resolve(data.all === true);
  });
  active.postMessage({ t: "keep", pages }, [there]);
  return told;
}
