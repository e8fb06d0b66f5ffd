/** Two short signals made by the browser itself; sound is on only after a person switched it on in this shift. */

const SETTING = `sound:${document.body.dataset.user || ""}`;
const TUNES = { urgent: [[660, 0], [880, 0.18], [1175, 0.36]], soft: [[740, 0]] };
let audio = null;

/** "on", "blocked" (switched on, but the browser waits for a click) or "off". */
export function soundState() {
  if (localStorage.getItem(SETTING) !== "on") return "off";
  return audio && audio.state === "running" ? "on" : "blocked";
}

export async function setSound(on) {
  localStorage.setItem(SETTING, on ? "on" : "off");
  if (!on) return;
  audio = audio || new AudioContext();
  await audio.resume();
}

/** Play "urgent" or "soft"; false when the sound is off or blocked. */
export function play(name) {
  if (soundState() !== "on") return false;
  for (const [pitch, delay] of TUNES[name]) {
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    const at = audio.currentTime + delay;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.0001, at);
    loudness.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.16);
    tone.connect(loudness).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.18);
  }
  return true;
}
