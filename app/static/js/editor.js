/* Shows a page while it is written; the button does the same without a script. */
"use strict";

const area = document.querySelector("[data-preview-source]");
const preview = document.querySelector("[data-preview]");
const target = document.querySelector("[data-preview-target]");
let waiting = 0;
let asked = 0;

async function show() {
  const number = ++asked;
  const form = new FormData();
  form.set("csrf_token", area.form.elements.csrf_token?.value ?? "");
  form.set("body", area.value);
  try {
    const answer = await fetch(preview.dataset.preview, { method: "POST", body: form });
    const told = await answer.json();
    // A slow answer must not replace a newer one.
    if (number !== asked) return;
    if (told.html === undefined) target.textContent = told.error;
    else target.innerHTML = told.html; // sanitised by the server, as every reader gets it
    preview.hidden = false;
  } catch {
    // The server is away; the button tells it in full.
  }
}

if (area && preview && target) {
  area.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 600);
  });
}
