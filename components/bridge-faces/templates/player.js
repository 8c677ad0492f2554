"use strict";
// Without this script the browser's own controls play just as well; it adds skipping, speed, local time, and words for what went wrong.
const audio = document.getElementById("audio");
const controls = document.getElementById("controls");
controls.hidden = false;
controls.addEventListener("click", (event) => {
  const seconds = Number(event.target.dataset.skip);
  if (seconds) audio.currentTime = Math.max(0, audio.currentTime + seconds);
});
document.getElementById("speed").addEventListener("change", (event) => {
  audio.playbackRate = Number(event.target.value);
});
const time = document.querySelector("time");
const form = { dateStyle: "long", timeStyle: "short" };
time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, form);
audio.addEventListener("error", async () => {
  const state = document.getElementById("state");
  for (const it of [audio, controls, document.getElementById("download")]) it.hidden = true;
  state.hidden = false;
  document.getElementById("retry").hidden = false;
  try {
    const answer = await fetch(audio.src, { headers: { range: "bytes=0-1" } });
    const words = (kind) => [...document.getElementById("states").children].find((it) => it.dataset.kind === kind)?.textContent;
    if (answer.ok) {
      // It is there, so that it is the format; whether surely so, the type says.
      const surely = answer.headers.get("content-type").startsWith("audio/vnd.wave");
      if (!surely && audio.error.code === MediaError.MEDIA_ERR_NETWORK) return;
      state.textContent = words("urn:ucm-odoo:recording-unplayable");
      document.getElementById("download").hidden = false;
      document.getElementById("retry").hidden = surely;
      return;
    }
    const problem = await answer.json();
    document.getElementById("retry").hidden = !answer.headers.has("retry-after");
    state.textContent = words(problem.type) ?? problem.detail;
  } catch {
    // The words that are there already fit.
  }
});
