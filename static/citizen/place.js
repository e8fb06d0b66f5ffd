/** Finding the place of a form: one fix, its accuracy in words, never a wall. Also used by the worker's report. */

const GOOD_M = 30;
const FAIR_M = 100;

/** How good a fix is: good, fair or poor. */
export function grade(metres) {
  if (metres <= GOOD_M) return "good";
  return metres <= FAIR_M ? "fair" : "poor";
}

/** Whether the browser would answer without asking the person. */
export async function isAllowed() {
  if (!navigator.geolocation || !navigator.permissions) return false;
  try {
    return (await navigator.permissions.query({ name: "geolocation" })).state === "granted";
  } catch (error) {
    return false;
  }
}

/** Set up one form: fields lon, lat, accuracy; [data-place-words] says how it went; texts in [data-place-text]. */
export function preparePlace(form, { changed = () => {} } = {}) {
  const words = form.querySelector("[data-place-words]");
  const texts = document.querySelector("[data-place-text]").dataset;
  let watch = null;
  let best = Infinity;

  const say = (text, accuracy) => {
    words.hidden = false;
    words.dataset.accuracy = accuracy;
    if (words.textContent !== text) words.textContent = text;
  };
  const take = ({ coords }) => {
    if (coords.accuracy > best) return;
    best = coords.accuracy;
    form.elements.lon.value = coords.longitude.toFixed(6);
    form.elements.lat.value = coords.latitude.toFixed(6);
    form.elements.accuracy.value = String(Math.round(coords.accuracy));
    const how = grade(coords.accuracy);
    say(texts[how].replace("%s", String(Math.round(coords.accuracy))), how);
    changed(how);
  };
  const fail = () => {
    if (best === Infinity) {
      say(texts.denied, "poor");
      changed("denied");
    }
  };
  const stop = () => {
    if (watch !== null) navigator.geolocation.clearWatch(watch);
    watch = null;
  };

  return function locate() {
    if (!navigator.geolocation) return fail();
    if (watch !== null) return undefined;
    if (best === Infinity) say(texts.asking, "fair");
    watch = navigator.geolocation.watchPosition(take, fail, { enableHighAccuracy: true, maximumAge: 10000, timeout: 15000 });
    setTimeout(stop, 60000);
    return undefined;
  };
}
